package dev.etcdbackup.service;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A stream that reports its end only after a check has passed. After a failed check, every read
 * throws. Counts the bytes.
 */
final class CommitGuardInputStream extends FilterInputStream {
  private final CommitCheck check;
  private boolean passed;
  private long count;
  private @Nullable IOException refusal;

  CommitGuardInputStream(InputStream in, CommitCheck check) {
    super(in);
    this.check = check;
  }

  /** Returns the number of bytes that were read. */
  long count() {
    return count;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (refusal != null) {
      throw refusal;
    }
    int read = super.read(buffer, offset, length);
    if (read < 0 && !passed) {
      try {
        check.check();
      } catch (IOException e) {
        refusal = e;
        throw e;
      }
      passed = true;
    }
    count += Math.max(0, read);
    return read;
  }

  @Override
  public long skip(long n) {
    throw new UnsupportedOperationException("a backup is stored by reading all of it");
  }
}
