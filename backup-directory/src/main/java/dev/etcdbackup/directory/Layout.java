package dev.etcdbackup.directory;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.internal.AtomicFile;
import dev.etcdbackup.internal.FailureText;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The layout of the files below the root: maps a key to a file and a file to its key. Never maps to
 * a file outside the root or behind a symbolic link.
 */
final class Layout {
  private static final Logger LOG = LoggerFactory.getLogger(Layout.class);
  private static final char REPLACEMENT = '\uFFFD'; // for bytes that are no text
  private static final int MAX_NAME_BYTES = 255; // the limit of Linux's file systems

  private final Path root;
  private final Path reserved;
  private final Claims claims;
  private final AtomicBoolean warned = new AtomicBoolean();

  private Layout(Path root) {
    this.root = root;
    this.reserved = root.resolve(BackupKey.RESERVED);
    this.claims = new Claims(temporary());
  }

  static Layout at(Path root) throws IOException {
    if (!Files.isDirectory(
        root)) { // early releases of Java 17 fail for a symbolic link to a directory
      Files.createDirectories(root, AtomicFile.mode(root, "rwx------"));
    }
    return new Layout(root.toRealPath());
  }

  Path root() {
    return root;
  }

  /** The directory for files that are not backups. */
  Path reserved() {
    return reserved;
  }

  /** The directory for the contents of puts. */
  Path temporary() {
    return reserved.resolve("tmp");
  }

  /**
   * Returns the path of a key, whether or not a file exists there; empty if the key cannot be a
   * path.
   */
  Optional<Path> path(BackupKey key) throws StoreException {
    Path path = root;
    for (String name : key.toString().split("/", -1)) {
      if (!isName(name)) {
        return Optional.empty();
      }
      path = child(path, name);
    }
    boolean ours = path.startsWith(root) && !path.startsWith(reserved);
    return ours ? Optional.of(path) : Optional.empty();
  }

  /**
   * Returns the regular file that is stored under a key, if no directory on its path is a symbolic
   * link.
   */
  Optional<StoredBackup> look(BackupKey key) throws StoreException {
    Optional<Path> path = path(key);
    if (path.isEmpty()) {
      return Optional.empty();
    }
    try {
      BasicFileAttributes found = requireRoot();
      Path at = root;
      for (Path name : root.relativize(path.get())) {
        at = at.resolve(name);
        Optional<BasicFileAttributes> here =
            found.isDirectory() ? attributes(at) : Optional.empty();
        if (here.isEmpty()) {
          return Optional.empty();
        }
        found = here.get();
      }
      return found.isRegularFile() ? backup(key, path.get(), found) : Optional.empty();
    } catch (IOException e) {
      throw new StoreException("cannot look up " + key + ": " + FailureText.of(e), e);
    }
  }

  /**
   * Refuses a key under which a file is listed whose name is not valid in this process's character
   * set: no path leads to that file, so that it would seem to be absent.
   */
  void requireReachable(BackupKey key) throws StoreException {
    if (key.toString().indexOf(REPLACEMENT) >= 0
        && list("").stream().anyMatch(listed -> listed.key().equals(key))) {
      throw new StoreException(
          key
              + " is the name of a file that the encoding of this process's locale ("
              + System.getProperty("sun.jnu.encoding")
              + ") cannot express; rename the file, or start the process with LC_ALL=C.UTF-8",
          null);
    }
  }

  /** Lists all files of a project, or of the store, in the order of their keys. */
  List<StoredBackup> list(String project) throws StoreException {
    Lister lister = new Lister(project);
    try {
      requireRoot();
      Optional<Path> start = start(project);
      if (start.isPresent()) {
        Files.walkFileTree(start.get(), lister);
      }
    } catch (StoreException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException("cannot list '" + project + "': " + FailureText.of(e), e);
    }
    if (lister.undecodable && !warned.getAndSet(true)) {
      LOG.warn(
          "{} has names that the encoding of this process's locale ({}) cannot express; they are"
              + " listed with U+FFFD, and can be neither read nor deleted. Start the process with"
              + " LC_ALL=C.UTF-8",
          root,
          System.getProperty("sun.jnu.encoding"));
    }
    lister.found.sort(Comparator.comparing(StoredBackup::key));
    return List.copyOf(lister.found);
  }

  /**
   * Returns the directory with which a listing starts, if it exists and no symbolic link is on its
   * path.
   */
  private Optional<Path> start(String project) throws IOException {
    Path at = root;
    for (String name : project.isEmpty() ? new String[0] : project.split("/", -1)) {
      if (!isName(name)) {
        return Optional.empty();
      }
      at = child(at, name);
      if (attributes(at).filter(BasicFileAttributes::isDirectory).isEmpty()) {
        return Optional.empty();
      }
    }
    return Optional.of(at);
  }

