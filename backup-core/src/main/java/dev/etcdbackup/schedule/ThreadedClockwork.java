package dev.etcdbackup.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that ticks, and up to so many that work. An idle worker ends after a minute. */
final class ThreadedClockwork implements Clockwork {
  private static final Logger LOG = LoggerFactory.getLogger(BackupScheduler.class);
  private static final Duration AFTER_CANCEL = Duration.ofSeconds(15);

  private final InstantSource clock;
  private final ThreadFactory threads;
  private final ThreadPoolExecutor workers;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean woken;
  private boolean stopped;
  private @Nullable Thread ticker;

  ThreadedClockwork(InstantSource clock, ThreadFactory threads, int concurrency) {
    this.clock = clock;
    this.threads = threads;
    this.workers =
        new ThreadPoolExecutor(
            concurrency, concurrency, 60, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    workers.allowCoreThreadTimeOut(true);
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void start(LongSupplier tick) {
    Thread thread = threads.newThread(() -> loop(tick));
    lock.lock();
    try {
      ticker = thread;
    } finally {
      lock.unlock();
    }
    thread.start();
  }

  @Override
  public void wake() {
    lock.lock();
    try {
      woken = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public <T> void execute(Supplier<T> work, Consumer<T> done) {
    workers.execute(() -> done.accept(work.get()));
  }

  @Override
  public boolean stop(Duration grace, Runnable cancel) {
    Thread thread;
    lock.lock();
    try {
      stopped = true;
      changed.signalAll();
      thread = ticker;
    } finally {
      lock.unlock();
    }
    workers.shutdown();
    boolean interrupted = !await(thread, grace) && Thread.interrupted();
    cancel.run();
    interrupted |= !await(thread, AFTER_CANCEL) && Thread.interrupted();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return workers.isTerminated() && (thread == null || !thread.isAlive());
  }

  /** Waits for all threads; false, the thread's interrupt status set, when interrupted. */
  private boolean await(@Nullable Thread thread, Duration time) {
    try {
      if (workers.awaitTermination(time.toNanos(), TimeUnit.NANOSECONDS) && thread != null) {
        thread.join(AFTER_CANCEL.toMillis());
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void loop(LongSupplier tick) {
    do {
      long wait;
      try {
        wait = tick.getAsLong();
      } catch (RuntimeException | Error e) {
        LOG.error("the scheduler failed, and goes on in a second", e);
        wait = TimeUnit.SECONDS.toNanos(1);
      }
      pause(wait);
    } while (!isStopped());
  }

  private void pause(long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (!stopped && !woken && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      LOG.debug("the scheduler's thread was interrupted; it ends when the scheduler is stopped");
    } finally {
      woken = false;
      lock.unlock();
    }
  }

  private boolean isStopped() {
    lock.lock();
    try {
      return stopped;
    } finally {
      lock.unlock();
    }
  }
}
