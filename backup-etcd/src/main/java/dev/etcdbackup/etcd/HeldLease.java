package dev.etcdbackup.etcd;

import dev.etcdbackup.BackupLock;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock that is held as long as its lease is renewed.
 *
 * <p>The lease is good until its time to live after the last renewal that succeeded was
 * <em>sent</em>. When its answer came says nothing: it may have waited in a socket while this
 * process was paused.
 */
final class HeldLease implements BackupLock.Held {
  private static final Logger LOG = LoggerFactory.getLogger(EtcdBackupLock.class);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final String project;
  private final LockClient client;
  private final LockClient.Grant grant;
  private final Runnable onLoss;
  private final Consumer<HeldLease> ended;
  private final long ttl; // nanos
  private @Nullable ScheduledFuture<?> ticks; // guarded by this
  private long goodUntil; // nanos; guarded by this
  private long renewAt; // nanos; guarded by this
  private boolean over; // guarded by this
  private boolean closed; // guarded by this

  HeldLease(
      String project,
      LockClient client,
      LockClient.Grant grant,
      Runnable onLoss,
      Consumer<HeldLease> ended) {
    this.project = project;
    this.client = client;
    this.grant = grant;
    this.onLoss = onLoss;
    this.ended = ended;
    this.ttl = grant.ttl().toNanos();
    this.goodUntil = grant.since() + ttl;
    this.renewAt = grant.since() + ttl / 3;
  }

  /** Has it renewed from now on. */
  synchronized void renewBy(ScheduledExecutorService timer) {
    long step = ttl / 15;
    ticks = timer.scheduleWithFixedDelay(this::tick, step, step, TimeUnit.NANOSECONDS);
  }

  LockClient client() {
    return client;
  }

  long lease() {
    return grant.lease();
  }

  @Override
  public boolean confirm() {
    long end = System.nanoTime() + LockClient.PATIENCE.toNanos();
    while (isGood()) {
      long asked = System.nanoTime();
      try {
        boolean there = client.confirm(grant, Duration.ofNanos(end - asked));
        return there ? renewed(asked) : lose("etcd says that it is gone");
      } catch (InterruptedIOException e) {
        return giveUp();
      } catch (IOException e) {
        if (end - System.nanoTime() <= PAUSE.toNanos()) {
          return lose("it cannot be confirmed: " + e.getMessage());
        }
        pause();
      }
    }
    return false;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      giveUp();
    }
    client.giveBack(grant.lease());
    ended.accept(this);
  }

  private void tick() {
    synchronized (this) {
      long now = System.nanoTime();
      if (!isGood() || now - renewAt < 0) {
        return;
      }
      renewAt = now + ttl / 3;
    }
    long asked = System.nanoTime();
    CompletableFuture<?> unused =
        client
            .renew(grant.lease())
            .whenComplete(
                (there, failure) -> {
                  if (failure != null) {
                    renewSoon();
                  } else if (there) {
                    renewed(asked);
                  } else {
                    lose("etcd says that its lease has ended");
                  }
                });
  }

  private synchronized void renewSoon() {
    renewAt = System.nanoTime();
  }

  /** A renewal asked for at that time has succeeded. */
  private synchronized boolean renewed(long asked) {
    if (asked + ttl - goodUntil > 0) {
      goodUntil = asked + ttl;
    }
    return isGood();
  }

  /** Whether the lock is held as far as this process can tell. */
  private synchronized boolean isGood() {
    if (!over && System.nanoTime() - goodUntil >= 0) {
      return lose("it could not be renewed for " + CallDeadlines.text(grant.ttl()));
    }
    return !over;
  }

  /** Notifies the holder, for which {@link #close()} waits; returns false. */
  private synchronized boolean lose(String why) {
    if (!over) {
      giveUp();
      LOG.warn("the lock of {} is lost: {}", project, why);
      try {
        onLoss.run();
      } catch (RuntimeException e) {
        LOG.error("the loss of the lock of {} could not be reported to its holder", project, e);
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
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the next request finds out
    }
  }
}
