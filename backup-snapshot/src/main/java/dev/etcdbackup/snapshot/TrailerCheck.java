package dev.etcdbackup.snapshot;

import dev.etcdbackup.internal.Sha256;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Compares the SHA-256 at the end with what is before it, on a thread of its own while the pages
 * are walked over on the caller's. {@link #close()} ends the thread and waits for it.
 */
final class TrailerCheck implements AutoCloseable {
  static final int SIZE = 32;

  /**
   * Stays in the processor's cache. Larger pieces would let a new JVM hash long in slow code, since
   * it compiles the loop over a piece well only after it has seen hundreds of pieces.
   */
  private static final int PIECE = 64 << 10;

  private final RandomAccessBytes bytes;
  private final Thread thread;
  private volatile boolean ended;
  private boolean matches;
  private @Nullable Throwable failure;

  private TrailerCheck(RandomAccessBytes bytes) {
    this.bytes = bytes;
    this.thread = new Thread(this::run, "etcd-snapshot-sha256");
    thread.setDaemon(true);
  }

  static TrailerCheck start(RandomAccessBytes bytes) {
    TrailerCheck check = new TrailerCheck(bytes);
    check.thread.start();
    return check;
  }

  /** Whether there is a SHA-256 in so many bytes: databases are a multiple of 512 bytes long. */
  static boolean isThere(long size) {
    return size % 512 == SIZE;
  }

  /** Waits for the answer. */
  boolean matches() throws IOException {
    join();
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure != null) {
      throw new IOException("cannot compute the SHA-256", failure);
    }
    return matches;
  }

  @Override
  public void close() throws InterruptedIOException {
    ended = true;
    join();
  }

  private void join() throws InterruptedIOException {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
        ended = true;
        thread.interrupt(); // also ends a read that is waiting for a network
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while verifying");
    }
  }

  private void run() {
    try (InputStream stream = bytes.stream()) {
      matches = compare(stream);
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    }
  }

  private boolean compare(InputStream stream) throws IOException {
    MessageDigest sha256 = Sha256.digest();
    byte[] piece = new byte[PIECE];
    long left = bytes.size() - SIZE;
    while (left > 0 && !ended) {
      int read = stream.readNBytes(piece, 0, (int) Math.min(left, PIECE));
      if (read == 0) {
        throw new EOFException("the snapshot ended " + left + " bytes early");
      }
      sha256.update(piece, 0, read);
      left -= read;
    }
    return Arrays.equals(sha256.digest(), stream.readNBytes(SIZE));
  }
}
