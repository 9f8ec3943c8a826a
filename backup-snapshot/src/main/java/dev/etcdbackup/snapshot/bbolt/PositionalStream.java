package dev.etcdbackup.snapshot.bbolt;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** A range of random access bytes in order; what is underneath stays open. */
final class PositionalStream extends InputStream {
  private final RandomAccessBytes bytes;
  private final long end;
  private long position;

  PositionalStream(RandomAccessBytes bytes, long position, long length) {
    this.bytes = bytes;
    this.position = position;
    this.end = position + length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    int n = (int) Math.min(length, end - position);
    if (n == 0) {
      return length == 0 ? 0 : -1;
    }
    bytes.read(position, target, offset, n);
    position += n;
    return n;
  }
}
