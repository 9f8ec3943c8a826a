package dev.etcdbackup.testkit;

import dev.etcdbackup.BackupLock;

class InProcessLockContractTest extends BackupLockContract {
  private final BackupLock lock = BackupLock.inProcess();

  @Override
  protected BackupLock newReplica() {
    return lock;
  }
}
