package dev.etcdbackup.service;

import dev.etcdbackup.BackupException;

/** A last word before a backup becomes visible: whether a lock is still held, say. */
@FunctionalInterface
public interface CommitCheck {
  /**
   * Called once for each backup, after the whole snapshot was read and proved and before the store
   * learns that its content is complete. What the store still does after that, the last part of an
   * upload and its completion, takes place behind this check. May block; the backup's timeout goes
   * on, and an interrupt ends the backup.
   *
   * @throws BackupException to undo the backup: nothing is stored, and the caller of the backup
   *     gets this exception
   */
  void check() throws BackupException;
}
