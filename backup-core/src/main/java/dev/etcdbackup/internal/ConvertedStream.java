package dev.etcdbackup.internal;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are made from others while they are read, by an encoding or its decoding. The first
 * failure is final: every later read throws it again. For one thread.
 */
public abstract class ConvertedStream extends InputStream {
  private @Nullable IOException failure;

  /** Creates a stream. */
  protected ConvertedStream() {}

  /**
   * Makes more bytes.
   *
   * @param target where they go
   * @param offset where in the target they begin
   * @param length how many are wanted, 1 or more
   * @return how many were made, or -1 at the end, also when it is asked again
   * @throws IOException when that fails; nothing is asked for after it
   */
  protected abstract int convert(byte[] target, int offset, int length) throws IOException;

  /**
   * Returns what this and every later read throw instead of a failure of {@link #convert}; ends
   * what was going on, for the stream may never be closed. By default the failure itself.
   *
   * @param e the failure
   * @return the failure for the reader
   */
  protected IOException failed(IOException e) {
    return e;
  }

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public final int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (failure != null) {
      throw failure;
    }
    if (length == 0) {
      return 0;
    }
    try {
      return convert(target, offset, length);
    } catch (IOException e) {
      failure = failed(e);
      throw failure;
    }
  }

  /**
   * Ends reading. Subclasses close what they hold.
   *
   * @throws IOException when what they hold cannot be closed
   */
  @Override
  public void close() throws IOException {
    if (failure == null) {
      failure = new IOException("the stream is closed");
    }
  }
}
