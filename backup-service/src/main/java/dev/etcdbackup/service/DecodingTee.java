package dev.etcdbackup.service;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.name.BackupName;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.function.UnaryOperator;

/**
 * Stored bytes that are decoded and verified by a second thread while they are read. The end is
 * reported only after the snapshot in them was verified, so a store that reads them commits
 * verified backups only. Holds 320 KiB at most, and what the encodings hold.
 */
final class DecodingTee extends FilterInputStream {
  private static final int BUFFER = 256 * 1024;

  private final PipedOutputStream pipe = new PipedOutputStream();
  private final PipedInputStream decoded;
  private final FutureTask<Boolean> verification;
  private final Thread thread;
  private boolean verified;

  /**
   * @param verifying verifies the decoded bytes; reports the end only after that
   */
  DecodingTee(
      InputStream in,
      BackupName name,
      BackupEncodings encodings,
      UnaryOperator<InputStream> verifying,
      ThreadFactory threads)
      throws IOException {
    super(in);
    this.decoded = new PipedInputStream(pipe, BUFFER);
    this.verification =
        new FutureTask<>(
            () -> {
              try (decoded;
                  InputStream snapshot = verifying.apply(encodings.decode(decoded, name))) {
                Download.copy(snapshot, OutputStream.nullOutputStream());
                decoded.transferTo(OutputStream.nullOutputStream()); // what follows the snapshot
                return true;
              }
            });
    this.thread = threads.newThread(verification);
    thread.start();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = super.read(buffer, offset, length);
    if (verified) {
      return read;
    }
    if (read < 0) {
      pipe.close();
      awaitVerified();
      verified = true;
      return read;
    }
    if (verification.isDone()) { // it has failed: it does not end before the pipe does
      awaitVerified();
    }
    try {
      pipe.write(buffer, offset, read);
      pipe.flush();
    } catch (InterruptedIOException e) {
      Thread.currentThread().interrupt();
      throw e;
    } catch (IOException e) { // the verification has failed and closed its end
      awaitVerified();
      throw e;
    }
    return read;
  }

  @Override
  public long skip(long n) {
    throw new UnsupportedOperationException("a backup is verified by reading all of it");
  }

  @Override
  public void close() throws IOException {
    thread.interrupt();
    try {
      pipe.close();
    } finally {
      super.close();
    }
  }

  private void awaitVerified() throws IOException {
    try {
      verification.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof BackupException problem) {
        throw problem;
      }
      throw new StoreException(
          "the backup could not be verified on the way: " + FailureText.of(cause), cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the backup was verified");
    }
  }
}
