package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import java.io.InputStream;

/** A store that counts how often and how much is read. */
final class CountedReads extends ForwardingBackupStore {
  int requests;
  long bytes;

  CountedReads(BackupStore store) {
    super(store);
  }

  @Override
  public InputStream open(StoredBackup backup, long offset, long length) throws BackupException {
    requests++;
    bytes += length;
    return super.open(backup, offset, length);
  }
}
