package dev.etcdbackup.service;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reports how many bytes of a snapshot were read, and whether it is waiting for its source. */
final class CountingInputStream extends FilterInputStream {
  private static final long STEP = 1 << 20;

  private final long total;
  private final BackupProgress progress;
  private long count;
  private long reported;
  private volatile boolean reading;

  CountingInputStream(InputStream in, long total, BackupProgress progress) {
    super(in);
    this.total = total;
    this.progress = progress;
  }

  /** Returns the number of bytes that were read. */
  long count() {
    return count;
  }

  /** Whether a read is under way. */
  boolean isReading() {
    return reading;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read;
    reading = true;
    try {
      read = super.read(buffer, offset, length);
    } finally {
      reading = false;
    }
    count += Math.max(0, read);
    if (count - reported >= STEP || (read < 0 && count > reported)) {
      reported = count;
      progress.moved(count, total);
    }
    return read;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  @Override
  public long skip(long n) {
    throw new UnsupportedOperationException("a snapshot is verified by reading all of it");
  }
}
