package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.ServerSideCopy;
import dev.etcdbackup.retention.RetentionPolicy;
import java.util.Objects;
import java.util.Optional;

/**
 * A store to which a scheduler copies the backups of a cluster after each run.
 *
 * <p>Immutable, and as thread-safe as the store, the policy and what copies.
 *
 * @param name a short name of the store, for messages, metrics and coverage
 * @param store the store; remains the caller's
 * @param retention what it keeps; empty to copy everything and delete nothing there
 * @param serverSide what copies to it from the scheduler's store within the server of both, for
 *     example {@code S3BackupStore.serverSideCopyFrom}; such copies are not verified. Empty to read
 *     and verify each backup on the way
 */
public record SecondStore(
    String name,
    BackupStore store,
    Optional<RetentionPolicy> retention,
    Optional<ServerSideCopy> serverSide) {
  /** Checks the values. */
  public SecondStore {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name must not be empty");
    }
    Objects.requireNonNull(store, "store");
    Objects.requireNonNull(retention, "retention");
    Objects.requireNonNull(serverSide, "serverSide");
  }

  /**
   * A store to which backups are copied through this process, verified on the way.
   *
   * @param name a short name of the store, for messages, metrics and coverage
   * @param store the store; remains the caller's
   * @param retention what it keeps; empty to copy everything and delete nothing there
   */
  public SecondStore(String name, BackupStore store, Optional<RetentionPolicy> retention) {
    this(name, store, retention, Optional.empty());
  }
}
