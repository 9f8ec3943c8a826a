package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoredBackup;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A store that counts how often and how much is read. */
final class CountedReads implements BackupStore {
  private final BackupStore store;
  int requests;
  long bytes;

  CountedReads(BackupStore store) {
    this.store = store;
  }

  @Override
  public InputStream open(StoredBackup backup, long offset, long length) throws BackupException {
    requests++;
    bytes += length;
    return store.open(backup, offset, length);
  }

  @Override
  public StoredBackup put(BackupKey key, Content content) throws BackupException {
    return store.put(key, content);
  }

  @Override
  public List<StoredBackup> list(String project) throws BackupException {
    return store.list(project);
  }

  @Override
  public Optional<StoredBackup> find(BackupKey key) throws BackupException {
    return store.find(key);
  }

  @Override
  public DeleteResult delete(Collection<BackupKey> keys) throws BackupException {
    return store.delete(keys);
  }
}
