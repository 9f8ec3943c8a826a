package dev.etcdbackup.tarball;

import dev.etcdbackup.CorruptBackupException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.jspecify.annotations.Nullable;

/** The one file in a tar. */
final class OneFileOfTar extends OneFile {
  private final InputStream in;
  private final TarReader tar;

  OneFileOfTar(InputStream in) {
    super("tar");
    this.in = in;
    this.tar = new TarReader(in);
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    try {
      return super.read(target, offset, length);
    } catch (EOFException e) {
      throw new CorruptBackupException("the tar is cut", e);
    }
  }

  @Override
  int readFile(byte[] target, int offset, int length) throws IOException {
    return tar.read(target, offset, length);
  }

  @Override
  boolean nextFile() throws IOException {
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
            "the tar holds " + TarReader.shown(entry.getName()) + ", which is not a plain file");
      }
    }
    throw new CorruptBackupException("the tar holds more than 100 directories");
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
