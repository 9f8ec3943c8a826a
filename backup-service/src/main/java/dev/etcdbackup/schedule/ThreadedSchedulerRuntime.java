package dev.etcdbackup.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A runtime with one thread for the ticks and a limited number of worker threads. An idle worker
 * thread ends after 1 minute.
 */
final class ThreadedSchedulerRuntime implements SchedulerRuntime {
  private static final Logger LOG = LoggerFactory.getLogger(BackupScheduler.class);
  private static final Duration AFTER_CANCEL = Duration.ofSeconds(15);

  private final InstantSource clock;
  private final ThreadFactory threads;
  private final ThreadPoolExecutor workers;
  private final Set<Thread> alive = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean woken;
  private boolean stopped;

  ThreadedSchedulerRuntime(InstantSource clock, ThreadFactory threads, int concurrency) {
    this.clock = clock;
    this.threads =
        work -> {
          Thread thread = threads.newThread(work);
          alive.removeIf(one -> one.getState() == Thread.State.TERMINATED);
          alive.add(thread);
          return thread;
        };
    this.workers =
        new ThreadPoolExecutor(
            concurrency,
            concurrency,
            60,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            this.threads);
    workers.allowCoreThreadTimeOut(true);
  }

  /**
   * Returns the factory of all threads of the scheduler. {@link #stop} waits for those that it has
   * created, also for one whose run no longer waits for it.
   */
  ThreadFactory threads() {
    return threads;
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
    threads.newThread(() -> loop(tick)).start();
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
    lock.lock();
    try {
      stopped = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    workers.shutdown();
    boolean interrupted = !await(grace);
    cancel.run();
    interrupted |= !await(AFTER_CANCEL);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return alive.stream().noneMatch(Thread::isAlive);
  }

  /** Waits for all threads; returns false when interrupted. */
  private boolean await(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    try {
      workers.awaitTermination(time.toNanos(), TimeUnit.NANOSECONDS);
      for (Thread thread : alive) {
        TimeUnit.NANOSECONDS.timedJoin(thread, end - System.nanoTime());
      }
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  private void loop(LongSupplier tick) {
    do {
      long wait;
      try {
        wait = tick.getAsLong();
      } catch (RuntimeException | Error e) {
        LOG.error("the scheduler failed and continues in 1 second", e);
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
      LOG.debug(
          "the scheduler's thread was interrupted and continues; stop the scheduler to end it");
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
