package dev.etcdbackup.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A blocking call that runs on another thread, so that the caller can stop waiting for it when a
 * deadline is reached or when it is interrupted. A thread that is blocked in a socket does not
 * react to interrupts.
 *
 * <p>The caller {@linkplain #await(Duration) waits}. When it stops waiting, it either {@linkplain
 * #cancel cancels} the work or {@linkplain #abandon lets it continue} and supplies a consumer for a
 * late result.
 *
 * <p>{@link #await(Future, Duration)} waits in the same way for a future that other code completes,
 * for example gRPC or the AWS SDK.
 *
 * @param <T> what the work returns
 */
public final class InterruptibleCall<T> {
  private final Work<T> work;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private @Nullable Thread thread; // while the work runs; guarded by this
  private @Nullable Consumer<? super T> late; // guarded by this
  private boolean cancelled; // guarded by this
  private @Nullable Thread own; // the thread created for this call; null when an executor runs it

  private InterruptibleCall(Work<T> work) {
    this.work = work;
  }

  /**
   * Work that may block.
   *
   * @param <T> what it returns
   */
  @FunctionalInterface
  public interface Work<T> {
    /**
     * Does the work.
     *
     * @return the result
     * @throws IOException when it fails
     */
    T run() throws IOException;
  }

  /**
   * Starts work on another thread.
   *
   * @param threads runs it, on a thread other than the caller's
   * @param work the work
   * @param <T> what it returns
   * @return the call
   */
  public static <T> InterruptibleCall<T> start(Executor threads, Work<T> work) {
    InterruptibleCall<T> call = new InterruptibleCall<>(work);
    threads.execute(call::run);
    return call;
  }

  /**
   * Starts work on a new thread.
   *
   * @param threads creates the thread
   * @param work the work
   * @param <T> what it returns
   * @return the call
   */
  public static <T> InterruptibleCall<T> startThread(ThreadFactory threads, Work<T> work) {
    InterruptibleCall<T> call = new InterruptibleCall<>(work);
    Thread thread = threads.newThread(call::run);
    call.own = thread;
    thread.start();
    return call;
  }

  /**
   * Waits for a future.
   *
   * @param future the future; it is neither cancelled nor changed
   * @param limit how long to wait at most; zero or less does not wait
   * @param <T> what it returns
   * @return its result
   * @throws IOException the failure of the future, if it is one
   * @throws InterruptedException when this thread is interrupted; its interrupt status is cleared
   * @throws TimeoutException when the limit is reached
   * @throws RuntimeException or Error: the failure of the future, if it is one
   * @throws CancellationException when the future was cancelled
   */
  public static <T> T await(Future<T> future, Duration limit)
      throws IOException, InterruptedException, TimeoutException {
    try {
      // convert() saturates where toNanos() overflows
      return future.get(TimeUnit.NANOSECONDS.convert(limit), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw failure(e);
    }
  }

  /**
   * Waits for the result, without limit.
   *
   * @return what the work returned
   * @throws IOException what the work threw
   * @throws InterruptedException when this thread is interrupted; its interrupt status is cleared
   *     and the work goes on
   */
  public T await() throws IOException, InterruptedException {
    try {
      return result.get();
    } catch (ExecutionException e) {
      throw failure(e);
    }
  }

  /**
   * Waits for the result.
   *
   * @param limit how long to wait at most
   * @return what the work returned
   * @throws IOException what the work threw
   * @throws InterruptedException when this thread is interrupted; its interrupt status is cleared
   *     and the work goes on
   * @throws TimeoutException when the limit is reached; the work goes on
   */
  public T await(Duration limit) throws IOException, InterruptedException, TimeoutException {
    return await(result, limit);
  }

  /**
   * Waits for the result without being interruptible, for work that was cancelled and has to clean
   * up. The interrupt status of this thread is kept.
   *
   * @param limit how long to wait at most
   * @return the result of the work, also when it was cancelled but completed nevertheless
   * @throws IOException what the work threw
   * @throws TimeoutException when the limit is reached; the work goes on
   */
  public T awaitUninterruptibly(Duration limit) throws IOException, TimeoutException {
    long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(limit);
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return await(Duration.ofNanos(end - System.nanoTime()));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Waits until the {@linkplain #startThread thread of the call} has ended, if the work is done.
   * Returns at once if it is not, or if the call has no thread of its own. Not interruptible; the
   * interrupt status of this thread is kept.
   */
  public void joinIfDone() {
    boolean interrupted = false;
    while (own != null && result.isDone() && own.isAlive()) {
      try {
        own.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Interrupts the thread of the work. Work that has not started does not start, and fails with
   * {@link CancellationException}. Does nothing when the work is done. Does not wait.
   */
  public synchronized void cancel() {
    cancelled = true;
    if (thread != null) {
      thread.interrupt();
    }
  }

  /**
   * Lets the work continue without the caller.
   *
   * @param lateResult receives the result of the work, on the thread of the work, or immediately on
   *     this thread if the work has returned already; an exception of the work is discarded
   */
  public void abandon(Consumer<? super T> lateResult) {
    synchronized (this) {
      if (!result.isDone()) {
        late = lateResult;
        return;
      }
    }
    if (!result.isCompletedExceptionally()) {
      lateResult.accept(result.join());
    }
  }

  private void run() {
    if (!begin()) {
      return;
    }
    T value = null;
    Throwable failure = null;
    try {
      value = work.run();
    } catch (Throwable e) {
      failure = e;
    }
    end(value, failure);
  }

  private synchronized boolean begin() {
    if (cancelled) {
      result.completeExceptionally(new CancellationException("cancelled before it was started"));
      return false;
    }
    thread = Thread.currentThread();
    return true;
  }

  @SuppressWarnings("NullAway") // T may be nullable, then so is its value
  private void end(@Nullable T value, @Nullable Throwable failure) {
    Consumer<? super T> heir;
    synchronized (this) {
      thread = null;
      if (cancelled) {
        Thread.interrupted(); // the interrupt was meant for this work, not for the next one on this
        // thread
      }
      heir = late;
      if (failure != null) {
        result.completeExceptionally(failure);
      } else {
        result.complete(value);
      }
    }
    if (heir != null && failure == null) {
      heir.accept(value);
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
    return new IOException(cause);
  }
}
