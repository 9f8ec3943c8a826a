package dev.etcdbackup.zstd;

import dev.etcdbackup.CorruptBackupException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** The encoded bytes, outside the heap as zstd needs them. Reads ahead as far as a caller looks. */
final class EncodedInput {
  private static final int CAPACITY = 256 << 10;

  private final InputStream in;
  private final byte[] piece = new byte[64 << 10];
  private final ByteBuffer buffer = SeekTable.little(ByteBuffer.allocateDirect(CAPACITY)).flip();
  private long position; // of the first byte that was read from the stream and not taken

  EncodedInput(InputStream in) {
    this.in = in;
  }

  /** How many bytes were taken. */
  long position() {
    return position;
  }

  boolean isAtEnd() throws IOException {
    return !buffer.hasRemaining() && !fill(1);
  }

  /** Looks at the next byte at a distance of at most 128 KiB, and leaves it where it is. */
  int peekByte(int distance) throws IOException {
    require(distance + 1);
    return buffer.get(buffer.position() + distance) & 0xff;
  }

  /** Looks at the next bytes as a little-endian number of 1 to 8 bytes. */
  long peek(int distance, int length) throws IOException {
    long value = 0;
    for (int i = length - 1; i >= 0; i--) {
      value = value << 8 | peekByte(distance + i);
    }
    return value;
  }

  /**
   * Takes the next bytes.
   *
   * @return a view of them, good until the next call
   */
  ByteBuffer take(int length) throws IOException {
    require(length);
    ByteBuffer taken = SeekTable.little(buffer.duplicate());
    taken.limit(taken.position() + length);
    buffer.position(buffer.position() + length);
    position += length;
    return taken;
  }

  void skip(long length) throws IOException {
    long left = length;
    while (left > 0) {
      int step = (int) Math.min(left, 64 << 10);
      take(step);
      left -= step;
    }
  }

  private void require(int length) throws IOException {
    if (buffer.remaining() < length && !fill(length)) {
      throw new CorruptBackupException(
          "the zstd data ends after " + (position + buffer.remaining()) + " bytes, within a frame");
    }
  }

  private boolean fill(int length) throws IOException {
    buffer.compact();
    try {
      while (buffer.position() < length) {
        int read = in.read(piece, 0, Math.min(piece.length, buffer.remaining()));
        if (read < 0) {
          return false;
        }
        buffer.put(piece, 0, read);
      }
      return true;
    } finally {
      buffer.flip();
    }
  }
}
