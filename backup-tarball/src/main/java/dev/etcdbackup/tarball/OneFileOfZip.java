package dev.etcdbackup.tarball;

import dev.etcdbackup.CorruptBackupException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/** The one file in a zip, in whatever directories, and at its end that there was no other. */
final class OneFileOfZip extends InputStream {
  private static final int MAX_DIRECTORIES = 100;

  private final InputStream in;
  private final ZipInputStream zip;
  private boolean found;
  private boolean ended;

  OneFileOfZip(InputStream in) {
    this.in = in;
    this.zip = new ZipInputStream(in);
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
    if (!found && !nextFile()) {
      throw new CorruptBackupException("the zip holds no file");
    }
    found = true;
    int read = zip.read(target, offset, length); // verifies size and CRC-32 at the end
    if (read < 0) {
      if (nextFile()) {
        throw new CorruptBackupException("the zip holds more than one file: unpack it first");
      }
      ended = true;
    }
    return read;
  }

  private boolean nextFile() throws IOException {
    for (int i = 0; i <= MAX_DIRECTORIES; i++) {
      @Nullable ZipEntry entry = zip.getNextEntry();
      if (entry == null) {
        return false;
      }
      if (!entry.isDirectory()) {
        return true;
      }
    }
    throw new CorruptBackupException("the zip holds more than 100 directories");
  }

  @Override
  public void close() throws IOException {
    zip.close();
    in.close();
  }
}
