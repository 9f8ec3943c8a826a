package dev.etcdbackup.directory;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A backup store in a directory: the backup {@code PROJECT/NAME} is the file {@code
 * ROOT/PROJECT/NAME}.
 *
 * <p>A backup is written to a temporary file below {@code ROOT/.etcd-backup/tmp}, forced to the
 * disk, and then hard-linked to its name, which fails when the name is taken; then the directories
 * are forced to the disk. A backup therefore appears completely or not at all, even if a process is
 * killed, and survives a power failure after {@link #put} has returned. The file system must
 * support hard links, and all of ROOT must be on one file system; otherwise {@code put} throws
 * {@link StoreException} and stores nothing. Files get mode 0600 and directories 0700 on file
 * systems that support modes.
 *
 * <p>Every regular file below ROOT is a backup, whatever program wrote it; a file in ROOT itself
 * has the project {@code ""}. Symbolic links below ROOT are neither listed nor followed, and no key
 * refers to a file outside ROOT. Files for which {@link StoredBackup#isListedIn} is false are not
 * listed, and neither is a {@code ROOT/lost+found} that cannot be read. The version of a backup is
 * computed from the modification time, size and inode of its file, so a replaced or rewritten file
 * is detected. A file whose name is not valid in this process's character set (that of the locale;
 * UTF-8 is recommended) is listed with U+FFFD in its key and can be neither opened nor deleted.
 *
 * <p>A process that is killed during a {@code put} leaves its temporary file below {@code
 * .etcd-backup/tmp}. Each {@code put} removes such files when nothing was written to them for 24
 * hours. Directories are created as needed and never removed.
 *
 * <p>Thread-safe; any number of processes may use one directory at once. Uses 256 KiB of memory for
 * a {@code put}, and no buffer for an open stream. A deletion is not forced to the disk: after a
 * power failure within the following seconds the backup may exist again.
 */
public final class DirectoryBackupStore implements BackupStore {
  private static final int BUFFER_BYTES = 256 * 1024;

  private final Layout layout;
  private final InstantSource clock;

  private DirectoryBackupStore(Layout layout, InstantSource clock) {
    this.layout = layout;
    this.clock = clock;
  }

  /**
   * Returns the store in a directory. Creates the directory and its parents if it does not exist;
   * {@link Builder#requireExisting} prevents that. Writes nothing to an existing directory.
   *
   * @param root the directory, or a symbolic link to it
   * @return the store
   * @throws StoreException when the directory does not exist and cannot be created
   */
  public static DirectoryBackupStore at(Path root) throws StoreException {
    return at(root, InstantSource.system());
  }

  static DirectoryBackupStore at(Path root, InstantSource clock) throws StoreException {
    return new Builder(root).clock(clock).build();
  }

  /**
   * Returns a builder of a store in a directory.
   *
   * @param root the directory, or a symbolic link to it
   * @return a builder with the defaults of {@link #at}
   */
  public static Builder builder(Path root) {
    return new Builder(root);
  }

  /** A builder of a store. Not thread-safe. */
  public static final class Builder {
    private final Path root;
    private InstantSource clock = InstantSource.system();
    private boolean existing;

    private Builder(Path root) {
      this.root = Objects.requireNonNull(root, "root");
    }

    /**
     * Requires that the directory exists, instead of creating it. For a directory below the mount
     * point of a volume, this prevents backups from being written to another disk while the volume
     * is not mounted. Default: the directory is created.
     *
     * @return this
     */
    public Builder requireExisting() {
      existing = true;
      return this;
    }

    Builder clock(InstantSource clock) {
      this.clock = clock;
      return this;
    }

    /**
     * Builds the store. Creates the directory if that is allowed and necessary, and writes nothing
     * else.
     *
     * @return the store
     * @throws StoreException when the directory does not exist and must not or cannot be created
     */
    public DirectoryBackupStore build() throws StoreException {
      if (existing && !Files.isDirectory(root)) {
        throw new StoreException(
            "there is no directory " + root + "; mount its volume, or create it", null);
      }
      try {
        return new DirectoryBackupStore(Layout.at(root), clock);
      } catch (IOException e) {
        throw new StoreException("cannot use the directory " + root + ": " + Layout.reason(e), e);
      }
    }
  }

  /** Returns the path of the directory. */
  @Override
  public String toString() {
    return layout.root().toString();
  }

  @Override
  public StoredBackup put(BackupKey key, Content content) throws BackupException {
    key.requireWritable();
    Path target = layout.path(key).orElseThrow(() -> new IllegalArgumentException("key " + key));
    if (layout.look(key).isPresent()) {
      throw new BackupExistsException(key);
    }
    try (TempFile file = TempFile.create(layout, clock)) {
      fill(file, key, content.stream());
      StoredBackup stored = Layout.describe(key, file.finish());
      commit(file.path(), target, key);
      return stored;
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException("cannot store " + key + ": " + Layout.reason(e), e);
    }
  }

  @Override
  public List<StoredBackup> list(String project) throws BackupException {
    return layout.list(project);
  }

  @Override
  public Optional<StoredBackup> find(BackupKey key) throws BackupException {
    return layout.look(key);
  }

  @Override
  public InputStream open(StoredBackup backup, long offset, long length) throws BackupException {
    if (offset < 0 || length < 0 || length > backup.size() - offset) {
      throw new IllegalArgumentException(
          "offset " + offset + " and length " + length + " must be within 0 to " + backup.size());
    }
    BackupKey key = backup.key();
    requireUnchanged(backup); // and is a regular file: opening a pipe would block
    FileChannel channel;
    try {
      Path path = layout.path(key).orElseThrow(() -> new NoSuchFileException(key.toString()));
      channel = FileChannel.open(path, StandardOpenOption.READ, NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw new BackupNotFoundException(key, key + " no longer exists", e);
    } catch (IOException e) {
      throw new StoreException("cannot open " + key + ": " + Layout.reason(e), e);
    }
    FileRange range = new FileRange(channel, key, offset, length);
    try {
      requireUnchanged(backup); // the file was not replaced before it was opened
      return range;
    } catch (BackupException e) {
      range.close();
      throw e;
    }
  }

  @Override
  public DeleteResult delete(Collection<BackupKey> keys) throws BackupException {
    Set<BackupKey> gone = new HashSet<>();
    Map<BackupKey, String> refused = new HashMap<>();
    for (BackupKey key : Set.copyOf(keys)) {
      if (Thread.currentThread().isInterrupted()) {
        throw new StoreException("interrupted after " + gone.size() + " deletions", null);
      }
      try {
        if (layout.look(key).isPresent()) {
          Files.deleteIfExists(layout.path(key).orElseThrow());
        }
        gone.add(key);
      } catch (StoreException e) {
        refused.put(key, e.getMessage());
      } catch (IOException e) {
        refused.put(key, Layout.reason(e));
      }
    }
    return new DeleteResult(gone, refused);
  }

  private void requireUnchanged(StoredBackup backup) throws BackupException {
    Optional<StoredBackup> now = layout.look(backup.key());
    if (now.isEmpty() || !now.get().version().equals(backup.version())) {
      throw new BackupNotFoundException(
          backup.key(),
          backup.key()
              + (now.isEmpty() ? " no longer exists" : " was replaced since it was listed"),
          null);
    }
  }

  private static void fill(TempFile file, BackupKey key, InputStream content) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int count = 0; count >= 0; count = read(content, buffer, key)) {
      file.write(ByteBuffer.wrap(buffer, 0, count));
    }
  }

  private static int read(InputStream content, byte[] buffer, BackupKey key)
      throws BackupException {
    try {
      return content.read(buffer);
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new SourceException("cannot read the content of " + key + ": " + Layout.reason(e), e);
    }
  }

  /**
   * Gives the finished file its name. Removes the name again when the directory cannot be forced to
   * the disk.
   */
  private void commit(Path file, Path target, BackupKey key) throws IOException {
    Path directory = Objects.requireNonNull(target.getParent());
    layout.makeDirectories(directory);
    try {
      Files.createLink(target, file);
    } catch (FileAlreadyExistsException e) {
      if (Files.exists(target, NOFOLLOW_LINKS) && !Files.isRegularFile(target, NOFOLLOW_LINKS)) {
        throw new FileSystemException(target.toString(), null, "exists and is not a file");
      }
      throw new BackupExistsException(key);
    } catch (UnsupportedOperationException | FileSystemException e) {
      throw new StoreException(
          "cannot store %s: the file system cannot create a hard link from %s to its name: %s"
              .formatted(key, file, Layout.reason(e)),
          e);
    }
    try {
      layout.force(directory);
    } catch (IOException e) {
      throw new StoreException(
          "cannot store " + key + ": " + Layout.reason(e), e, !undo(file, target));
    }
  }

  private static boolean undo(Path file, Path target) {
    try {
      if (Files.isSameFile(file, target)) { // otherwise another process has replaced it
        Files.delete(target);
      }
      return true;
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
