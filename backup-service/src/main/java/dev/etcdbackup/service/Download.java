package dev.etcdbackup.service;

import dev.etcdbackup.CorruptBackupException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** The work of one download: reads a backup and passes its bytes on. */
final class Download<T> implements Deadline.Work<T> {
  /** Small enough that a new JVM soon compiles the loop that hashes one. */
  private static final int BUFFER = 64 << 10;

  private final String what;
  private final Opener opener;
  private final Sink<T> sink;
  private volatile @Nullable InputStream open;
  private volatile boolean cancelled;

  /** Opens what is to be read. */
  interface Opener {
    InputStream open() throws IOException;
  }

  /** Takes the bytes. */
  interface Sink<T> {
    T drain(InputStream in) throws IOException;
  }

  /** Writes the bytes to a file that appears when all are written. */
  interface Writer<T> {
    T write(InputStream in, OutputStream out) throws IOException;
  }

  /** A download into the file of a request, which appears whole or not at all. */
  static <T> Download<T> toFile(DownloadRequest request, Opener opener, Writer<T> writer) {
    return new Download<>(
        request.key().toString(),
        opener,
        in -> {
          try (TargetFile file = new TargetFile(request.target(), request.replace())) {
            T result = writer.write(in, file.out());
            file.commit();
            return result;
          }
        });
  }

  Download(String what, Opener opener, Sink<T> sink) {
    this.what = what;
    this.opener = opener;
    this.sink = sink;
  }

  @Override
  public T call() throws IOException {
    try (InputStream in = opener.open()) {
      open = in;
      if (cancelled) { // cancel() may have come before there was anything to close
        throw new InterruptedIOException(what + ": reading was cancelled");
      }
      return sink.drain(in);
    } catch (CorruptBackupException e) {
      throw new CorruptBackupException(what + ": " + e.getMessage(), e);
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

  @Override
  public boolean waitsForSource() {
    return false;
  }

  /** Reads to the end, writing to {@code out}. */
  static void copy(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    for (int n; (n = in.read(buffer)) >= 0; ) {
      out.write(buffer, 0, n);
    }
  }
}
