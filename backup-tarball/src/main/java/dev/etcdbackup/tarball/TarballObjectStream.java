package dev.etcdbackup.tarball;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The stored bytes on their way to gzip: remembers whether it was the store that failed, and stops
 * gzip from reading without end and without a result. A gzip header may hold a file name of any
 * length, and the decompressor collects it in memory.
 */
final class TarballObjectStream extends FilterInputStream {
  private static final long MOST_WITHOUT_PROGRESS = 1 << 20;

  private long left;
  private @Nullable IOException failure;

  TarballObjectStream(InputStream object) {
    super(object);
  }

  /** What the store's stream threw, if it did. */
  @Nullable IOException failure() {
    return failure;
  }

  /** Allows another mebibyte to be read. */
  void madeProgress() {
    left = MOST_WITHOUT_PROGRESS;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (left <= 0) {
      throw new IOException("its gzip headers are too long");
    }
    try {
      int read = in.read(buffer, offset, length);
      left -= Math.max(0, read);
      return read;
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
