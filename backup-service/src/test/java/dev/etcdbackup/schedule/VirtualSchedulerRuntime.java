package dev.etcdbackup.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A runtime with virtual time, which a test advances, and a single thread. Work is executed when it
 * is started, and counts as active for the time that {@link #takes} sets.
 */
final class VirtualSchedulerRuntime implements SchedulerRuntime {
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private Instant base;
  private long nanos;
  private long numbers;
  private final Set<LongSupplier> ticks = new LinkedHashSet<>();
  private Duration takes = Duration.ZERO;
  private LongSupplier own = () -> Long.MAX_VALUE;

  private record Event(long at, long number, Runnable what) {}

  VirtualSchedulerRuntime(Instant start) {
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
    own = tick;
    ticks.add(tick);
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
    ticks.remove(own);
    return true;
  }

  /** Returns the runtime of another process at the same time, whose wall clock differs. */
  SchedulerRuntime replica(Duration skew) {
    return new SchedulerRuntime() {
      private LongSupplier own = () -> Long.MAX_VALUE;

      @Override
      public Instant now() {
        return VirtualSchedulerRuntime.this.now().plus(skew);
      }

      @Override
      public long nanoTime() {
        return VirtualSchedulerRuntime.this.nanoTime();
      }

      @Override
      public void start(LongSupplier tick) {
        own = tick;
        ticks.add(tick);
      }

      @Override
      public void wake() {
        // As above.
      }

      @Override
      public <T> void execute(Supplier<T> work, Consumer<T> done) {
        VirtualSchedulerRuntime.this.execute(work, done);
      }

      @Override
      public boolean stop(Duration grace, Runnable cancel) {
        cancel.run();
        ticks.remove(own);
        return true;
      }
    };
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
    while (true) {
      long next = Long.MAX_VALUE;
      for (LongSupplier tick : List.copyOf(ticks)) {
        next = Math.min(next, nanos + tick.getAsLong());
      }
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
