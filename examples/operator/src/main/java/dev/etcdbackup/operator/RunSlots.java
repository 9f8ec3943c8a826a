package dev.etcdbackup.operator;

import dev.etcdbackup.BackupLock;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many backups run at once, whatever the number of schedulers. Each store has a scheduler of
 * its own, and each namespace a store, since its Secret is there; without a common limit, as many
 * backups as there are namespaces would begin when the operator starts, and each needs tens of
 * megabytes.
 *
 * <p>It is a lock, for which a scheduler waits without a failure and outside the time of a backup.
 * Thread-safe.
 */
final class RunSlots implements BackupLock {
  private static final int WAIT_SECONDS = 3;

  private final Semaphore free;

  /** Creates it with a number of slots, 1 or more. */
  RunSlots(int count) {
    this.free = new Semaphore(count, true);
  }

  /** Waits for some seconds, in the order of the calls, since a scheduler asks again at once. */
  @Override
  public Optional<Held> tryAcquire(String project, Runnable onLoss) throws InterruptedIOException {
    try {
      return free.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)
          ? Optional.of(new Slot())
          : Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a slot to run in");
    }
  }

  private final class Slot implements Held {
    private final AtomicBoolean released = new AtomicBoolean();

    @Override
    public boolean confirm() {
      return !released.get();
    }

    @Override
    public void close() {
      if (released.compareAndSet(false, true)) {
        free.release();
      }
    }
  }
}
