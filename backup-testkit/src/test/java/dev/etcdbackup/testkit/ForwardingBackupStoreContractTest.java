package dev.etcdbackup.testkit;

import dev.etcdbackup.BackupStore;

/** What is passed on is passed on unchanged. */
class ForwardingBackupStoreContractTest extends BackupStoreContract {
  @Override
  protected BackupStore newStore() {
    return new ForwardingBackupStore(new InMemoryBackupStore());
  }
}
