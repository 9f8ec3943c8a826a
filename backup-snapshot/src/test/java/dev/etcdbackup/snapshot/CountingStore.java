package dev.etcdbackup.snapshot;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import java.io.InputStream;

/** A store that counts what is read from it. */
final class CountingStore extends ForwardingBackupStore {
  int requests;
  long bytes;

  CountingStore(BackupStore store) {
    super(store);
  }

  @Override
  public InputStream open(StoredBackup backup, long offset, long length) throws BackupException {
    requests++;
    bytes += length;
    return super.open(backup, offset, length);
  }
}
