package dev.etcdbackup.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Time and threads, as far as the scheduler needs them. All waiting is done here, so a test can use
 * one that does not wait.
 */
interface SchedulerRuntime {
  /** The time of the wall clock. May jump, both ways. */
  Instant now();

  /** Nanoseconds that have passed since some moment. Never jumps; may stand still in a suspend. */
  long nanoTime();

  /**
   * Begins to call {@code tick}, again and again: when as many nanoseconds have passed as it
   * answered, or earlier. Never two calls at once.
   */
  void start(LongSupplier tick);

  /** Has {@code tick} called soon. */
  void wake();

  /** Carries work out, later or at once, and hands on what it returned. Neither throws. */
  <T> void execute(Supplier<T> work, Consumer<T> done);

  /**
   * Stops calling {@code tick}, lets work under way go on for the grace, then runs {@code cancel}
   * and waits for the rest. Stopping again does nothing.
   *
   * @return whether every thread has ended
   */
  boolean stop(Duration grace, Runnable cancel);
}
