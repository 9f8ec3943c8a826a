package dev.etcdbackup;

/**
 * Checks whether a stored backup is good. Implementations are thread-safe and document what they
 * check.
 */
public interface BackupVerifier {
  /**
   * Verifies a backup as it is stored now.
   *
   * @param backup the backup
   * @param store where it is stored
   * @return the problems that were found; a bad backup is a result and not an exception
   * @throws BackupNotFoundException when the backup no longer exists
   * @throws StoreException when it cannot be read
   */
  Verification verify(Backup backup, BackupStore store) throws BackupException;
}
