package dev.etcdbackup.testkit.faults;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A stream into which a fault is injected. For one reading thread; closing it, from any thread,
 * ends a stall.
 */
final class FaultyInputStream extends InputStream {
  private final FaultyTransfer transfer;
  private final Function<String, IOException> failure;
  private InputStream in;
  private @Nullable IOException failed;

  FaultyInputStream(
      InputStream in, FaultyTransfer transfer, Function<String, IOException> failure) {
    this.in = in;
    this.transfer = transfer;
    this.failure = failure;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (length == 0) {
      return 0;
    }
    if (failed != null) {
      return lastBytes(buffer, offset, length, failed);
    }
    try {
      return transfer.read(in, buffer, offset, length);
    } catch (InjectedFaultException e) {
      failed = failure.apply(e.fault().toString());
      byte[] last = e.fault().kind() == Effect.Kind.GARBAGE ? Effect.garbage() : new byte[0];
      in.close();
      in = new ByteArrayInputStream(last);
      return lastBytes(buffer, offset, length, failed);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted while stalled").initCause(e);
    }
  }

  private int lastBytes(byte[] buffer, int offset, int length, IOException then)
      throws IOException {
    int count = in.read(buffer, offset, length);
    if (count < 0) {
      throw then;
    }
    return count;
  }

  @Override
  public void close() throws IOException {
    transfer.abandon();
    in.close();
  }
}
