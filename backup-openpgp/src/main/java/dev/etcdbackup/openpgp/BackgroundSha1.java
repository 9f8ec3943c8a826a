package dev.etcdbackup.openpgp;

import java.io.Closeable;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The SHA-1 of bytes that are in use meanwhile: computed by a thread of its own, which starts with
 * the first update, and over at most {@value #BUFFERS} buffers. Whoever fills them waits for the
 * hash when all are filled. For one thread.
 */
final class BackgroundSha1 implements Closeable {
  private static final int BUFFERS = 4;

  private final MessageDigest sha1;
  private final byte[][] buffers = new byte[BUFFERS][];
  private final int bufferSize;
  private final Deque<Future<?>> updates = new ArrayDeque<>();
  private int next;
  private @Nullable ExecutorService executor;

  BackgroundSha1(int bufferSize) {
    this.bufferSize = bufferSize;
    try {
      sha1 = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException everyRuntimeHasIt) {
      throw new IllegalStateException(everyRuntimeHasIt);
    }
  }

  /** A buffer to fill. The one returned before remains unchanged until the call after this one. */
  byte[] nextBuffer() {
    if (updates.size() == BUFFERS - 1) {
      await(updates.remove());
    }
    int index = next++ % BUFFERS;
    if (buffers[index] == null) {
      buffers[index] = new byte[bufferSize];
    }
    return buffers[index];
  }

  /**
   * Hands bytes of the buffer that was returned last to the thread, to be hashed. They must not
   * change any more.
   */
  void update(byte[] buffer, int offset, int length) {
    if (executor == null) {
      executor =
          Executors.newSingleThreadExecutor(
              work -> {
                Thread thread = new Thread(work, "etcd-backup-sha1");
                thread.setDaemon(true);
                return thread;
              });
    }
    updates.add(executor.submit(() -> sha1.update(buffer, offset, length)));
  }

  /** Waits for the hash of everything, these last bytes included. */
  byte[] digest(byte[] buffer, int offset, int length) {
    while (!updates.isEmpty()) {
      await(updates.remove());
    }
    sha1.update(buffer, offset, length);
    return sha1.digest();
  }

  /** Hashing a buffer takes less than a millisecond, so an interrupt is kept for later. */
  private static void await(Future<?> update) {
    uninterruptibly(update::get);
  }

  private static void uninterruptibly(Callable<?> waiting) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          waiting.call();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw new IllegalStateException(e.getCause());
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Ends the thread. */
  @Override
  public void close() {
    ExecutorService started = executor;
    if (started != null) {
      started.shutdown();
      uninterruptibly(() -> started.awaitTermination(1, TimeUnit.MINUTES));
    }
  }
}
