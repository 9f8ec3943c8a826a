package dev.etcdbackup.s3;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The bytes of an object, exactly as many as were asked for. Reads through a buffer that a worker
 * fills, so that interrupting the reader ends a read that waits in a socket.
 */
final class S3ObjectStream extends InputStream {
  private static final int BUFFER = 128 << 10;

  private final ResponseInputStream<?> in;
  private final Workers workers;
  private final S3Exceptions exceptions;
  private final String url;
  private final Duration timeout;
  private final byte[] buffer;
  private int position;
  private int limit;
  private long left; // to come from the store
  private @Nullable StoreException failure;
  private volatile boolean closed;

  S3ObjectStream(
      ResponseInputStream<?> in,
      long length,
      Workers workers,
      S3Exceptions exceptions,
      String url,
      Duration timeout) {
    this.in = in;
    this.left = length;
    this.workers = workers;
    this.exceptions = exceptions;
    this.url = url;
    this.timeout = timeout;
    this.buffer = new byte[(int) Math.min(BUFFER, length)];
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (closed) {
      throw new IOException("the stream of " + url + " is closed");
    }
    if (length == 0) {
      return 0;
    }
    if (position == limit) {
      if (left == 0) {
        return -1;
      }
      fill();
    }
    int count = Math.min(length, limit - position);
    System.arraycopy(buffer, position, target, offset, count);
    position += count;
    return count;
  }

  @Override
  public int available() {
    return limit - position;
  }

  /** Gives the connection back, or ends it when not all was read. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    if (left > 0) {
      in.abort();
    } else {
      in.close();
    }
  }

  private void fill() throws StoreException {
    if (failure != null) {
      throw failure;
    }
    int count;
    try {
      count = workers.callThrough(this::receive, late -> {}, timeout);
    } catch (BackupException e) {
      throw fail((StoreException) e);
    } catch (InterruptedException e) {
      throw fail(S3Exceptions.interrupted("reading " + url, e, false));
    } catch (TimeoutException e) {
      throw fail(exceptions.failed("Reading", url, e));
    }
    position = 0;
    limit = count;
    left -= count;
  }

  private StoreException fail(StoreException e) {
    failure = e;
    in.abort();
    return e;
  }

  private int receive() throws StoreException {
    int count;
    try {
      count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
    } catch (IOException | SdkException e) {
      throw exceptions.failed("Reading", url, e);
    }
    if (count < 0) {
      throw new StoreException(
          "Reading of " + url + " failed: it ended " + left + " bytes too early", null);
    }
    return count;
  }
}
