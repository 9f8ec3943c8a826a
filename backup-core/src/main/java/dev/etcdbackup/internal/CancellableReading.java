package dev.etcdbackup.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Work that reads a stream, which is closed to cancel it.
 *
 * @param <T> what it returns
 */
public class CancellableReading<T> implements Deadline.Work<T> {
  /** What is read, for messages. */
  protected final String what;

  private final Opener opener;
  private final Reader<T> reader;
  private volatile @Nullable InputStream open;
  private volatile boolean cancelled;

  /** Opens what is to be read. */
  @FunctionalInterface
  public interface Opener {
    /**
     * Opens it.
     *
     * @return the stream; any thread may close it
     * @throws IOException when that fails
     */
    InputStream open() throws IOException;
  }

  /**
   * Reads what was opened.
   *
   * @param <T> what comes of it
   */
  @FunctionalInterface
  public interface Reader<T> {
    /**
     * Reads it.
     *
     * @param in the stream; closed by the caller
     * @return what comes of it
     * @throws IOException when it cannot be read
     */
    T read(InputStream in) throws IOException;
  }

  /**
   * Describes the work.
   *
   * @param what what is read, for messages
   * @param opener opens it
   * @param reader reads it
   */
  public CancellableReading(String what, Opener opener, Reader<T> reader) {
    this.what = what;
    this.opener = opener;
    this.reader = reader;
  }

  @Override
  public T call() throws IOException {
    try (InputStream in = opener.open()) {
      open = in;
      if (cancelled) { // cancel() may have come before there was anything to close
        throw new InterruptedIOException(what + ": reading was cancelled");
      }
      return reader.read(in);
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    InputStream in = open;
    if (in != null) {
      try {
        in.close();
      } catch (IOException nothingLeftToRead) {
        // The reading thread gets the exception.
      }
    }
  }
}
