package dev.etcdbackup.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * A file that is written under a temporary name and then appears under its final name completely or
 * not at all. Its content is forced to the disk before it is published, and its directory
 * afterwards, so that a published file survives a power failure. Of a large file, a thread of its
 * own begins with that while more is written.
 *
 * <p>The file has mode 0600 where the file system has modes. {@link #close} removes the temporary
 * name, whether the file was published or not. Not thread-safe.
 */
public final class AtomicFile implements Closeable {
  private final Path temporary;
  private final Path named;
  private final FileChannel channel;
  private final EarlyForce early;

  private AtomicFile(Path temporary, Path named) throws IOException {
    this.temporary = temporary;
    this.named = named;
    this.channel =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            mode(temporary, "rw-------"));
    this.early = new EarlyForce(channel);
  }

  /**
   * Creates an empty file under a temporary name in the directory of its target: {@code
   * .NAME.RANDOM.part}.
   *
   * @param target the final name of the file
   * @return the file, which the caller closes
   * @throws IOException when the directory does not exist or cannot be written to
   */
  public static AtomicFile beside(Path target) throws IOException {
    Path file = target.toAbsolutePath();
    Path name = file.getFileName();
    if (name == null) {
      throw new FileSystemException(target.toString(), null, "is not the name of a file");
    }
    try {
      return new AtomicFile(
          file.resolveSibling("." + name + "." + UUID.randomUUID() + ".part"), target);
    } catch (NoSuchFileException e) { // names the temporary file, not that of the caller
      NoSuchFileException missing =
          new NoSuchFileException(
              String.valueOf(file.getParent()), null, "there is no such directory");
      missing.initCause(e);
      throw missing;
    }
  }

  /**
   * Creates an empty file under a given temporary name, on the file system of its later target.
   *
   * @param temporary the temporary name
   * @return the file, which the caller closes
   * @throws FileAlreadyExistsException when there is such a file
   * @throws IOException when it cannot be created
   */
  public static AtomicFile at(Path temporary) throws IOException {
    return new AtomicFile(temporary, temporary);
  }

  /**
   * Returns the temporary name.
   *
   * @return the path, absolute when it was chosen by {@link #beside}
   */
  public Path temporary() {
    return temporary;
  }

  /**
   * Appends bytes.
   *
   * @param bytes the bytes; the remaining bytes of the buffer are written
   * @throws FileSystemException when the disk refuses them, for example because it is full; it
   *     names the file, by its final name where that is known
   * @throws IOException when they cannot be written
   */
  public void write(ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) {
        early.wrote(channel.write(bytes));
      }
    } catch (IOException e) {
      throw naming(e);
    }
  }

  /** What the system reports of an open file says why, and does not name the file. */
  private IOException naming(IOException e) {
    if (e.getClass() != IOException.class) {
      return e;
    }
    FileSystemException naming = new FileSystemException(named.toString(), null, e.getMessage());
    naming.initCause(e);
    return naming;
  }

  /**
   * Returns a stream that appends to the file.
   *
   * @return the stream, not buffered; closing it does nothing
   */
  public OutputStream out() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        AtomicFile.this.write(ByteBuffer.wrap(new byte[] {(byte) b}));
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        AtomicFile.this.write(ByteBuffer.wrap(bytes, offset, length));
      }
    };
  }

  /**
   * Forces the content and its attributes to the disk.
   *
   * @throws IOException when that fails
   */
  public void force() throws IOException {
    try {
      early.force();
    } catch (IOException e) {
      throw naming(e);
    }
  }

  /** What is done before a name is taken by an empty file. */
  public interface BeforeClaim {
    /**
     * Does it.
     *
     * @throws IOException when it fails; the name is not taken then
     */
    void run() throws IOException;
  }

  /**
   * Publishes the file under a name that is free, and forces the directory to the disk. An existing
   * file is never replaced. {@link #takeName} says how, and what a killed process leaves.
   *
   * @param target the name
   * @throws FileAlreadyExistsException when the name is taken
   * @throws IOException when the file cannot be published; the name is free then, unless only
   *     forcing the directory failed
   */
  public void publishNew(Path target) throws IOException {
    force();
    takeName(target, () -> {});
    forceDirectory(parent(target));
  }

  /**
   * Gives the file a name that is free, without forcing anything to the disk. An existing file is
   * never replaced.
   *
   * <p>The name is a hard link. Where the file system refuses one, as vfat, exFAT, SMB and many
   * FUSE file systems do, an empty file of that name is created first, which fails when the name is
   * taken, and then replaced by this one in one step: readers may see the empty file for a moment,
   * and a process that is killed in that moment leaves it.
   *
   * @param target the name
   * @param before runs before an empty file is created; not where there are hard links
   * @throws FileAlreadyExistsException when the name is taken
   * @throws IOException when the file cannot get the name, which is free then
   */
  public void takeName(Path target, BeforeClaim before) throws IOException {
    Exception refusal;
    try {
      Files.createLink(target, temporary);
      return;
    } catch (NoSuchFileException | AccessDeniedException | FileAlreadyExistsException other) {
      throw other;
    } catch (UnsupportedOperationException | FileSystemException refused) {
      refusal = refused; // EPERM, ENOTSUP, ENOSYS or EMLINK; any other reason fails below too
    }
    before.run();
    try {
      claimAndReplace(target);
    } catch (IOException e) {
      e.addSuppressed(refusal);
      throw e;
    }
  }

  /**
   * Publishes the file under a name, replacing an existing file of that name, and forces the
   * directory to the disk.
   *
   * @param target the name
   * @throws IOException when the file cannot be published; an existing file is then unchanged,
   *     unless only forcing the directory failed
   */
  public void publishReplacing(Path target) throws IOException {
    force();
    replace(target);
    forceDirectory(parent(target));
  }

  /** Removes the temporary name. A published file is kept. */
  @Override
  public void close() throws IOException {
    try (channel;
        early) {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Forces the entries of a directory to the disk; does nothing where directories cannot be opened,
   * as on Windows.
   *
   * @param directory the directory
   * @throws IOException when that fails
   */
  public static void forceDirectory(Path directory) throws IOException {
    if (directory.getFileSystem() != FileSystems.getDefault() || !hasModes(directory)) {
      return;
    }
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  /**
   * Returns the attribute with which to create a file or directory.
   *
   * @param path a path of the file system in question
   * @param mode the permissions, {@code rw-------} for example
   * @return one attribute; none where the file system has no modes
   */
  public static FileAttribute<?>[] mode(Path path, String mode) {
    if (!hasModes(path)) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
    };
  }

  private void claimAndReplace(Path target) throws IOException {
    Files.createFile(target, mode(target, "rw-------"));
    try {
      replace(target);
    } catch (IOException | RuntimeException | Error e) {
      Files.deleteIfExists(target);
      throw e;
    }
  }

  private void replace(Path target) throws IOException {
    channel.close(); // some file systems cannot rename an open file
    Files.move(
        temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static Path parent(Path target) throws FileSystemException {
    Path parent = target.toAbsolutePath().getParent();
    if (parent == null) {
      throw new FileSystemException(target.toString(), null, "is not the name of a file");
    }
    return parent;
  }

  private static boolean hasModes(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
