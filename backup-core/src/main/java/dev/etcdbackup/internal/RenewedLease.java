package dev.etcdbackup.internal;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How long a lease is good that its holder renews, wherever it is kept.
 *
 * <p>It is good until its time to live after the last renewal that succeeded was <em>sent</em>.
 * When the answer came says nothing: it may have waited in a socket while this process was paused.
 * A third of that time after a renewal, the next one is due. Once it was lost or given up, it is
 * never good again.
 *
 * <p>Thread-safe.
 */
public final class RenewedLease {
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Duration ttl;
  private final long nanos; // of ttl
  private final Consumer<String> onLoss;
  private @Nullable ScheduledFuture<?> ticks; // guarded by this
  private long goodUntil; // nanos; guarded by this
  private long renewAt; // nanos; guarded by this
  private boolean over; // guarded by this
  private boolean closed; // guarded by this

  /** Asks whether the lease is still there. */
  @FunctionalInterface
  public interface Confirmation {
    /**
     * Asks.
     *
     * @param left how long that may take
     * @return the result of {@link #renewed} or {@link #lose}
     * @throws IOException when there is no answer
     */
    boolean ask(Duration left) throws IOException;
  }

  /**
   * Begins with a lease that was granted.
   *
   * @param ttl its time to live
   * @param asked when it was asked for, by {@link System#nanoTime}
   * @param onLoss receives the reason, once, when the lease is lost; closing waits for it
   */
  public RenewedLease(Duration ttl, long asked, Consumer<String> onLoss) {
    this.ttl = ttl;
    this.nanos = ttl.toNanos();
    this.onLoss = onLoss;
    this.goodUntil = asked + nanos;
    this.renewAt = asked + nanos / 3;
  }

  /**
   * Has it renewed from now on.
   *
   * @param timer calls the renewal; the lease cancels that when it is over
   * @param renewal sends a renewal, and calls {@link #renewed}, {@link #renewSoon} or {@link #lose}
   *     when it knows the result
   */
  public synchronized void renewBy(ScheduledExecutorService timer, Runnable renewal) {
    long step = nanos / 15;
    ticks =
        timer.scheduleWithFixedDelay(
            () -> {
              if (isDue()) {
                renewal.run();
              }
            },
            step,
            step,
            TimeUnit.NANOSECONDS);
  }

  private synchronized boolean isDue() {
    long now = System.nanoTime();
    if (!isGood() || now - renewAt < 0) {
      return false;
    }
    renewAt = now + nanos / 3;
    return true;
  }

  /** Says that a renewal failed without an answer: the next one is due. */
  public synchronized void renewSoon() {
    renewAt = System.nanoTime();
  }

  /**
   * Says that a renewal has succeeded.
   *
   * @param asked when it was sent, by {@link System#nanoTime}
   * @return whether the lease is good
   */
  public synchronized boolean renewed(long asked) {
    if (asked + nanos - goodUntil > 0) {
      goodUntil = asked + nanos;
      renewAt = asked + nanos / 3;
    }
    return isGood();
  }

  /**
   * Returns whether the lease is held as far as this process can tell.
   *
   * @return false when it was lost, also by time
   */
  public synchronized boolean isGood() {
    if (!over && System.nanoTime() - goodUntil >= 0) {
      return lose("it could not be renewed for " + DurationText.exact(ttl));
    }
    return !over;
  }

  /**
   * Asks whether the lease is still there, again and again while there is no answer.
   *
   * @param patience how long; then it counts as lost
   * @param confirmation asks once
   * @return whether it is; false when the thread is interrupted, its interrupt status set, which
   *     gives the lease up
   */
  public boolean confirm(Duration patience, Confirmation confirmation) {
    long end = System.nanoTime() + patience.toNanos();
    while (isGood()) {
      try {
        return confirmation.ask(Duration.ofNanos(end - System.nanoTime()));
      } catch (InterruptedIOException e) {
        return giveUp();
      } catch (IOException e) {
        if (end - System.nanoTime() <= PAUSE.toNanos()) {
          return lose("it cannot be confirmed: " + e.getMessage());
        }
        pause();
      }
    }
    return false;
  }

  /**
   * Says that the lease is lost.
   *
   * @param why the reason, in one line
   * @return false
   */
  public synchronized boolean lose(String why) {
    if (!over) {
      giveUp();
      onLoss.accept(why);
    }
    return false;
  }

  /**
   * Ends it.
   *
   * @param end is called the first time, with whether the lease was held until then
   */
  public void close(Consumer<Boolean> end) {
    boolean held;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      held = !over;
      giveUp();
    }
    end.accept(held);
  }

  /** From now on it is not held; false. */
  private synchronized boolean giveUp() {
    over = true;
    if (ticks != null) {
      ticks.cancel(false);
    }
    return false;
  }

  private static void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the next request finds out
    }
  }
}
