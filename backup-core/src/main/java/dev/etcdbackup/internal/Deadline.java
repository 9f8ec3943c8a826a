package dev.etcdbackup.internal;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;

/**
 * Runs work on a thread of its own, so that it can be cancelled when its time is up or when the
 * caller is interrupted. The thread has ended when {@link #run} returns, unless the work ignores
 * being cancelled for {@link #GRACE}.
 */
public final class Deadline {
  /** How long cancelled work may take to clean up: 10 seconds. */
  public static final Duration GRACE = Duration.ofSeconds(10);

  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final Duration timeout;
  private final ThreadFactory threads;

  /**
   * Limits work.
   *
   * @param timeout how long it may take
   * @param threads creates the thread of each
   */
  public Deadline(Duration timeout, ThreadFactory threads) {
    this.timeout = timeout;
    this.threads = threads;
  }

  /**
   * Checks a timeout.
   *
   * @param timeout more than zero, at most 36,500 days
   * @return the timeout
   * @throws IllegalArgumentException when it is out of range
   */
  public static Duration requireTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "timeout must be more than zero and at most 100 years, not " + timeout);
    }
    return timeout;
  }

  /**
   * Work that can be cancelled.
   *
   * @param <T> what it returns
   */
  public interface Work<T> extends Callable<T> {
    @Override
    T call() throws IOException;

    /**
     * Unblocks the work. Called by another thread, at any moment. The work is interrupted after
     * this, also when it throws; what it throws is lost.
     */
    void cancel();

    /**
     * Whether it is the source that the work is waiting for right now, and not the store.
     *
     * @return whether it is
     */
    default boolean waitsForSource() {
      return false;
    }

    /**
     * Takes the result of work that ended after its caller had given up, on the thread of the work.
     *
     * @param late the result
     */
    default void discard(T late) {}
  }

  /**
   * Runs the work. It does not start when this thread is interrupted already.
   *
   * @param what what is done and to what, for messages
   * @param work the work
   * @param <T> what it returns
   * @return its result
   * @throws IOException what it threw
   * @throws BackupException that of the work; after the timeout or an interrupt a {@link
   *     SourceException} or {@link StoreException}, as the work was waiting for the one or the
   *     other
   */
  public <T> T run(String what, Work<T> work) throws IOException {
    String interrupted = what + " was interrupted";
    if (Thread.currentThread().isInterrupted()) { // short work would end before it is noticed
      throw new StoreException(interrupted, null, false);
    }
    InterruptibleCall<T> call = InterruptibleCall.startThread(threads, work::call);
    try {
      return call.await(timeout);
    } catch (TimeoutException e) {
      String why = what + " was not done within the timeout of " + DurationText.exact(timeout);
      return cancel(why, call, work);
    } catch (InterruptedException e) {
      try {
        return cancel(interrupted, call, work);
      } finally {
        Thread.currentThread().interrupt();
      }
    } finally {
      call.joinIfDone();
    }
  }

  /** Cancels the work. If it has succeeded in the meantime, that result counts. */
  private static <T> T cancel(String why, InterruptibleCall<T> call, Work<T> work)
      throws BackupException {
    boolean source = work.waitsForSource();
    try {
      work.cancel();
    } catch (RuntimeException | Error notClosed) {
      // It closes sources and streams of the application. The interrupt follows all the same.
    }
    call.cancel();
    try {
      return call.awaitUninterruptibly(GRACE);
    } catch (TimeoutException e) {
      call.abandon(work::discard);
      throw new StoreException(
          why + ", and did not end within " + DurationText.exact(GRACE) + " of being cancelled",
          e,
          true);
    } catch (IOException | RuntimeException | Error e) {
      boolean unknown = e instanceof StoreException store && store.outcomeUnknown();
      // A source that gives up by itself at the same moment no longer waits, and failed all the
      // same.
      boolean sourceFailed = source || e instanceof SourceException;
      throw sourceFailed && !unknown
          ? new SourceException(why, e)
          : new StoreException(why, e, unknown);
    }
  }
}
