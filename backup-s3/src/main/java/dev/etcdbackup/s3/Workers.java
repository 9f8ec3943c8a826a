package dev.etcdbackup.s3;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.internal.InterruptibleCall;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The threads that talk to the store.
 *
 * <p>A thread that waits in a socket does not notice interrupts. So requests are made here, and the
 * caller waits for the outcome, which it can stop doing at once. An abandoned request ends by its
 * own deadline. Threads are daemons; each ends when it had nothing to do for a second.
 */
final class Workers {
  private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), Workers::newThread);

  /** What a worker does. */
  interface Task<T> extends InterruptibleCall.Work<T> {
    @Override
    T run() throws BackupException;
  }

  void start(Runnable task) {
    threads.execute(task);
  }

  /** Runs a task and waits. When the caller is interrupted, so is the task. */
  <T> T call(Task<T> task) throws BackupException, InterruptedException {
    InterruptibleCall<T> call = InterruptibleCall.start(threads, task);
    try {
      return call.await();
    } catch (InterruptedException e) {
      call.cancel();
      throw e;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /**
   * Runs a task that must not be cancelled, and waits. When the caller is interrupted the task goes
   * on, and what it returns goes to {@code late}.
   */
  <T> T callThrough(Task<T> task, Consumer<T> late) throws BackupException, InterruptedException {
    try {
      return callThrough(task, late, FOREVER);
    } catch (TimeoutException e) {
      throw new AssertionError("no limit was given", e);
    }
  }

  /** Likewise, and the caller waits no longer than the limit. */
  <T> T callThrough(Task<T> task, Consumer<T> late, Duration limit)
      throws BackupException, InterruptedException, TimeoutException {
    InterruptibleCall<T> call = InterruptibleCall.start(threads, task);
    try {
      return call.await(limit);
    } catch (InterruptedException | TimeoutException e) {
      call.abandon(value -> threads.execute(() -> late.accept(value)));
      throw e;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private static BackupException failure(IOException e) {
    return e instanceof BackupException failure
        ? failure
        : new StoreException("the request failed: " + FailureText.of(e), e); // no task throws one
  }

  private static Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "etcd-backup-s3-" + NUMBERS.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }
}
