package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.Verification;
import dev.etcdbackup.internal.Deadline;

/**
 * The work of verifying one backup. Cancelling does nothing more than the interrupt that comes with
 * it, which ends a read of a store.
 */
record VerifyBackup(BackupVerifier verifier, Backup backup, BackupStore store)
    implements Deadline.Work<Verification> {
  @Override
  public Verification call() throws BackupException {
    return verifier.verify(backup, store);
  }

  @Override
  public void cancel() {}
}
