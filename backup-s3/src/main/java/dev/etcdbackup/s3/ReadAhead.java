package dev.etcdbackup.s3;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.internal.FailureText;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * A long stretch of one version of an object, some ranges of it on their way at once, handed out in
 * order. A caller that reads only the beginning causes one request; each range that was read to its
 * end lets one more be on its way, up to {@link #PARALLEL}.
 *
 * <p>Each range must name the version it is of, or the ranges might be of different ones.
 */
final class ReadAhead extends InputStream {
  static final int RANGE = 4 << 20;
  static final int PARALLEL = 4;

  private final S3Bucket bucket;
  private final Workers workers;
  private final StoredBackup backup;
  private final Duration timeout;
  private final String url;
  private final long end;

  private final Deque<Range> ahead = new ArrayDeque<>(PARALLEL);
  private final Deque<byte[]> free = new ArrayDeque<>(PARALLEL);
  private long next; // where the first range begins that was not asked for
  private int window = 1;
  private int position; // in the first range ahead
  private @Nullable BackupException failure;
  private boolean closed;

  /**
   * Goes on where the first range begins.
   *
   * @param first the answer to the request for the first {@link #RANGE} bytes
   * @param offset where they begin
   * @param length how many bytes there are to read, more than a range
   */
  ReadAhead(
      S3Bucket bucket,
      Workers workers,
      Duration timeout,
      StoredBackup backup,
      ResponseInputStream<GetObjectResponse> first,
      long offset,
      long length) {
    this.bucket = bucket;
    this.workers = workers;
    this.timeout = timeout;
    this.backup = backup;
    this.url = bucket.url(backup.key());
    this.end = offset + length;
    this.next = offset;
    begin(first);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public synchronized int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    requireOpen();
    if (length == 0) {
      return 0;
    }
    while (ahead.size() < window && next < end) {
      begin(null);
    }
    Range range = ahead.peek();
    if (range == null) {
      return -1;
    }
    await(range);
    int count = Math.min(length, range.length - position);
    System.arraycopy(range.bytes, position, target, offset, count);
    position += count;
    if (position == range.length) {
      ahead.remove();
      free.add(range.bytes);
      position = 0;
      window = Math.min(window + 1, PARALLEL);
    }
    return count;
  }

  @Override
  public synchronized int available() {
    Range range = ahead.peek();
    return range != null && range.whole ? range.length - position : 0;
  }

  /** Cancels the requests in progress, and a read that waits for one. */
  @Override
  public synchronized void close() {
    closed = true;
    stop();
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("the stream of " + url + " is closed");
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Has the next range sent, or takes it from an answer that is there. */
  private void begin(@Nullable ResponseInputStream<GetObjectResponse> answer) {
    int length = (int) Math.min(RANGE, end - next);
    byte[] bytes = free.poll();
    Range range = new Range(next, length, bytes == null ? new byte[length] : bytes, answer);
    ahead.add(range);
    next += length;
    workers.start(range::receive);
  }

  private void await(Range range) throws IOException {
    long giveUpAt = System.nanoTime() + timeout.toNanos();
    try {
      while (!range.whole) {
        requireOpen();
        if (range.failure != null) {
          throw fail(range.failure);
        }
        long left = giveUpAt - System.nanoTime();
        if (left <= 0) {
          throw fail(bucket.exceptions().failed("Reading", url, new TimeoutException()));
        }
        wait(left / 1_000_000 + 1);
      }
    } catch (InterruptedException e) {
      throw fail(S3Exceptions.interrupted("reading " + url, e, false));
    }
  }

  private BackupException fail(BackupException e) {
    failure = e;
    stop();
    return e;
  }

  private void stop() {
    ahead.forEach(Range::stop);
    ahead.clear();
    free.clear();
    notifyAll();
  }

  /**
   * A range on its way. Its fields are guarded by the stream, but for the bytes until it is whole.
   */
  private final class Range {
    final int length;
    final byte[] bytes;
    boolean whole;
    @Nullable BackupException failure;
    private final long offset;
    private @Nullable ResponseInputStream<GetObjectResponse> answer;
    private @Nullable Thread receiving;
    private boolean stopped;

    Range(
        long offset,
        int length,
        byte[] bytes,
        @Nullable ResponseInputStream<GetObjectResponse> answer) {
      this.offset = offset;
      this.length = length;
      this.bytes = bytes;
      this.answer = answer;
    }

    /** On a worker. */
    void receive() {
      BackupException problem = null;
      try {
        ResponseInputStream<GetObjectResponse> in = answer();
        if (in != null) {
          fill(in);
        }
      } catch (BackupException e) {
        problem = e;
      } catch (RuntimeException | Error e) {
        problem = new StoreException("Reading of " + url + " failed: " + FailureText.of(e), e);
      }
      synchronized (ReadAhead.this) {
        receiving = null;
        failure = problem;
        whole = problem == null && !stopped;
        ReadAhead.this.notifyAll();
      }
    }

    private @Nullable ResponseInputStream<GetObjectResponse> answer() throws BackupException {
      synchronized (ReadAhead.this) {
        if (stopped || answer != null) {
          return stopped ? null : answer;
        }
        receiving = Thread.currentThread();
      }
      ResponseInputStream<GetObjectResponse> in = bucket.get(backup, offset, length);
      synchronized (ReadAhead.this) {
        receiving = null;
        answer = in;
        if (stopped) {
          in.abort();
        }
        return stopped ? null : in;
      }
    }

    private void fill(ResponseInputStream<GetObjectResponse> in) throws StoreException {
      try (in) {
        int count = in.readNBytes(bytes, 0, length);
        if (count < length) {
          in.abort();
          throw new StoreException(
              "Reading of "
                  + url
                  + " failed: it ended "
                  + (end - offset - count)
                  + " bytes too early",
              null);
        }
      } catch (StoreException e) {
        throw e;
      } catch (IOException | SdkException e) {
        throw bucket.exceptions().failed("Reading", url, e);
      }
    }

    /** Ends the request or the answer, whichever there is. */
    void stop() {
      stopped = true;
      if (answer != null && !whole) {
        answer.abort();
      }
      if (receiving != null) {
        receiving.interrupt();
      }
    }
  }
}
