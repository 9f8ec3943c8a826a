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
 * A store in a directory: the backup {@code PROJECT/NAME} is the file {@code ROOT/PROJECT/NAME}.
 *
 * <p>A backup is written to a file of its own below {@code ROOT/.etcd-backup/tmp}, forced to the
 * disk, and then hard-linked to its name, which fails where the name is taken; then the directories
 * are forced to the disk, too. So it appears whole or not at all, whichever process is killed, and
 * survives a loss of power once {@link #put} has returned. The file system must have hard links,
 * and all of ROOT must be on one file system; otherwise {@code put} throws {@link StoreException}
 * and stores nothing. Files get mode 0600 and directories 0700 where there are modes.
 *
 * <p>Every regular file below ROOT is a backup, whoever put it there; a file in ROOT itself has the
 * project {@code ""}. Symbolic links below ROOT are neither listed nor followed, and no key leads
 * out of ROOT. What {@link StoredBackup#isListedIn} leaves out is not listed, nor is a {@code
 * ROOT/lost+found} that may not be read. The version of a backup is its file's time, size and
 * inode, so a file that was replaced or rewritten is noticed. A file whose name is not text in this
 * process's character set (that of the locale; UTF-8 is advised) is listed with U+FFFD in it and
 * can be neither opened nor deleted.
 *
 * <p>A process that is killed in a {@code put} leaves its file below {@code .etcd-backup/tmp}. Each
 * {@code put} removes such files when nothing was written to them for 24 hours. Directories are
 * made as needed and never removed.
 *
 * <p>Thread-safe; any number of processes may use one directory at once. Takes 256 KiB of memory
 * for a {@code put}, and none for a stream that is open. A deletion is not forced to the disk: a
 * loss of power in the seconds after may bring the backup back.
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
   * The store in a directory, which is created if it does not exist, with the directories above it;
   * to refuse that, see {@link Builder#requireExisting}. Where the directory exists, nothing is
   * written.
   *
   * @param root the directory; it may be given by a symbolic link
   * @return the store
   * @throws StoreException when there is no such directory and none can be made
   */
  public static DirectoryBackupStore at(Path root) throws StoreException {
    return at(root, InstantSource.system());
  }

  static DirectoryBackupStore at(Path root, InstantSource clock) throws StoreException {
    return new Builder(root).clock(clock).build();
  }

  /**
   * Begins to describe a store in a directory.
   *
   * @param root the directory; it may be given by a symbolic link
   * @return a builder with the defaults, which make what {@link #at} makes
   */
  public static Builder builder(Path root) {
    return new Builder(root);
  }

  /** Describes a store. Not thread-safe. */
  public static final class Builder {
    private final Path root;
    private InstantSource clock = InstantSource.system();
    private boolean existing;

    private Builder(Path root) {
      this.root = Objects.requireNonNull(root, "root");
    }

    /**
     * Requires that the directory exists, instead of creating it. With a directory on a volume,
     * below the point where the volume is mounted, this keeps backups from filling another disk
     * when the volume is not mounted. Default: the directory is created.
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
     * Makes the store. Creates the directory if that is allowed and needed, and writes nothing
     * else.
     *
     * @return the store
     * @throws StoreException when there is no such directory, and none may or can be created
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

  /** Names the directory. */
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
    requireUnchanged(backup); // and a regular file: opening a pipe would block
    FileChannel channel;
    try {
      Path path = layout.path(key).orElseThrow(() -> new NoSuchFileException(key.toString()));
      channel = FileChannel.open(path, StandardOpenOption.READ, NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw new BackupNotFoundException(key, key + " is not there any more", e);
    } catch (IOException e) {
      throw new StoreException("cannot open " + key + ": " + Layout.reason(e), e);
    }
    FileRange range = new FileRange(channel, key, offset, length);
    try {
      requireUnchanged(backup); // what was opened in between is what was asked for
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
          backup.key() + (now.isEmpty() ? " is not there" : " is not what it was") + " any more",
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

  /** Gives the finished file its name. Takes it away again when that cannot be made to last. */
  private void commit(Path file, Path target, BackupKey key) throws IOException {
    Path directory = Objects.requireNonNull(target.getParent());
    layout.makeDirectories(directory);
    try {
      Files.createLink(target, file);
    } catch (FileAlreadyExistsException e) {
      if (Files.exists(target, NOFOLLOW_LINKS) && !Files.isRegularFile(target, NOFOLLOW_LINKS)) {
        throw new FileSystemException(target.toString(), null, "is there and is not a file");
      }
      throw new BackupExistsException(key);
    } catch (UnsupportedOperationException | FileSystemException e) {
      throw new StoreException(
          "cannot store %s: the file system does not link %s to its name: %s"
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
      if (Files.isSameFile(file, target)) { // else somebody else's by now
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
