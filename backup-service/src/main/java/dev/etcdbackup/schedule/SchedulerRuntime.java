package dev.etcdbackup.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The clocks and threads of a scheduler. All waiting is done here, so a test can use an
 * implementation that does not wait.
 */
interface SchedulerRuntime {
  /** Returns the time of the wall clock, which may jump forwards and backwards. */
  Instant now();

  /**
   * Returns the nanoseconds since a fixed point. Never jumps; may stop while the machine is
   * suspended.
   */
  long nanoTime();

  /**
   * Starts to call {@code tick} repeatedly: after at most the number of nanoseconds that the
   * previous call returned. Calls never overlap.
   */
  void start(LongSupplier tick);

  /** Causes {@code tick} to be called soon. */
  void wake();

  /** Runs work, later or immediately, and passes its result on. Neither may throw. */
  <T> void execute(Supplier<T> work, Consumer<T> done);

  /**
   * Stops calling {@code tick}, lets active work continue for the grace period, then runs {@code
   * cancel} and waits for the remaining work. Stopping again does nothing.
   *
   * @return whether every thread has ended
   */
  boolean stop(Duration grace, Runnable cancel);
}
