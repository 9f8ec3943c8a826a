package dev.etcdbackup.s3;

import dev.etcdbackup.BackupException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads that talk to the store.
 *
 * <p>A thread that waits in a socket does not notice interrupts. So requests are made here, and the
 * caller waits for the outcome, which it can stop doing at once. What was given up on ends by its
 * own deadline. Threads are daemons; each ends when it had nothing to do for a second.
 */
final class Workers {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), Workers::newThread);

  interface Task<T> {
    T run() throws BackupException;
  }

  void start(Runnable task) {
    threads.execute(task);
  }

  /** Runs a task and waits. When the caller is interrupted, so is the task. */
  <T> T call(Task<T> task) throws BackupException, InterruptedException {
    CompletableFuture<T> result = new CompletableFuture<>();
    Future<?> running = threads.submit(() -> run(task, result, late -> {}));
    try {
      return outcome(result, null);
    } catch (InterruptedException e) {
      running.cancel(true);
      throw e;
    } catch (TimeoutException e) {
      throw new AssertionError("no limit was given", e);
    }
  }

  /**
   * Runs a task that must be seen through, and waits. When the caller is interrupted the task goes
   * on, and what it returns goes to {@code late}.
   */
  <T> T callThrough(Task<T> task, Consumer<T> late) throws BackupException, InterruptedException {
    try {
      return callThrough(task, late, null);
    } catch (TimeoutException e) {
      throw new AssertionError("no limit was given", e);
    }
  }

  /** Likewise, and the caller waits no longer than the limit. */
  <T> T callThrough(Task<T> task, Consumer<T> late, @Nullable Duration limit)
      throws BackupException, InterruptedException, TimeoutException {
    CompletableFuture<T> result = new CompletableFuture<>();
    threads.execute(() -> run(task, result, late));
    try {
      return outcome(result, limit);
    } finally {
      result.cancel(false); // whoever comes now is late
    }
  }

  private static <T> void run(Task<T> task, CompletableFuture<T> result, Consumer<T> late) {
    try {
      T value = task.run();
      if (!result.complete(value)) {
        late.accept(value);
      }
    } catch (Throwable e) {
      result.completeExceptionally(e);
    }
  }

  private static <T> T outcome(CompletableFuture<T> result, @Nullable Duration limit)
      throws BackupException, InterruptedException, TimeoutException {
    try {
      return limit == null ? result.get() : result.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof BackupException failure) {
        throw failure;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw cause instanceof RuntimeException bug ? bug : new IllegalStateException(cause);
    }
  }

  private static Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "etcd-backup-s3-" + NUMBERS.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }
}
