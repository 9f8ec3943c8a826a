package dev.etcdbackup.restore;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A backup and the changes recorded after it as one snapshot, to be read at any recorded moment:
 * its keys, its history, its HashKV. It is written to a temporary file, which only its owner can
 * read.
 *
 * <p>Thread-safe as far as {@link EtcdSnapshot} is.
 */
public final class ConsolidatedSnapshot implements Closeable {
  private final Path directory;
  private final EtcdSnapshot snapshot;
  private final Reached reached;

  private ConsolidatedSnapshot(Path directory, EtcdSnapshot snapshot, Reached reached) {
    this.directory = directory;
    this.snapshot = snapshot;
    this.reached = reached;
  }

  /**
   * Writes the snapshot and opens it. Everything is verified as {@link Consolidation#write} does,
   * which says too how long this blocks and what memory it takes. Whatever this throws, it leaves
   * no file.
   *
   * @param base the backup, whole; not closed, and no longer needed afterwards
   * @param changes the changes after it
   * @param temporary where the temporary file goes; must exist, with room for the database
   * @return the snapshot, to be closed: the file is deleted then
   * @throws CorruptBackupException when the backup is damaged, the changes do not reach the wanted
   *     point, or the result differs from what the live cluster answered
   * @throws IllegalArgumentException when the wanted revision is less than that of the backup
   * @throws IOException when something cannot be read, or the file cannot be written
   */
  public static ConsolidatedSnapshot open(EtcdSnapshot base, ChangeReplay changes, Path temporary)
      throws IOException {
    Objects.requireNonNull(base, "base");
    Objects.requireNonNull(changes, "changes");
    Path directory = Files.createTempDirectory(temporary, "etcd-backup-");
    Path file = file(directory);
    boolean complete = false;
    try {
      Reached reached = Consolidation.write(base, changes, file);
      ConsolidatedSnapshot opened =
          new ConsolidatedSnapshot(directory, EtcdSnapshot.open(file), reached);
      complete = true;
      return opened;
    } finally {
      if (!complete) {
        delete(directory);
      }
    }
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
   * How far it goes.
   *
   * @return the revision, its time, and what was compared
   */
  public Reached reached() {
    return reached;
  }

  /**
   * Closes the snapshot and deletes the file.
   *
   * @throws IOException when that fails
   */
  @Override
  public void close() throws IOException {
    try (snapshot) {
      delete(directory);
    }
  }

  private static Path file(Path directory) {
    return directory.resolve("consolidated.db");
  }

  private static void delete(Path directory) throws IOException {
    Files.deleteIfExists(file(directory));
    Files.delete(directory);
  }
}
