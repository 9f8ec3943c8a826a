package dev.etcdbackup;

import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Keeps backups under their keys. The object is the backup: there is no index beside it.
 *
 * <p>Thread-safe, and several processes may use one store at once. Calls block; interrupting the
 * thread ends a call within a second with an exception, the thread's interrupt status set. Stores
 * never log or tell credentials. What a failed call leaves is said at {@link StoreException}.
 */
public interface BackupStore {
  /**
   * Stores a backup: whole, once, or not at all.
   *
   * <p>Reads the content to its end and only then makes it visible. When reading throws, nothing is
   * stored and nothing is left behind. Nothing is ever overwritten.
   *
   * @param key where to
   * @param content what; its stream is not closed
   * @return what was stored
   * @throws IllegalArgumentException when the key is not {@link BackupKey#requireWritable()
   *     writable}
   * @throws BackupExistsException when the name is taken, whether found out before the first byte
   *     was read or at the end; the old content is unchanged
   * @throws BackupException what the content's stream threw, as it is (an {@code IOException} of
   *     another kind as the cause of a {@link SourceException})
   * @throws StoreException when the store failed
   */
  StoredBackup put(BackupKey key, Content content) throws BackupException;

  /**
   * Lists the backups of a project, completely: whatever the number, in as many requests as it
   * takes, or not at all.
   *
   * <p>Lists what {@link StoredBackup#isListedIn} says. What is left out, the marks of a scheduler
   * for example, can still be found, opened and deleted by its key.
   *
   * <p>Takes memory in proportion to the number of backups, some hundred bytes each. Of backups
   * that are written or deleted during the call, each may be in the list or not.
   *
   * @param project the whole first segment of the keys ({@code cray-bos} does not list {@code
   *     cray-bos-2}), {@code ""} for the backups of all projects, or {@code PROJECT/.etcd-backup}
   *     for what this library keeps beside the backups of a project
   * @return the backups in the order of their keys; empty when there is no such project
   * @throws StoreException when the list cannot be had to its end
   */
  List<StoredBackup> list(String project) throws BackupException;

  /**
   * Looks a backup up, in one request.
   *
   * @param key its key
   * @return what is stored under it, or empty
   * @throws StoreException when the store cannot say
   */
  Optional<StoredBackup> find(BackupKey key) throws BackupException;

  /**
   * Reads a backup or a part of one.
   *
   * <p>The stream delivers exactly {@code length} bytes of the version that was listed or found; a
   * connection cut short throws {@link StoreException} from {@code read}, it never looks like an
   * end. Closing it early does not read on.
   *
   * @param backup what {@link #find} or {@link #list} returned
   * @param offset the first byte, 0 to the backup's size
   * @param length how many bytes, 0 to the size less the offset
   * @return the bytes, to be closed by the caller
   * @throws IllegalArgumentException when the range is not within the backup's size
   * @throws BackupNotFoundException when there is no such backup any more, or another version of it
   * @throws StoreException when the store failed
   */
  InputStream open(StoredBackup backup, long offset, long length) throws BackupException;

  /**
   * Deletes backups, any number of them, in as few requests as the store allows.
   *
   * @param keys which ones, exactly
   * @return what became of each key
   * @throws StoreException when nothing can be said of the keys; some may be gone. Failures of
   *     single keys do not throw
   */
  DeleteResult delete(Collection<BackupKey> keys) throws BackupException;
}
