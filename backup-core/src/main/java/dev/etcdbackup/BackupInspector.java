package dev.etcdbackup;

/**
 * Reads a stored backup to its end and reports its content and its problems. Implementations are
 * thread-safe and document what they check.
 */
public interface BackupInspector {
  /**
   * Inspects a backup as it is stored now.
   *
   * @param backup the backup
   * @param store where it is stored
   * @return what was found; a bad backup is a result and not an exception
   * @throws BackupNotFoundException when the backup no longer exists
   * @throws StoreException when it cannot be read
   */
  Inspection inspect(Backup backup, BackupStore store) throws BackupException;
}
