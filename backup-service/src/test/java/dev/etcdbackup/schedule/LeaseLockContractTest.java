package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupLock.Held;
import dev.etcdbackup.testkit.LeasedLockContract;

/** The lock of the tests here keeps the contract as well, those of losing included. */
class LeaseLockContractTest extends LeasedLockContract {
  private final LeaseLock lock = new LeaseLock();

  @Override
  protected BackupLock newReplica() {
    return lock;
  }

  @Override
  protected void lose(Held held) {
    lock.lose(held);
  }
}