  /** Creates a directory below the root, and its parents. */
  void makeDirectories(Path directory) throws IOException {
    requireRoot();
    Path at = root;
    for (Path name : root.relativize(directory)) {
      at = at.resolve(name);
      try {
        Files.createDirectory(at, AtomicFile.mode(root, "rwx------"));
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(at, NOFOLLOW_LINKS)) {
          throw new FileSystemException(at.toString(), null, "exists and is not a directory");
        }
      }
    }
  }

  /**
   * Forces a directory and its parents up to the root to the disk, since this process or another
   * may have created any of them.
   */
  void force(Path directory) throws IOException {
    for (Path at = directory; at != null && at.startsWith(root); at = at.getParent()) {
      AtomicFile.forceDirectory(at);
    }
  }

  /** Returns whether a put has taken the name of a key and not given it its content. */
  boolean isClaimed(BackupKey key) throws IOException {
    return claims.hold(key);
  }

  /**
   * Returns the backup that a regular file is; empty if it only takes the name for a put that has
   * not finished.
   */
  private Optional<StoredBackup> backup(BackupKey key, Path file, BasicFileAttributes found)
      throws IOException {
    if (found.size() > 0) {
      return Optional.of(describe(key, found));
    }
    if (claims.hold(key)) {
      return Optional.empty();
    }
    return attributes(file) // a put may have finished since
        .filter(BasicFileAttributes::isRegularFile)
        .map(now -> describe(key, now));
  }

  /** Returns whether a file of the store can have this name. */
  private boolean isName(String name) {
    String separator = root.getFileSystem().getSeparator();
    return !name.isEmpty()
        && !name.equals(".")
        && !name.equals("..")
        && name.indexOf('\0') < 0
        && (separator.equals("/") || !name.contains(separator))
        && StandardCharsets.UTF_8.newEncoder().canEncode(name)
        && name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME_BYTES;
  }

  private static Path child(Path directory, String name) throws StoreException {
    try {
      return directory.resolve(name);
    } catch (InvalidPathException e) {
      boolean ascii = StandardCharsets.US_ASCII.newEncoder().canEncode(name);
      throw new StoreException(
          "the file system of %s refuses the name '%s': %s; %s"
              .formatted(
                  directory,
                  name,
                  e.getReason(),
                  ascii
                      ? "use a name without that character"
                      : "start the process with LC_ALL=C.UTF-8"),
          e);
    }
  }

  private BasicFileAttributes requireRoot() throws IOException {
    BasicFileAttributes found =
        Files.readAttributes(root, BasicFileAttributes.class, NOFOLLOW_LINKS);
    if (!found.isDirectory()) {
      throw new NotDirectoryException(root.toString());
    }
    return found;
  }

  private static Optional<BasicFileAttributes> attributes(Path path) throws IOException {
    try {
      return Optional.of(Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Returns the backup that a regular file represents. */
  static StoredBackup describe(BackupKey key, BasicFileAttributes file) {
    String version = file.lastModifiedTime() + " " + file.size() + " " + file.fileKey();
    return new StoredBackup(key, file.size(), file.lastModifiedTime().toInstant(), version);
  }

  private final class Lister extends SimpleFileVisitor<Path> {
    final List<StoredBackup> found = new ArrayList<>();
    boolean undecodable;
    private final String project;

    Lister(String project) {
      this.project = project;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      if (Thread.currentThread().isInterrupted()) {
        throw new ClosedByInterruptException();
      }
      boolean skipped = directory.equals(reserved) || key(directory).isLeftByFileSystems();
      return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (attributes.isRegularFile()) {
        backup(key(file), file, attributes)
            .filter(stored -> stored.isListedIn(project))
            .ifPresent(this::add);
      }
      return FileVisitResult.CONTINUE;
    }

    private void add(StoredBackup stored) {
      found.add(stored);
      undecodable |= stored.key().toString().indexOf(REPLACEMENT) >= 0;
    }

    private BackupKey key(Path path) {
      StringBuilder key = new StringBuilder();
      for (Path name : root.relativize(path)) {
        key.append(key.isEmpty() ? "" : "/").append(name);
      }
      return BackupKey.parse(key.toString());
    }

    @Override
    public FileVisitResult visitFileFailed(Path path, IOException e) throws IOException {
      boolean deleted = e instanceof NoSuchFileException && !path.equals(root);
      boolean lostAndFound =
          e instanceof AccessDeniedException && path.equals(root.resolve("lost+found"));
      if (deleted || lostAndFound) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }
  }
}
