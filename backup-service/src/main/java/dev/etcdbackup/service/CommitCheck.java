package dev.etcdbackup.service;

import dev.etcdbackup.BackupException;

/** A pre-commit check: may refuse to make a backup visible, for example when a lock is lost. */
@FunctionalInterface
public interface CommitCheck {
  /**
   * Called once for each backup, after the whole snapshot was read and verified and before the
   * store learns that its content is complete. What the store still does after that, the last part
   * of an upload and its completion, takes place after this check. May block; the backup's timeout
   * goes on, and an interrupt ends the backup.
   *
   * @throws BackupException to undo the backup: nothing is stored, and the caller of the backup
   *     gets this exception
   */
  void check() throws BackupException;
}
