package dev.etcdbackup.kubernetes;

import dev.etcdbackup.BackupLock;
import dev.etcdbackup.internal.RenewedLease;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A lock that is held as long as its lease in the API server is renewed. */
final class HeldKubernetesLease implements BackupLock.Held {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseBackupLock.class);
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
  private final RenewedLease state;
  private final ReentrantLock requests = new ReentrantLock();
  private Lease current; // guarded by requests

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
    this.current = grant.lease();
    this.state =
        new RenewedLease(Duration.ofSeconds(grant.ttlSeconds()), grant.asked(), this::lost);
  }

  /** Starts the renewal. */
  void renewBy(ScheduledExecutorService timer) {
    state.renewBy(timer, this::tick);
  }

  String name() {
    return grant.lease().getMetadata().getName();
  }

  @Override
  public boolean confirm() {
    return state.confirm(ApiCall.PATIENCE, left -> renew()); // each request is as patient
  }

  @Override
  public void close() {
    state.close(
        held -> {
          if (held) {
            release();
          }
          ended.accept(this);
        });
  }

  private void tick() {
    try {
      renew();
    } catch (IOException e) {
      state.renewSoon();
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
      for (int i = 0; i < ATTEMPTS && state.isGood(); i++) {
        long asked = System.nanoTime();
        Optional<Lease> renewed = leases.replace(renewal());
        if (renewed.isPresent()) {
          current = renewed.get();
          return state.renewed(asked);
        }
        @Nullable Lease found = leases.get(name());
        if (found == null) {
          return state.lose("its lease was deleted");
        }
        if (!isMine(found)) {
          return state.lose("its lease was taken over");
        }
        current = found; // an answer was lost, or others changed its labels
      }
    } finally {
      requests.unlock();
    }
    if (state.isGood()) {
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
      for (int i = 0; i < ATTEMPTS; i++) {
        Optional<Lease> released =
            leases.replace(
                new LeaseBuilder(current).editSpec().withHolderIdentity("").endSpec().build());
        if (released.isPresent()) {
          return;
        }
        @Nullable Lease found = leases.get(name()); // an answer was lost, or others changed it
        if (found == null || !isMine(found)) {
          return;
        }
        current = found;
      }
      LOG.debug("the lease {} is changed again and again and is left to expire", name());
    } catch (IOException e) {
      LOG.debug("the lease {} is left to expire: {}", name(), e.getMessage());
    } finally {
      requests.unlock();
    }
  }

  private boolean isMine(Lease lease) {
    return lease.getSpec() != null && grant.holder().equals(lease.getSpec().getHolderIdentity());
  }

  private void lost(String why) {
    LOG.warn("the lock of {} is lost: {}", grant.project(), why);
    try {
      onLoss.run();
    } catch (RuntimeException e) {
      LOG.error(
          "the loss of the lock of {} could not be reported to its holder", grant.project(), e);
    }
  }
}
