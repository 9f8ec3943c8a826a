package dev.etcdbackup.service;

import dev.etcdbackup.internal.AtomicFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * The file that a download makes: it appears under its name whole or not at all, readable by its
 * owner only, as {@code etcdctl snapshot save} does it.
 */
final class TargetFile implements Closeable {
  private final Path target;
  private final boolean overwrite;
  private final AtomicFile file;

  /**
   * Creates the file.
   *
   * @throws FileAlreadyExistsException when the target exists and may not be replaced
   */
  TargetFile(Path target, boolean overwrite) throws IOException {
    this.target = target.toAbsolutePath();
    this.overwrite = overwrite;
    if (Files.isDirectory(this.target)) {
      throw new FileSystemException(target.toString(), null, "is a directory");
    }
    if (!overwrite && Files.exists(this.target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString(), null, "exists already");
    }
    this.file = AtomicFile.beside(this.target);
  }

  /** Where the bytes go; closing it does nothing. */
  OutputStream out() {
    return file.out();
  }

  /** Puts the file under its name, durably. */
  void commit() throws IOException {
    if (overwrite) {
      file.publishReplacing(target);
    } else {
      file.publishNew(target);
    }
  }

  /** Removes what was not committed. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
