package dev.etcdbackup.tarball;

import dev.etcdbackup.CorruptBackupException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.jspecify.annotations.Nullable;

/** The one file in a tar, in whatever directories, and at its end that there was no other. */
final class OneFileOfTar extends InputStream {
  private static final int MAX_DIRECTORIES = 100;

  private final InputStream in;
  private final TarReader tar;
  private boolean found;
  private boolean ended;

  OneFileOfTar(InputStream in) {
    this.in = in;
    this.tar = new TarReader(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (ended) {
      return -1;
    }
    try {
      if (!found && !nextFile()) {
        throw new CorruptBackupException("the tar holds no file");
      }
      found = true;
      int read = tar.read(target, offset, length);
      if (read < 0) {
        if (nextFile()) {
          throw new CorruptBackupException("the tar holds more than one file: unpack it first");
        }
        ended = true;
      }
      return read;
    } catch (EOFException e) {
      throw new CorruptBackupException("the tar is cut", e);
    }
  }

  private boolean nextFile() throws IOException {
    for (int i = 0; i <= MAX_DIRECTORIES; i++) {
      @Nullable TarArchiveEntry entry = tar.next();
      if (entry == null) {
        return false;
      }
      if (entry.isFile() && !entry.isLink() && !entry.isSymbolicLink() && !entry.isSparse()) {
        return true;
      }
      if (!entry.isDirectory() || entry.getSize() != 0) {
        throw new CorruptBackupException(
            "the tar holds " + TarReader.shown(entry.getName()) + ", which is no plain file");
      }
    }
    throw new CorruptBackupException("the tar holds more than 100 directories");
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
