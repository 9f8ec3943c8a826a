package dev.etcdbackup.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Forces a file to the disk while more is written to it, by a thread of its own for each {@value
 * #STEP} bytes, so that little is left to be forced at its end. A file of fewer bytes takes no
 * thread.
 *
 * <p>What fails is thrown by the next call of {@link #wrote} or {@link #force}: a system tells of a
 * write that failed only once. For one thread.
 */
public final class EarlyForce implements Closeable {
  private static final long STEP = 32 << 20;

  private final FileChannel file;
  private long unforced; // bytes written since a force was begun
  private @Nullable FutureTask<@Nullable Void> running;

  /**
   * Creates one for a file.
   *
   * @param file the file, open for writing; not closed by this
   */
  public EarlyForce(FileChannel file) {
    this.file = Objects.requireNonNull(file, "file");
  }

  /**
   * Tells that bytes were written. Does not wait for the disk.
   *
   * @param bytes how many
   * @throws IOException when forcing what was written before failed
   */
  public void wrote(long bytes) throws IOException {
    unforced += bytes;
    if (unforced < STEP || (running != null && !running.isDone())) {
      return;
    }
    await();
    FutureTask<@Nullable Void> next =
        new FutureTask<>(
            () -> {
              file.force(false);
              return null;
            });
    Thread thread = new Thread(next, "etcd-backup-force");
    thread.setDaemon(true);
    thread.start();
    running = next;
    unforced = 0;
  }

  /**
   * Waits until nothing is being forced. What was written last may not be on the disk yet.
   *
   * @throws IOException when forcing what was written before failed
   */
  public void await() throws IOException {
    FutureTask<@Nullable Void> begun = running;
    running = null;
    if (begun != null) {
      PendingWrites.await(begun);
    }
  }

  /**
   * Forces all that was written, and the attributes of the file.
   *
   * @throws IOException when that fails, or failed before
   */
  public void force() throws IOException {
    await();
    file.force(true);
  }

  /** Waits until nothing is being forced. What fails is not told: the file is given up. */
  @Override
  public void close() {
    try {
      await();
    } catch (IOException givenUp) {
      // what is wrong with a file that is given up does not matter
    }
  }
}
