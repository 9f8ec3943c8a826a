package dev.etcdbackup.s3;

import dev.etcdbackup.BackupKey;
import java.time.Instant;
import java.util.Objects;

/**
 * A multipart upload that was neither completed nor aborted: left by a put whose process was killed
 * or whose outcome stayed unknown. Its parts take space, and no list of objects shows them.
 *
 * <p>Immutable and thread-safe.
 *
 * @param key the backup it was to become
 * @param uploadId the server's id of it
 * @param begun when it was begun, by the server's clock
 */
public record AbandonedUpload(BackupKey key, String uploadId, Instant begun) {
  /** Checks the values. */
  public AbandonedUpload {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(uploadId, "uploadId");
    Objects.requireNonNull(begun, "begun");
  }
}
