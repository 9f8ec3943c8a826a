package dev.etcdbackup.etcd;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Fails, or stores and loses the answer, for the next so many changes. */
final class TroubledStore implements BackupStore {
  final InMemoryBackupStore inner = new InMemoryBackupStore();
  final AtomicInteger failures = new AtomicInteger();
  final AtomicInteger lostAnswers = new AtomicInteger();

  @Override
  public StoredBackup put(BackupKey key, Content content) throws BackupException {
    if (failures.getAndUpdate(it -> Math.max(0, it - 1)) > 0) {
      throw new StoreException("the store fails", null);
    }
    StoredBackup stored = inner.put(key, content);
    if (lostAnswers.getAndUpdate(it -> Math.max(0, it - 1)) > 0) {
      throw new StoreException("the answer was lost", null, true);
    }
    return stored;
  }

  @Override
  public List<StoredBackup> list(String project) {
    return inner.list(project);
  }

  @Override
  public Optional<StoredBackup> find(BackupKey key) {
    return inner.find(key);
  }

  @Override
  public InputStream open(StoredBackup backup, long offset, long length) throws BackupException {
    return inner.open(backup, offset, length);
  }

  @Override
  public DeleteResult delete(Collection<BackupKey> keys) {
    return inner.delete(keys);
  }
}
