package dev.etcdbackup.service;

import dev.etcdbackup.SourceException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of a source. Whatever reading them throws is a {@link SourceException}. */
final class SourceInputStream extends FilterInputStream {
  SourceInputStream(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      return super.read(buffer, offset, length);
    } catch (IOException | RuntimeException | LinkageError | StackOverflowError e) {
      throw failure(e);
    }
  }

  /** What a source threw, as the exception of a source that failed. */
  static SourceException failure(Throwable thrown) {
    if (thrown instanceof SourceException source) {
      return source;
    }
    String message = thrown instanceof IOException ? thrown.getMessage() : thrown.toString();
    return new SourceException(
        "the source of the snapshot failed: " + (message == null ? thrown : message), thrown);
  }
}
