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
import dev.etcdbackup.internal.FailureText;
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
 * killed, and survives a power failure after {@link #put} has returned. All of ROOT must be on one
 * file system; otherwise {@code put} throws {@link StoreException} and stores nothing. Files get
 * mode 0600 and directories 0700 on file systems that support modes.
 *
 * <p>Where the file system has no hard links (vfat, exFAT, some of SMB and FUSE), the name is taken
 * by an empty file, which also fails when the name is taken, and the temporary file is then renamed
 * to it. This store does not list that empty file; other programs see it. A process that is killed
 * between the two steps leaves it, and {@code put} of that name throws {@link
 * BackupExistsException} until a {@code put} that begins 24 hours later has removed it. A file
 * system must be able to rename a file over another in one step, which those that imitate files in
 * an object store cannot. {@code put} throws {@link StoreException} before it reads the content
 * when the file system refuses a character of the name, as vfat refuses {@code :}.
 *
 * <p>Every regular file below ROOT is a backup, whatever program wrote it; a file in ROOT itself
 * has the project {@code ""}. Symbolic links below ROOT are neither listed nor followed, and no key
 * refers to a file outside ROOT. Files for which {@link StoredBackup#isListedIn} is false are not
 * listed, and neither is a {@code ROOT/lost+found} that cannot be read. The version of a backup is
 * computed from the modification time, size and inode of its file, so a replaced or rewritten file
 * is detected. A file whose name is not valid in this process's character set (that of the locale;
 * UTF-8 is recommended) is listed with U+FFFD in its key and can be neither opened nor deleted:
 * {@code open} throws {@link StoreException}, {@code delete} refuses it, {@code find} does not find
 * it, and the first such listing logs a warning. A key with characters that the character set lacks
 * makes {@code put}, {@code find} and {@code list} of it throw {@link StoreException}.
 *
 * <p>A process that is killed during a {@code put} leaves its temporary file below {@code
 * .etcd-backup/tmp}. Each {@code put} removes such files when nothing was written to them for 24
 * hours. Directories are created as needed and never removed.
 *
 * <p>Thread-safe; any number of processes may use one directory at once. A {@code put} uses 256 KiB
 * of heap and as much outside it, and from 32 MiB on a daemon thread that forces what was written
 * to the disk. An open stream has no buffer. A deletion is not forced to the disk: after a power
 * failure within the following seconds the backup may exist again.
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
        throw new StoreException("cannot use the directory " + root + ": " + FailureText.of(e), e);
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
    try (TempFile file = TempFile.create(layout, key, clock)) {
      if (layout.isClaimed(key)) {
        throw new BackupExistsException(
            key, key + " is taken by a put that runs, or was killed less than 24 hours ago", null);
      }
      fill(file, key, content.stream());
      StoredBackup stored = Layout.describe(key, file.finish());
      commit(file, target, stored);
      return stored;
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException("cannot store " + key + ": " + FailureText.of(e), e);
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
      throw new StoreException("cannot open " + key + ": " + FailureText.of(e), e);
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
        if (look(key).isPresent()) {
          Files.deleteIfExists(layout.path(key).orElseThrow());
        }
        gone.add(key);
      } catch (StoreException e) {
        refused.put(key, e.getMessage());
      } catch (IOException e) {
        refused.put(key, FailureText.of(e));
      }
    }
    return new DeleteResult(gone, refused);
  }

  /** Looks up a key that may have been listed for a file to which no path leads. */
  private Optional<StoredBackup> look(BackupKey key) throws StoreException {
    Optional<StoredBackup> found = layout.look(key);
    if (found.isEmpty()) {
      layout.requireReachable(key);
    }
    return found;
  }

  private void requireUnchanged(StoredBackup backup) throws BackupException {
    Optional<StoredBackup> now = look(backup.key());
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
      throw new SourceException("cannot read the content of " + key + ": " + FailureText.of(e), e);
    }
  }

  /**
   * Gives the finished file its name. Removes the name again when the directory cannot be forced to
   * the disk.
   */
  private void commit(TempFile file, Path target, StoredBackup stored) throws IOException {
    BackupKey key = stored.key();
    Path directory = Objects.requireNonNull(target.getParent());
    layout.makeDirectories(directory);
    try {
      file.takeName(target, key);
    } catch (FileAlreadyExistsException e) {
      if (Files.exists(target, NOFOLLOW_LINKS) && !Files.isRegularFile(target, NOFOLLOW_LINKS)) {
        throw new FileSystemException(target.toString(), null, "exists and is not a file");
      }
      throw new BackupExistsException(key);
    }
    try {
      layout.force(directory);
    } catch (IOException e) {
      throw new StoreException(
          "cannot store " + key + ": " + FailureText.of(e), e, !undo(stored, target));
    }
  }

  private boolean undo(StoredBackup stored, Path target) {
    try {
      Optional<StoredBackup> now = layout.look(stored.key());
      if (now.filter(found -> found.version().equals(stored.version())).isPresent()) {
        Files.deleteIfExists(target); // otherwise another process has replaced it
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
