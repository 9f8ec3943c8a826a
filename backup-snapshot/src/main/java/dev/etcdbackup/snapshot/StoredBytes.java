package dev.etcdbackup.snapshot;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.IOException;
import java.io.InputStream;

/** A stored backup, read by ranges: one request for each read. */
final class StoredBytes implements RandomAccessBytes {
  private final BackupStore store;
  private final StoredBackup backup;

  StoredBytes(BackupStore store, StoredBackup backup) {
    this.store = store;
    this.backup = backup;
  }

  @Override
  public long size() {
    return backup.size();
  }

  @Override
  public void read(long position, byte[] target, int offset, int length) throws IOException {
    try (InputStream range = store.open(backup, position, length)) {
      int read = range.readNBytes(target, offset, length);
      if (read < length) {
        throw new StoreException(
            backup.key() + " ended " + (length - read) + " bytes before its range did", null);
      }
    }
  }

  @Override
  public InputStream stream() throws IOException {
    return store.open(backup, 0, backup.size());
  }

  /** A request takes as long as some hundred KiB do. */
  @Override
  public int smallestRead() {
    return 64 << 10;
  }

  @Override
  public int largestRead() {
    return 4 << 20;
  }

  @Override
  public void close() {
    // the store is the caller's
  }
}
