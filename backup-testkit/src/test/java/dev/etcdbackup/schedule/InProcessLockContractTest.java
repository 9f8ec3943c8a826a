package dev.etcdbackup.schedule;

import dev.etcdbackup.testkit.BackupLockContract;

class InProcessLockContractTest extends BackupLockContract {
  private final BackupLock lock = BackupLock.inProcess();

  @Override
  protected BackupLock newReplica() {
    return lock;
  }
}
