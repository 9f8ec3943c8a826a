package dev.etcdbackup.service;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.internal.CancellableReading;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The work of one download: reads a backup and writes it to a file. */
final class Download<T> extends CancellableReading<T> {
  /** Small enough that a new JVM soon compiles the loop that hashes one. */
  private static final int BUFFER = 64 << 10;

  /** Writes the bytes to a file that appears when all are written. */
  interface Writer<T> {
    T write(InputStream in, OutputStream out) throws IOException;
  }

  /** A download into the file of a request, which appears whole or not at all. */
  Download(DownloadRequest request, Opener opener, Writer<T> writer) {
    super(
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

  @Override
  public T call() throws IOException {
    try {
      return super.call();
    } catch (CorruptBackupException e) {
      throw new CorruptBackupException(what + ": " + e.getMessage(), e);
    }
  }

  /** Reads to the end, writing to {@code out}. */
  static void copy(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    for (int n; (n = in.read(buffer)) >= 0; ) {
      out.write(buffer, 0, n);
    }
  }
}
