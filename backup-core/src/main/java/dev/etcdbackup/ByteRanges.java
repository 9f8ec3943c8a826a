package dev.etcdbackup;

import java.io.IOException;
import java.io.InputStream;

/**
 * Bytes that can be read from any position, such as a stored backup read by ranges.
 *
 * <p>Thread-safe.
 */
public interface ByteRanges {
  /**
   * The number of bytes.
   *
   * @return the size in bytes, 0 or more
   */
  long size();

  /**
   * Reads a range.
   *
   * @param offset the first byte, 0 to the size
   * @param length how many bytes, 0 to the size less the offset
   * @return exactly {@code length} bytes, to be closed by the caller; an early end is thrown, never
   *     reported as an end
   * @throws IllegalArgumentException when the range is not within the size
   * @throws IOException when the range cannot be read
   */
  InputStream open(long offset, long length) throws IOException;

  /**
   * A stored backup, byte for byte as it is stored. Each range is one call of {@link
   * BackupStore#open}.
   *
   * @param store where the backup is stored
   * @param backup what {@link BackupStore#find} or {@link BackupStore#list} returned
   * @return its bytes
   */
  static ByteRanges of(BackupStore store, StoredBackup backup) {
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
