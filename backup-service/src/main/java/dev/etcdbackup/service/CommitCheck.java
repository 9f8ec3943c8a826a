package dev.etcdbackup.service;

import dev.etcdbackup.BackupException;

/**
 * A pre-commit check, which may refuse to make a backup visible, for example when a lock was lost.
 */
@FunctionalInterface
public interface CommitCheck {
  /**
   * Called once for each backup, after the whole snapshot was read and verified and before the
   * stream of the content reports its end to the store. The store uploads the last part and
   * completes the upload after this check. May block; the backup's timeout continues to run, and an
   * interrupt ends the backup.
   *
   * @throws BackupException to prevent the commit: nothing is stored, and the caller of the backup
   *     receives this exception, as it does an unchecked one
   */
  void check() throws BackupException;
}
