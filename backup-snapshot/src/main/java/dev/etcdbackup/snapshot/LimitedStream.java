package dev.etcdbackup.snapshot;

import dev.etcdbackup.StoreException;
import dev.etcdbackup.internal.DurationText;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * The stored bytes of a backup while it is copied: reading ends when the time is over or the thread
 * is interrupted, and reports how far it has come.
 */
final class LimitedStream extends FilterInputStream {
  private static final long STEP = 1 << 20;

  private final String what;
  private final long total;
  private final Duration timeout;
  private final ReadOptions.Progress progress;
  private final long begun = System.nanoTime();
  private long count;
  private long reported;

  LimitedStream(InputStream in, String what, long total, ReadOptions options) {
    super(in);
    this.what = what;
    this.total = total;
    this.timeout = options.timeout();
    this.progress = options.progress();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new StoreException("reading " + what + " was interrupted", null);
    }
    if (System.nanoTime() - begun > timeout.toNanos()) {
      throw new StoreException(
          "reading " + what + " was not done within the timeout of " + DurationText.exact(timeout),
          null);
    }
    int read = in.read(target, offset, length);
    count += Math.max(0, read);
    if (count - reported >= STEP || (read < 0 && count > reported)) {
      reported = count;
      progress.moved(count, total);
    }
    return read;
  }
}
