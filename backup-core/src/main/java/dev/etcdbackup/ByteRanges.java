package dev.etcdbackup;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * A sequence of bytes that can be read from any position, for example a stored backup.
 *
 * <p>Thread-safe.
 */
public interface ByteRanges {
  /**
   * Returns the number of bytes.
   *
   * @return the size in bytes, 0 or more
   */
  long size();

  /**
   * Reads a range.
   *
   * @param offset the offset of the first byte, 0 to the size
   * @param length the number of bytes, 0 to the size minus the offset
   * @return a stream of exactly {@code length} bytes, which the caller closes; when fewer can be
   *     read, {@code read} throws and never reports the end of the stream
   * @throws IllegalArgumentException when the range is not within the size
   * @throws IOException when the range cannot be read
   */
  InputStream open(long offset, long length) throws IOException;

  /**
   * Returns the bytes of a backup as they are stored. Each range is read with one call of {@link
   * BackupStore#open}.
   *
   * @param store the store of the backup
   * @param backup the backup as {@link BackupStore#find} or {@link BackupStore#list} returned it
   * @return its bytes
   */
  static ByteRanges of(BackupStore store, StoredBackup backup) {
    Objects.requireNonNull(store, "store");
    Objects.requireNonNull(backup, "backup");
    return new ByteRanges() {
      @Override
      public long size() {
        return backup.size();
      }

      @Override
      public InputStream open(long offset, long length) throws BackupException {
        return store.open(backup, offset, length);
      }
    };
  }
}
