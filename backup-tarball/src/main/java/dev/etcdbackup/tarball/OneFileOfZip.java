package dev.etcdbackup.tarball;

import dev.etcdbackup.CorruptBackupException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The one file in a zip. RKE 1 packs the state of a cluster beside its snapshot, {@code
 * NAME.rkestate}, which is passed over.
 */
final class OneFileOfZip extends OneFile {
  private static final String RKE_STATE = ".rkestate";
  private static final int PIECE = 8 << 10;

  private final InputStream in;
  private final ZipInputStream zip;

  OneFileOfZip(InputStream in) {
    super("zip");
    this.in = in;
    this.zip = new ZipInputStream(in);
  }

  @Override
  int readFile(byte[] target, int offset, int length) throws IOException {
    return zip.read(target, offset, length); // verifies size and CRC-32 at the end
  }

  @Override
  boolean nextFile() throws IOException {
    for (int i = 0; i <= MAX_DIRECTORIES; i++) {
      @Nullable ZipEntry entry = zip.getNextEntry();
      if (entry == null) {
        readToEnd();
        return false;
      }
      if (!entry.isDirectory() && !entry.getName().endsWith(RKE_STATE)) {
        return true;
      }
    }
    throw new CorruptBackupException("the zip holds more than 100 directories");
  }

  /** Of the bytes: a zip ends with a directory, which is not needed. */
  private void readToEnd() throws IOException {
    byte[] piece = new byte[PIECE];
    while (in.read(piece) >= 0) {
      // what was signed or hashed is known at the end only
    }
  }

  @Override
  public void close() throws IOException {
    zip.close();
    in.close();
  }
}
