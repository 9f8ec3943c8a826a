package dev.etcdbackup.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Time that passes when it is told to, in one thread. Work is done in the moment it is begun, and
 * counts as under way for as long as {@link #takes} says.
 */
final class VirtualClockwork implements Clockwork {
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private Instant base;
  private long nanos;
  private long numbers;
  private LongSupplier tick = () -> Long.MAX_VALUE;
  private Duration takes = Duration.ZERO;
  private boolean stopped;

  private record Event(long at, long number, Runnable what) {}

  VirtualClockwork(Instant start) {
    this.base = start;
  }

  @Override
  public Instant now() {
    return base.plusNanos(nanos);
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public void start(LongSupplier tick) {
    this.tick = tick;
  }

  @Override
  public void wake() {
    // The tick comes after every event anyway.
  }

  @Override
  public <T> void execute(Supplier<T> work, Consumer<T> done) {
    takes = Duration.ZERO;
    T result = work.get();
    after(takes, () -> done.accept(result));
  }

  @Override
  public boolean stop(Duration grace, Runnable cancel) {
    cancel.run();
    stopped = true;
    return true;
  }

  /** Called within work: how long it is to take. */
  void takes(Duration time) {
    takes = takes.plus(time);
  }

  /** Has something happen later. */
  void after(Duration time, Runnable what) {
    events.add(new Event(nanos + time.toNanos(), numbers++, what));
  }

  /** Sets the wall clock. */
  void jump(Duration by) {
    base = base.plus(by);
  }

  /** The machine sleeps: the wall clock goes on, the monotonic one does not. */
  void suspend(Duration time) {
    jump(time);
  }

  /** Lets time pass. */
  void pass(Duration time) {
    long end = nanos + time.toNanos();
    while (!stopped) {
      long next = nanos + tick.getAsLong();
      if (!events.isEmpty()) {
        next = Math.min(next, events.element().at());
      }
      if (next > end) {
        nanos = end;
        return;
      }
      nanos = Math.max(nanos, next);
      while (!events.isEmpty() && events.element().at() <= nanos) {
        events.remove().what().run();
      }
    }
  }
}
