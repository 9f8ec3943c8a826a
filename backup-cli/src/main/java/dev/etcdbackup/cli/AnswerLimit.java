package dev.etcdbackup.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Limits how long an answer may take to be written. A client that does not read it would otherwise
 * hold the thread that writes it for as long as it stays connected. Interrupting the thread closes
 * the connection, since the JDK's server writes to an interruptible channel.
 *
 * <p>Thread-safe. Has one daemon thread.
 */
final class AnswerLimit implements AutoCloseable {
  private final long nanos;
  private final ScheduledThreadPoolExecutor timer;

  AnswerLimit(Duration limit) {
    this.nanos = limit.toNanos();
    this.timer =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "status-limit");
              thread.setDaemon(true);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Writes an answer. */
  interface Answer {
    void write() throws IOException;
  }

  /**
   * Writes an answer in the calling thread.
   *
   * @throws IOException when that fails, or was not done in time; the connection is closed then
   */
  void write(Answer answer) throws IOException {
    Writing writing = new Writing();
    Future<?> end = timer.schedule(writing, nanos, TimeUnit.NANOSECONDS);
    try {
      answer.write();
    } finally {
      end.cancel(false);
      writing.done();
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** Interrupts the thread that created it, until it is done. */
  private static final class Writing implements Runnable {
    private @Nullable Thread writer = Thread.currentThread();

    @Override
    public synchronized void run() {
      if (writer != null) {
        writer.interrupt();
      }
    }

    synchronized void done() {
      writer = null;
    }
  }
}
