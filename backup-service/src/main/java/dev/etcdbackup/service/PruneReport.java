package dev.etcdbackup.service;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.retention.RetentionPlan;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a prune did.
 *
 * <p>Immutable and thread-safe.
 *
 * @param plan what was to be kept and deleted, and why
 * @param deleted keys that are gone
 * @param refused keys the store did not delete, with its reason; they are tried again at the next
 *     prune
 */
public record PruneReport(
    RetentionPlan plan, Set<BackupKey> deleted, Map<BackupKey, String> refused) {
  /** Copies the collections. */
  public PruneReport {
    Objects.requireNonNull(plan, "plan");
    deleted = Set.copyOf(deleted);
    refused = Map.copyOf(refused);
  }
}
