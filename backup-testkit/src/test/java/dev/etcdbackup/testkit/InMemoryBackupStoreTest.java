package dev.etcdbackup.testkit;

import dev.etcdbackup.BackupStore;

class InMemoryBackupStoreTest extends BackupStoreContract {
  @Override
  protected BackupStore newStore() {
    return new InMemoryBackupStore();
  }
}
