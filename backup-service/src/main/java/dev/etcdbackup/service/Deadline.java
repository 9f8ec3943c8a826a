package dev.etcdbackup.service;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Carries work out on a thread of its own, so that it can be ended when its time is up or when the
 * caller is interrupted. The thread has ended when {@link #run} returns, unless the work ignores
 * being cancelled for {@link #GRACE}.
 */
final class Deadline {
  /** How long cancelled work may take to clean up. */
  static final Duration GRACE = Duration.ofSeconds(10);

  private final Duration timeout;
  private final ThreadFactory threads;

  Deadline(Duration timeout, ThreadFactory threads) {
    this.timeout = timeout;
    this.threads = threads;
  }

  /** Work that can be told to end. */
  interface Work<T> extends Callable<T> {
    @Override
    T call() throws IOException;

    /** Ends what blocks the work. Called by another thread, at any moment. */
    void cancel();

    /** Whether it is the source that the work is waiting for right now, and not the store. */
    boolean waitsForSource();
  }

  /**
   * Runs the work.
   *
   * @param what what is done and to what, for messages
   * @throws BackupException that of the work; after the timeout or an interrupt a {@link
   *     SourceException} or {@link StoreException}, as the work was waiting for the one or the
   *     other
   */
  <T> T run(String what, Work<T> work) throws IOException {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = threads.newThread(task);
    thread.start();
    try {
      return task.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw failure(e);
    } catch (TimeoutException e) {
      return cancel(
          what + " was not done within the timeout of " + text(timeout), thread, task, work);
    } catch (InterruptedException e) {
      try {
        return cancel(what + " was interrupted", thread, task, work);
      } finally {
        Thread.currentThread().interrupt();
      }
    } finally {
      if (task.isDone()) {
        join(thread);
      }
    }
  }

  /** Waits for a thread that has nothing more to do. */
  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the work; should it have come to its good end in the meantime, that is what counts. */
  private static <T> T cancel(String why, Thread thread, FutureTask<T> task, Work<T> work)
      throws BackupException {
    boolean source = work.waitsForSource();
    work.cancel();
    thread.interrupt();
    boolean interrupted = false;
    try {
      long end = System.nanoTime() + GRACE.toNanos();
      while (true) {
        try {
          return task.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException again) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      boolean unknown = e.getCause() instanceof StoreException store && store.outcomeUnknown();
      throw source && !unknown
          ? new SourceException(why, e.getCause())
          : new StoreException(why, e.getCause(), unknown);
    } catch (TimeoutException e) {
      throw new StoreException(why + ", nor does it end", e, true);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static IOException failure(ExecutionException e) {
    Throwable cause = e.getCause();
    if (cause instanceof IOException io) {
      return io;
    }
    if (cause instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    throw new IllegalStateException(cause);
  }

  private static String text(Duration duration) {
    return duration.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
  }
}
