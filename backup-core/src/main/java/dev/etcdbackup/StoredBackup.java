package dev.etcdbackup;

import java.time.Instant;
import java.util.Objects;

/**
 * One object of a store, as the store saw it.
 *
 * <p>Immutable and thread-safe.
 *
 * @param key its key
 * @param size its size in bytes, 0 or more
 * @param lastModified when the store received it, by the store's clock: for people to read, never
 *     for order or retention
 * @param version what tells this content from any other under the same key: an ETag, say. Opaque;
 *     empty when the store has nothing to tell them apart by
 */
public record StoredBackup(BackupKey key, long size, Instant lastModified, String version) {
  /** Checks the values. */
  public StoredBackup {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(lastModified, "lastModified");
    Objects.requireNonNull(version, "version");
    if (size < 0) {
      throw new IllegalArgumentException("size must be 0 or more, not " + size);
    }
  }
}
