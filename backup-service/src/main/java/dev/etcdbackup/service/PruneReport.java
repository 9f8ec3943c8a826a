package dev.etcdbackup.service;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.retention.RetentionPlan;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The result of a prune.
 *
 * <p>Immutable and thread-safe.
 *
 * @param plan the decision for each backup
 * @param deleted the keys that were deleted
 * @param refused the keys that the store did not delete, each with the reason; the next prune tries
 *     again
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
