package dev.etcdbackup;

/**
 * Says whether a stored backup can be trusted. Implementations are thread-safe and say how deep
 * they look.
 */
public interface BackupVerifier {
  /**
   * Verifies a backup as it is stored now.
   *
   * @param backup the backup
   * @param store where it is stored
   * @return what was found; a bad backup is a result, not an exception
   * @throws BackupNotFoundException when it is no longer there
   * @throws StoreException when it cannot be read
   */
  Verification verify(Backup backup, BackupStore store) throws BackupException;
}
