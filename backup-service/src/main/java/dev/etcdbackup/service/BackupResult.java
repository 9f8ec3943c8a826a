package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SnapshotInfo;
import java.time.Duration;
import java.util.Objects;

/**
 * A backup that was taken and stored.
 *
 * <p>Immutable and thread-safe.
 *
 * @param backup the backup as it is stored
 * @param info what the source knew before the first byte
 * @param digest what was proved of the snapshot before the backup was committed
 * @param duration how long it took, from opening the source to the store's commit
 */
public record BackupResult(
    Backup backup, SnapshotInfo info, SnapshotDigest digest, Duration duration) {
  /** Checks the values. */
  public BackupResult {
    Objects.requireNonNull(backup, "backup");
    Objects.requireNonNull(info, "info");
    Objects.requireNonNull(digest, "proof");
    Objects.requireNonNull(duration, "duration");
  }

  /**
   * The key under which the backup is stored.
   *
   * @return the key
   */
  public BackupKey key() {
    return backup.key();
  }
}
