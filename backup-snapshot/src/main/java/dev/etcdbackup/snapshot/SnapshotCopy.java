package dev.etcdbackup.snapshot;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoreException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * A stored backup, copied to be read anywhere and as often as need be: in memory up to 32 MiB, in a
 * temporary file beyond.
 *
 * <p>The backup is read once, in one request, from its beginning to its end; a tarball is unpacked
 * on the way. Nothing is proved by that: {@link EtcdSnapshot#verify()} does it. Reading a large one
 * by ranges instead would save the disk, but the pages of a database that was much rewritten lie so
 * scattered that it takes a hundred thousand requests for a GiB.
 *
 * <p>Thread-safe, as {@link EtcdSnapshot} is.
 */
public final class SnapshotCopy implements Closeable {
  private static final int IN_MEMORY = 32 << 20;

  private final EtcdSnapshot snapshot;
  private final boolean inMemory;

  private SnapshotCopy(SpooledBytes bytes) {
    this.snapshot = EtcdSnapshot.open(bytes);
    this.inMemory = bytes.inMemory();
  }

  /**
   * Copies a backup. Interrupting the thread ends it when the store heeds that, and leaves no file.
   *
   * @param backup the backup, not an encrypted one
   * @param store where it is stored
   * @param encodings the encodings that backups are read with
   * @param directory where a temporary file goes: must exist, with room for the snapshot. A process
   *     that is killed leaves its {@code etcd-backup-*.db} there
   * @return the copy, to be closed: the file is gone then
   * @throws IllegalArgumentException when one of its encodings is missing
   * @throws BackupNotFoundException when it is no longer there
   * @throws CorruptBackupException when it is a tarball that cannot be unpacked
   * @throws StoreException when it cannot be read, or the temporary file cannot be written
   */
  public static SnapshotCopy of(
      Backup backup, BackupStore store, BackupEncodings encodings, Path directory)
      throws BackupException {
    encodings.require(backup.name());
    InputStream stored = store.open(backup.stored(), 0, backup.stored().size());
    try (InputStream bytes = encodings.decode(stored, backup.name())) {
      return new SnapshotCopy(SpooledBytes.of(bytes, IN_MEMORY, directory));
    } catch (SpooledBytes.ReadException e) {
      throw failure(e.thrown(), backup, directory);
    } catch (IOException e) {
      throw failure(e, backup, directory);
    }
  }

  static BackupException failure(IOException e, Backup backup, Path directory) {
    return e instanceof BackupException failure
        ? failure
        : new StoreException(
            "cannot read "
                + backup.key()
                + " by way of a file in "
                + directory
                + ": "
                + e.getMessage(),
            e);
  }

  /**
   * The snapshot.
   *
   * @return the snapshot, closed with this
   */
  public EtcdSnapshot snapshot() {
    return snapshot;
  }

  /**
   * Where the copy is.
   *
   * @return true when it is in memory; otherwise it is in a file
   */
  public boolean inMemory() {
    return inMemory;
  }

  /** Deletes the copy. */
  @Override
  public void close() throws IOException {
    snapshot.close();
  }
}
