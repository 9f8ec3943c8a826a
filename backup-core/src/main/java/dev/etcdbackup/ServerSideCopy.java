package dev.etcdbackup;

/**
 * Copies backups of one store into another one within the server that holds both, so that no byte
 * passes through this process. What the bytes are worth is not verified by that.
 *
 * <p>Thread-safe. Calls block; interrupting the thread ends a call as {@link BackupStore} says.
 */
@FunctionalInterface
public interface ServerSideCopy {
  /**
   * Copies a backup under the same key, completely or not at all. An existing object is never
   * overwritten.
   *
   * @param source the backup as the store that is read returned it
   * @return the stored copy; its size and its first and last 64 KiB are those of the source
   * @throws BackupExistsException when the target has an object of this name; it is unchanged
   * @throws BackupNotFoundException when the source no longer has this version; nothing was stored
   * @throws StoreException when the server failed, refuses to copy, or made a copy that differs;
   *     nothing is stored unless {@link StoreException#outcomeUnknown()} says so
   */
  StoredBackup copy(StoredBackup source) throws BackupException;
}
