package dev.etcdbackup.service;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that appears under its name whole or not at all: written under a temporary name beside it,
 * fsynced, then linked or renamed. Readable by its owner only, as {@code etcdctl snapshot save}
 * does it.
 */
final class TargetFile implements Closeable {
  private final Path target;
  private final boolean overwrite;
  private final Path directory;
  private final Path temporary;
  private final FileChannel channel;

  /**
   * Begins the file.
   *
   * @throws FileAlreadyExistsException when the target is there and may not be replaced
   */
  TargetFile(Path target, boolean overwrite) throws IOException {
    this.target = target.toAbsolutePath();
    this.overwrite = overwrite;
    Path parent = this.target.getParent();
    if (parent == null || this.target.getFileName() == null) {
      throw new FileSystemException(target.toString(), null, "is not the name of a file");
    }
    if (Files.isDirectory(this.target)) {
      throw new FileSystemException(target.toString(), null, "is a directory");
    }
    this.directory = parent;
    refuseTaken();
    // createTempFile makes the file with mode 0600 where the file system has modes
    this.temporary =
        Files.createTempFile(directory, "." + this.target.getFileName() + ".", ".part");
    this.channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
  }

  /** Where the bytes go; closing it does nothing. */
  OutputStream out() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes, offset, length);
        while (left.hasRemaining()) {
          channel.write(left);
        }
      }
    };
  }

  /** Puts the file under its name, durably. */
  void commit() throws IOException {
    channel.force(true);
    channel.close();
    if (overwrite) {
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } else {
      link();
    }
    try (FileChannel entries = FileChannel.open(directory)) {
      entries.force(true);
    }
  }

  /** Removes what was not committed. */
  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(temporary);
  }

  private void link() throws IOException {
    try {
      Files.createLink(target, temporary); // refuses a taken name, which a rename would not
    } catch (FileAlreadyExistsException taken) {
      throw taken;
    } catch (UnsupportedOperationException | FileSystemException noHardLinks) {
      refuseTaken();
      Files.move(temporary, target);
    }
  }

  private void refuseTaken() throws FileAlreadyExistsException {
    if (!overwrite && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString(), null, "exists already");
    }
  }
}
