package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SnapshotInfo;
import java.time.Duration;
import java.util.Objects;

/**
 * The result of taking a backup.
 *
 * <p>Immutable and thread-safe.
 *
 * @param backup the stored backup
 * @param info the metadata of the snapshot that the source knew before the first byte
 * @param digest the size and hash of the snapshot, which were verified before the backup was
 *     committed
 * @param storedSha256 SHA-256 of the bytes as they are stored, in lower-case hex; that of the
 *     snapshot when the backup has no encodings
 * @param duration the time from the beginning of the work, just before the source was opened, to
 *     the store's commit
 */
public record BackupResult(
    Backup backup,
    SnapshotInfo info,
    SnapshotDigest digest,
    String storedSha256,
    Duration duration) {
  /** Checks the values. */
  public BackupResult {
    Objects.requireNonNull(backup, "backup");
    Objects.requireNonNull(info, "info");
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(storedSha256, "storedSha256");
    Objects.requireNonNull(duration, "duration");
  }

  /**
   * Returns the key under which the backup is stored.
   *
   * @return the key
   */
  public BackupKey key() {
    return backup.key();
  }
}
