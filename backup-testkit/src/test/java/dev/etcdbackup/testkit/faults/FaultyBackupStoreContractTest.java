package dev.etcdbackup.testkit.faults;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.testkit.BackupStoreContract;
import dev.etcdbackup.testkit.InMemoryBackupStore;

/** Where nothing goes wrong it is a store like any other. */
class FaultyBackupStoreContractTest extends BackupStoreContract {
  @Override
  protected BackupStore newStore() {
    return FaultyBackupStore.over(new InMemoryBackupStore());
  }
}
