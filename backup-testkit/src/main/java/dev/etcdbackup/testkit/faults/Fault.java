package dev.etcdbackup.testkit.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * A fault that is injected at a given point, and the number of times it was.
 *
 * <p>Thread-safe. Use it for one test only: its counts are never reset.
 */
public final class Fault {
  private static final int BYTES_PER_SECOND = 1024;
  private static final int STEPS_PER_SECOND = 16;

  /** The number of bytes that a slow transfer moves at once. */
  static final int SLOW_STEP = BYTES_PER_SECOND / STEPS_PER_SECOND;

  private final Operation operation;
  private final String text;
  private final int first;
  private final int last;
  private final boolean inReply;
  private final long position;
  private final Effect effect;
  private int seen; // guarded by this, like the following fields
  private int fired;
  private boolean ended;
  private final List<Runnable> atEnd = new ArrayList<>(); // guarded by this

  Fault(
      Operation operation,
      String text,
      int first,
      int last,
      boolean inReply,
      long position,
      Effect effect) {
    this.operation = operation;
    this.text = text;
    this.first = first;
    this.last = last;
    this.inReply = inReply;
    this.position = position;
    this.effect = effect;
  }

  /**
   * Returns how often the fault was injected.
   *
   * @return the number of calls
   */
  public synchronized int fired() {
    return fired;
  }

  /**
   * Returns how many calls matched its operation and text before it was ended.
   *
   * @return the number of calls that were started
   */
  public synchronized int seen() {
    return seen;
  }

  /**
   * Waits until the fault was injected.
   *
   * @param times how often
   * @param timeout the maximum time to wait
   * @throws TimeoutException when it was injected less often by then
   * @throws InterruptedException when the thread is interrupted
   */
  public synchronized void awaitFired(int times, Duration timeout)
      throws TimeoutException, InterruptedException {
    long limit = TimeUnit.NANOSECONDS.convert(timeout); // saturates where toNanos() overflows
    long end = System.nanoTime() + limit;
    while (fired < times) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        throw new TimeoutException(
            this + " was injected " + fired + " times instead of " + times + " within " + timeout);
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  /**
   * Ends the fault: it is not injected any more, stalled and slow transfers continue normally, and
   * connections are accepted again. Ending it again does nothing.
   *
   * @throws java.io.UncheckedIOException when a {@link FaultProxy} that refused connections cannot
   *     listen on its port again
   */
  public void end() {
    List<Runnable> mending;
    synchronized (this) {
      ended = true;
      notifyAll();
      mending = List.copyOf(atEnd);
      atEnd.clear();
    }
    mending.forEach(Runnable::run);
  }

  /**
   * Describes the fault in one line: {@code UPLOAD_PART call 2, after 5000000 bytes: lose reply}.
   */
  @Override
  public String toString() {
    String calls =
        last == Integer.MAX_VALUE
            ? first == 1 ? "every call" : "calls from " + first
            : first == last ? "call " + first : "calls " + first + " to " + last;
    return operation
        + (text.isEmpty() ? "" : " of " + text)
        + ' '
        + calls
        + (inReply ? ", in the reply" : "")
        + (position == 0 ? "" : ", after " + position + " bytes")
        + ": "
        + effect.text();
  }

  Operation operation() {
    return operation;
  }

  boolean inReply() {
    return inReply;
  }

  long position() {
    return position;
  }

  Effect effect() {
    return effect;
  }

  Effect.Kind kind() {
    return effect.kind();
  }

  /** Counts a call and returns whether the fault is to be injected into it. */
  synchronized boolean takes(Operation called, String target) {
    if (called != operation || !target.contains(text) || ended) {
      return false;
    }
    seen++;
    return seen >= first && seen <= last;
  }

  synchronized void fire() {
    fired++;
    notifyAll();
  }

  /** Waits until it is ended or the waiting call was abandoned. */
  synchronized void hold(BooleanSupplier abandoned) throws InterruptedException {
    while (!ended && !abandoned.getAsBoolean()) {
      wait();
    }
  }

  /**
   * Runs an action when it is ended, before {@link #end()} returns; immediately if it has been
   * ended.
   */
  void atEnd(Runnable mending) {
    synchronized (this) {
      if (!ended) {
        atEnd.add(mending);
        return;
      }
    }
    mending.run();
  }

  /** Makes {@link #hold} check its condition again. */
  synchronized void wake() {
    notifyAll();
  }

  /**
   * Waits for the time that a slow transfer takes for a step; does not wait once the fault is
   * ended.
   */
  synchronized void pace() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1) / STEPS_PER_SECOND;
    long left = end - System.nanoTime();
    while (!ended && left > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = end - System.nanoTime();
    }
  }

  synchronized boolean hasEnded() {
    return ended;
  }
}
