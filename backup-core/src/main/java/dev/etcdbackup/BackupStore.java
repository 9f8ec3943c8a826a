package dev.etcdbackup;

import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A store of backups by their keys, for example a bucket or a directory. A backup is one object;
 * there is no separate index or manifest.
 *
 * <p>Thread-safe, and several processes may use one store at once. Calls block; interrupting the
 * thread ends a call within 1 second with an exception and with the thread's interrupt status set.
 * Stores never log credentials or put them into messages. {@link StoreException} describes the
 * state after a failed call.
 */
public interface BackupStore {
  /**
   * Stores a backup completely or not at all.
   *
   * <p>Reads the content to its end and only then makes the backup visible. When reading throws,
   * nothing is stored, and temporary data are removed. An existing object is never overwritten.
   *
   * @param key the key of the new backup
   * @param content the content; this method does not close its stream
   * @return the stored object
   * @throws IllegalArgumentException when the key is not {@link BackupKey#requireWritable()
   *     writable}
   * @throws BackupExistsException when the name is taken, whether that is detected before the first
   *     byte is read or at the end; the existing content is unchanged
   * @throws BackupException the exception that the content's stream threw, unchanged; an {@code
   *     IOException} of another type is the cause of a {@link SourceException}
   * @throws StoreException when the store failed
   */
  StoredBackup put(BackupKey key, Content content) throws BackupException;

  /**
   * Lists all backups of a project, with as many requests as their number takes. Never returns an
   * incomplete list.
   *
   * <p>The list contains the objects for which {@link StoredBackup#isListedIn} is true. Other
   * objects, for example the marks of a scheduler, can still be found, opened and deleted by their
   * keys.
   *
   * <p>Uses memory in proportion to the number of backups, a few hundred bytes each. A backup that
   * is written or deleted during the call may or may not be in the list.
   *
   * @param project the whole first segment of the keys ({@code cray-bos} does not list {@code
   *     cray-bos-2}), {@code ""} for the backups of all projects, or {@code PROJECT/.etcd-backup}
   *     for the objects that this library keeps beside the backups of a project
   * @return the backups in the order of their keys; empty when there is no such project
   * @throws IncompleteListingException when some of the objects cannot be listed; it holds the
   *     others
   * @throws StoreException when the complete list cannot be read
   */
  List<StoredBackup> list(String project) throws BackupException;

  /**
   * Looks up a backup with one request.
   *
   * @param key the key of the backup
   * @return the object that is stored under the key; empty when there is none
   * @throws StoreException when the store failed
   */
  Optional<StoredBackup> find(BackupKey key) throws BackupException;

  /**
   * Reads a backup or a part of one.
   *
   * <p>The stream returns exactly {@code length} bytes of the version that was listed or found.
   * When the connection ends early, {@code read} throws {@link StoreException} and never reports
   * the end of the stream. Closing the stream early does not read the remaining bytes.
   *
   * @param backup the backup as {@link #find} or {@link #list} returned it
   * @param offset the offset of the first byte, 0 to the backup's size
   * @param length the number of bytes, 0 to the size minus the offset
   * @return the bytes; the caller closes the stream
   * @throws IllegalArgumentException when the range is not within the backup's size
   * @throws BackupNotFoundException when the backup no longer exists or has been replaced by
   *     another version
   * @throws StoreException when the store failed
   */
  InputStream open(StoredBackup backup, long offset, long length) throws BackupException;

  /**
   * Deletes any number of backups, with as few requests as the store allows.
   *
   * @param keys the keys of the backups to delete
   * @return the result for each key
   * @throws StoreException when the result is unknown for some keys; some of the backups may be
   *     deleted. A failure of single keys does not throw: it is in the result
   */
  DeleteResult delete(Collection<BackupKey> keys) throws BackupException;
}
