package dev.etcdbackup.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** A stream that records how it was used and runs an action at a given byte. */
final class WatchedStream extends InputStream {
  private static final int MAX_READ = 65_521; // no store's buffer is a multiple of this

  private final byte[] bytes;
  private int position;
  private int stepAt = Integer.MAX_VALUE;
  private Step step = () -> {};
  private boolean read;
  private boolean closed;

  /** An action that runs during a read. */
  interface Step {
    void run() throws IOException;
  }

  WatchedStream(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Runs an action once, before this byte is returned; at the size, before the end is reported. */
  WatchedStream before(int position, Step step) {
    this.stepAt = Objects.checkIndex(position, bytes.length + 1);
    this.step = step;
    return this;
  }

  boolean wasRead() {
    return read;
  }

  boolean wasClosed() {
    return closed;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    read = true;
    if (length == 0) {
      return 0;
    }
    if (position == stepAt) {
      stepAt = Integer.MAX_VALUE;
      step.run();
    }
    if (position == bytes.length) {
      return -1;
    }
    int until = Math.min(bytes.length, stepAt);
    int count = Math.min(Math.min(length, MAX_READ), until - position);
    System.arraycopy(bytes, position, buffer, offset, count);
    position += count;
    return count;
  }

  @Override
  public void close() {
    closed = true;
  }
}
