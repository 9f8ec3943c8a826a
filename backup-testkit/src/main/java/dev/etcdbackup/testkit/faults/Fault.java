package dev.etcdbackup.testkit.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * One thing that goes wrong at a point that was fixed beforehand, and the count of how often it
 * has.
 *
 * <p>Thread-safe. Good for one test: its counts are never reset.
 */
public final class Fault {
  private static final int BYTES_PER_SECOND = 1024;
  private static final int STEPS_PER_SECOND = 16;

  /** How many bytes of a slow passage move at once. */
  static final int SLOW_STEP = BYTES_PER_SECOND / STEPS_PER_SECOND;

  private final Operation operation;
  private final String text;
  private final int first;
  private final int last;
  private final boolean inReply;
  private final long position;
  private final Effect effect;
  private int seen; // guarded by this, like what follows
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
   * How often it struck.
   *
   * @return the number of calls
   */
  public synchronized int fired() {
    return fired;
  }

  /**
   * How many calls there were that it could have struck.
   *
   * @return the number of calls that have begun
   */
  public synchronized int seen() {
    return seen;
  }

  /**
   * Waits until it has struck.
   *
   * @param times how often
   * @param timeout how long to wait at most
   * @throws TimeoutException when it has not by then
   * @throws InterruptedException when the thread is interrupted
   */
  public synchronized void awaitFired(int times, Duration timeout)
      throws TimeoutException, InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    while (fired < times) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        throw new TimeoutException(
            this + " struck " + fired + " times instead of " + times + " within " + timeout);
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  /**
   * Makes it strike no more. What it has stalled or slowed down goes on, and connections are let in
   * again. To end it again does nothing.
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

  /** What it is, in one line: {@code UPLOAD_PART call 2, after 5000000 bytes: lose reply}. */
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

  /** Counts a call; says whether it is to be struck. */
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

  /** Waits until it is ended, or nobody waits for that any more. */
  synchronized void hold(BooleanSupplier abandoned) throws InterruptedException {
    while (!ended && !abandoned.getAsBoolean()) {
      wait();
    }
  }

  /** Has something done when it is ended, before {@link #end()} returns; now, if it has been. */
  void atEnd(Runnable mending) {
    synchronized (this) {
      if (!ended) {
        atEnd.add(mending);
        return;
      }
    }
    mending.run();
  }

  /** Makes {@link #hold} look again. */
  synchronized void wake() {
    notifyAll();
  }

  /** Waits as long as a slow passage takes for a step; not at all once it is ended. */
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
