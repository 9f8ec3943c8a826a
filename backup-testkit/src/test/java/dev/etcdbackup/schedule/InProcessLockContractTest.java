package dev.etcdbackup.schedule;

import dev.etcdbackup.schedule.BackupLock.Held;
import dev.etcdbackup.testkit.BackupLockContract;

class InProcessLockContractTest extends BackupLockContract {
  private final BackupLock lock = BackupLock.inProcess();

  @Override
  protected BackupLock newReplica() {
    return lock;
  }

  @Override
  protected boolean lose(Held held) {
    return false;
  }
}
