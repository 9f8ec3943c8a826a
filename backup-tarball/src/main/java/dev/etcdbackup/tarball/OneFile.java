package dev.etcdbackup.tarball;

import dev.etcdbackup.CorruptBackupException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The one file in an archive, in whatever directories, and at its end that there was no other. */
abstract class OneFile extends InputStream {
  static final int MAX_DIRECTORIES = 100;

  private final String archive;
  private boolean found;
  private boolean ended;

  /** Creates the stream; {@code archive} names the kind of archive in messages. */
  OneFile(String archive) {
    this.archive = archive;
  }

  /** Goes to the next file, and returns false when there is none. */
  abstract boolean nextFile() throws IOException;

  /** Reads from the current file as {@link InputStream#read(byte[], int, int)} does. */
  abstract int readFile(byte[] target, int offset, int length) throws IOException;

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
      throw new CorruptBackupException("the " + archive + " holds no file");
    }
    found = true;
    int read = readFile(target, offset, length);
    if (read < 0) {
      if (nextFile()) {
        throw new CorruptBackupException(
            "the " + archive + " holds more than one file: unpack it first");
      }
      ended = true;
    }
    return read;
  }
}
