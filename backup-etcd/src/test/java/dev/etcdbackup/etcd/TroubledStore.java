package dev.etcdbackup.etcd;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.util.concurrent.atomic.AtomicInteger;

/** Fails, or stores and loses the answer, for the next so many changes. */
final class TroubledStore extends ForwardingBackupStore {
  final InMemoryBackupStore inner;
  final AtomicInteger failures = new AtomicInteger();
  final AtomicInteger lostAnswers = new AtomicInteger();

  TroubledStore() {
    this(new InMemoryBackupStore());
  }

  private TroubledStore(InMemoryBackupStore inner) {
    super(inner);
    this.inner = inner;
  }

  @Override
  public StoredBackup put(BackupKey key, Content content) throws BackupException {
    if (failures.getAndUpdate(it -> Math.max(0, it - 1)) > 0) {
      throw new StoreException("the store fails", null);
    }
    StoredBackup stored = super.put(key, content);
    if (lostAnswers.getAndUpdate(it -> Math.max(0, it - 1)) > 0) {
      throw new StoreException("the answer was lost", null, true);
    }
    return stored;
  }
}
