package dev.etcdbackup.snapshot;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.VerifyingInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A snapshot that was read once, from its beginning to its end, into memory or a file, and verified
 * on the way.
 *
 * @param bytes the copy
 * @param checksumMatches whether the size is the one that the first page announces and the last 32
 *     bytes are the SHA-256 of all before; false when that was not required and something is wrong
 */
record SnapshotCopy(CopiedBytes bytes, boolean checksumMatches) {
  private static final int PIECE = 64 << 10; // see TrailerCheck

  /** Writing the copy failed, as opposed to reading what is copied. */
  static final class WriteException extends IOException {
    private static final long serialVersionUID = 1L;

    WriteException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /**
   * Copies a snapshot into memory or a temporary file.
   *
   * @param snapshot the snapshot; not closed
   * @param options where the copy goes, and whether the checksum has to match
   * @throws CorruptBackupException when the checksum has to match and does not, or what the stream
   *     threw
   * @throws WriteException when the copy cannot be written
   * @throws IOException what the stream threw
   */
  static SnapshotCopy of(InputStream snapshot, ReadOptions options) throws IOException {
    return of(snapshot, CopiedBytes.temporary(options.temporaryDirectory()), options.checksum());
  }

  /**
   * Copies a snapshot whose checksum has to match into a file, as above.
   *
   * @param file the file, not there yet, and not deleted when this throws
   */
  static SnapshotCopy inFile(InputStream snapshot, Path file) throws IOException {
    CopiedBytes bytes;
    try {
      bytes = CopiedBytes.kept(file);
    } catch (IOException e) {
      throw new WriteException(e);
    }
    return of(snapshot, bytes, ReadOptions.Checksum.REQUIRED);
  }

  private static SnapshotCopy of(
      InputStream snapshot, CopiedBytes bytes, ReadOptions.Checksum checksum) throws IOException {
    try {
      boolean matches = copy(new Tee(snapshot, bytes), checksum);
      complete(bytes);
      return new SnapshotCopy(bytes, matches);
    } catch (IOException | RuntimeException | Error e) {
      try {
        bytes.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  private static boolean copy(Tee tee, ReadOptions.Checksum checksum) throws IOException {
    try {
      readAll(new VerifyingInputStream(tee));
      return true;
    } catch (CorruptBackupException e) {
      if (tee.failed) { // it could not be decoded: there is no more of it
        throw e;
      }
      if (checksum == ReadOptions.Checksum.REQUIRED) {
        throw named(tee, e);
      }
    }
    readAll(tee); // whatever follows
    return false;
  }

  /** Says of a file of a well-known format what it is. */
  private static BackupException named(Tee tee, CorruptBackupException e) throws IOException {
    tee.readNBytes(ForeignFormat.HEAD);
    complete(tee.copy);
    Optional<ForeignFormat> format = ForeignFormat.of(tee.copy);
    return format.isPresent() ? new CorruptBackupException(format.get().message(), e) : e;
  }

  private static void complete(CopiedBytes bytes) throws WriteException {
    try {
      bytes.complete();
    } catch (IOException e) {
      throw new WriteException(e);
    }
  }

  private static void readAll(InputStream in) throws IOException {
    byte[] piece = new byte[PIECE];
    while (in.read(piece) >= 0) {
      // the tee keeps it
    }
  }

  /** Passes a stream on and keeps a copy of all that was read. */
  private static final class Tee extends InputStream {
    private final InputStream in;
    private final CopiedBytes copy;
    private boolean failed; // reading threw

    Tee(InputStream in, CopiedBytes copy) {
      this.in = in;
      this.copy = copy;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read;
      try {
        read = in.read(target, offset, length);
      } catch (IOException e) {
        failed = true;
        throw e;
      }
      if (read > 0) {
        append(target, offset, read);
      }
      return read;
    }

    private void append(byte[] target, int offset, int length) throws WriteException {
      try {
        copy.append(target, offset, length);
      } catch (IOException e) {
        throw new WriteException(e);
      }
    }
  }
}
