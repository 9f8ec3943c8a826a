package dev.etcdbackup.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.concurrent.locks.LockSupport;

/**
 * The most heap that was really in use, beyond what was when the watch began: the garbage is
 * collected ten times a second, so it slows down what it watches.
 */
final class LiveHeap implements AutoCloseable {
  private static final long PAUSE_NANOS = 100_000_000;

  private final Thread watcher = new Thread(this::watchUntilClosed, "heap-watcher");
  private final long before;
  private volatile boolean closed;
  private volatile long peak;

  private LiveHeap(long before) {
    this.before = before;
    this.peak = before;
  }

  static LiveHeap watch() {
    LiveHeap heap = new LiveHeap(usedBytes());
    heap.watcher.start();
    return heap;
  }

  static LiveHeap ignore() {
    return new LiveHeap(0);
  }

  long peakBytes() {
    return peak - before;
  }

  @Override
  public void close() {
    closed = true;
  }

  private void watchUntilClosed() {
    while (!closed) {
      peak = Math.max(peak, usedBytes());
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  @SuppressWarnings("SystemGc") // that is what it is for
  private static long usedBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
