package dev.etcdbackup.kubernetes;

import dev.etcdbackup.BackupLock;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock that is held as long as its lease is renewed. It is good until its time to live after the
 * last renewal that succeeded was <em>sent</em>.
 */
final class HeldKubernetesLease implements BackupLock.Held {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseBackupLock.class);
  private static final long PAUSE_MILLIS = 100;
  private static final int ATTEMPTS =
      5; // at a renewal that others' edits of the lease get ahead of

  /**
   * What was acquired.
   *
   * @param lease as the API server answered
   * @param holder who holds it by that answer
   * @param asked the monotonic time at which it was asked for
   */
  record Grant(String project, Lease lease, String holder, int ttlSeconds, long asked) {}

  private final Grant grant;
  private final KubernetesLeases leases;
  private final InstantSource clock;
  private final Runnable onLoss;
  private final Consumer<HeldKubernetesLease> ended;
  private final long ttl; // nanos
  private final ReentrantLock requests = new ReentrantLock();
  private Lease current; // guarded by requests
  private @Nullable ScheduledFuture<?> ticks; // guarded by this
  private long goodUntil; // nanos; guarded by this
  private long renewAt; // nanos; guarded by this
  private boolean over; // guarded by this
  private boolean closed; // guarded by this

  HeldKubernetesLease(
      Grant grant,
      KubernetesLeases leases,
      InstantSource clock,
      Runnable onLoss,
      Consumer<HeldKubernetesLease> ended) {
    this.grant = grant;
    this.leases = leases;
    this.clock = clock;
    this.onLoss = onLoss;
    this.ended = ended;
    this.ttl = TimeUnit.SECONDS.toNanos(grant.ttlSeconds());
    this.current = grant.lease();
    this.goodUntil = grant.asked() + ttl;
    this.renewAt = grant.asked() + ttl / 3;
  }

  /** Has it renewed from now on. */
  synchronized void renewBy(ScheduledExecutorService timer) {
    long step = ttl / 15;
    ticks = timer.scheduleWithFixedDelay(this::tick, step, step, TimeUnit.NANOSECONDS);
  }

  String name() {
    return grant.lease().getMetadata().getName();
  }

  @Override
  public boolean confirm() {
    long end = System.nanoTime() + ApiCall.PATIENCE.toNanos();
    while (isGood()) {
      try {
        return renew();
      } catch (InterruptedIOException e) {
        return giveUp();
      } catch (IOException e) {
        if (System.nanoTime() - end >= 0) {
          return lose("it cannot be confirmed: " + e.getMessage());
        }
        pause();
      }
    }
    return false;
  }

  @Override
  public void close() {
    boolean release;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      release = !over;
      giveUp();
    }
    if (release) {
      release();
    }
    ended.accept(this);
  }

  private void tick() {
    synchronized (this) {
      if (!isGood() || System.nanoTime() - renewAt < 0) {
        return;
      }
    }
    try {
      renew();
    } catch (IOException e) {
      LOG.debug("the lock of {} is not renewed yet: {}", grant.project(), e.getMessage());
    }
  }

  /**
   * Renews the lease; false when it is lost.
   *
   * @throws IOException when that is not known
   */
  private boolean renew() throws IOException {
    requests.lock();
    try {
      for (int i = 0; i < ATTEMPTS && isGood(); i++) {
        long asked = System.nanoTime();
        Optional<Lease> renewed = leases.replace(renewal());
        if (renewed.isPresent()) {
          current = renewed.get();
          return renewed(asked);
        }
        @Nullable Lease found = leases.get(name());
        if (found == null) {
          return lose("its lease was deleted");
        }
        if (found.getSpec() == null
            || !grant.holder().equals(found.getSpec().getHolderIdentity())) {
          return lose("its lease was taken over");
        }
        current = found; // an answer was lost, or others changed its labels
      }
    } finally {
      requests.unlock();
    }
    if (isGood()) {
      throw new IOException("lease " + name() + " is changed again and again");
    }
    return false;
  }

  private Lease renewal() {
    return new LeaseBuilder(current)
        .editSpec()
        .withRenewTime(clock.instant().atZone(ZoneOffset.UTC))
        .endSpec()
        .build();
  }

  /** Leaves the lease without a holder; what fails leaves it to expire. */
  private void release() {
    requests.lock();
    try {
      Optional<Lease> released =
          leases.replace(
              new LeaseBuilder(current).editSpec().withHolderIdentity("").endSpec().build());
      if (released.isEmpty()) {
        LOG.debug("the lease {} was changed by others and is left to expire", name());
      }
    } catch (IOException e) {
      LOG.debug("the lease {} is left to expire: {}", name(), e.getMessage());
    } finally {
      requests.unlock();
    }
  }

  /** A renewal asked for at that time has succeeded. */
  private synchronized boolean renewed(long asked) {
    if (asked + ttl - goodUntil > 0) {
      goodUntil = asked + ttl;
      renewAt = asked + ttl / 3;
    }
    return isGood();
  }

  /** Whether the lock is held as far as this process can tell. */
  private synchronized boolean isGood() {
    if (!over && System.nanoTime() - goodUntil >= 0) {
      return lose("it could not be renewed for " + grant.ttlSeconds() + " s");
    }
    return !over;
  }

  /** Notifies the holder, for which {@link #close()} waits; returns false. */
  private synchronized boolean lose(String why) {
    if (!over) {
      giveUp();
      LOG.warn("the lock of {} is lost: {}", grant.project(), why);
      try {
        onLoss.run();
      } catch (RuntimeException e) {
        LOG.error(
            "the loss of the lock of {} could not be reported to its holder", grant.project(), e);
      }
    }
    return false;
  }

  /** From now on it is not held; false. */
  private synchronized boolean giveUp() {
    over = true;
    if (ticks != null) {
      ticks.cancel(false);
    }
    return false;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the next request finds out
    }
  }
}
