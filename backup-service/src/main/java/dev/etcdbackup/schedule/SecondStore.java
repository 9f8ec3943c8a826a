package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.retention.RetentionPolicy;
import java.util.Objects;
import java.util.Optional;

/**
 * A store to which a scheduler copies the backups of a cluster after each run.
 *
 * <p>Immutable, and as thread-safe as the store and the policy.
 *
 * @param name a short name of the store, for messages, metrics and coverage
 * @param store the store; remains the caller's
 * @param retention what it keeps; empty to copy everything and delete nothing there
 */
public record SecondStore(String name, BackupStore store, Optional<RetentionPolicy> retention) {
  /** Checks the values. */
  public SecondStore {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name must not be empty");
    }
    Objects.requireNonNull(store, "store");
    Objects.requireNonNull(retention, "retention");
  }
}
