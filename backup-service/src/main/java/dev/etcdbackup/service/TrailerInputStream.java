package dev.etcdbackup.service;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.internal.Sha256;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/**
 * The bytes of an object of changes. The end is reported only after the last 32 bytes were found to
 * be the SHA-256 of all before them; otherwise reading it throws {@link CorruptBackupException},
 * each time again. For one thread.
 */
final class TrailerInputStream extends FilterInputStream {
  private static final int LENGTH = 32;

  private final MessageDigest sha256;
  private final byte[] tail = new byte[LENGTH]; // the last bytes that were read
  private int held;
  private boolean verified;

  TrailerInputStream(InputStream in) {
    super(in);
    this.sha256 = Sha256.digest();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = verified ? -1 : super.read(buffer, offset, length);
    if (read > 0) {
      pass(buffer, offset, read);
    } else if (read < 0) {
      verify();
    }
    return read;
  }

  /** Digests all but the last 32 bytes. */
  private void pass(byte[] buffer, int offset, int count) {
    int digested = Math.max(0, held + count - LENGTH);
    int fromTail = Math.min(digested, held);
    sha256.update(tail, 0, fromTail);
    System.arraycopy(tail, fromTail, tail, 0, held - fromTail);
    held -= fromTail;
    int fromBuffer = digested - fromTail;
    sha256.update(buffer, offset, fromBuffer);
    System.arraycopy(buffer, offset + fromBuffer, tail, held, count - fromBuffer);
    held += count - fromBuffer;
  }

  private void verify() throws CorruptBackupException {
    if (verified) {
      return;
    }
    byte[] expected = sha256.digest();
    if (held < LENGTH || !MessageDigest.isEqual(expected, tail)) {
      held = 0; // so that it stays wrong
      throw new CorruptBackupException(
          "the last 32 bytes of the changes are not the SHA-256 of the bytes before them");
    }
    verified = true;
  }

  @Override
  public long skip(long n) {
    throw new UnsupportedOperationException("changes are verified by reading all of them");
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
