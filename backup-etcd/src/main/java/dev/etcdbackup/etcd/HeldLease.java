package dev.etcdbackup.etcd;

import dev.etcdbackup.BackupLock;
import dev.etcdbackup.internal.RenewedLease;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A lock that is held as long as its lease in etcd is renewed. */
final class HeldLease implements BackupLock.Held {
  private static final Logger LOG = LoggerFactory.getLogger(EtcdBackupLock.class);

  private final String project;
  private final LockClient client;
  private final LockClient.Grant grant;
  private final Runnable onLoss;
  private final Consumer<HeldLease> ended;
  private final RenewedLease lease;

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
    this.lease = new RenewedLease(grant.ttl(), grant.since(), this::lost);
  }

  /** Has it renewed from now on. */
  void renewBy(ScheduledExecutorService timer) {
    lease.renewBy(timer, this::renew);
  }

  LockClient client() {
    return client;
  }

  long lease() {
    return grant.lease();
  }

  @Override
  public boolean confirm() {
    return lease.confirm(
        LockClient.PATIENCE,
        left -> {
          long asked = System.nanoTime();
          return client.confirm(grant, left)
              ? lease.renewed(asked)
              : lease.lose("etcd says that it is gone");
        });
  }

  @Override
  public void close() {
    lease.close(
        held -> {
          client.giveBack(grant.lease());
          ended.accept(this);
        });
  }

  private void renew() {
    long asked = System.nanoTime();
    CompletableFuture<?> unused =
        client
            .renew(grant.lease())
            .whenComplete(
                (there, failure) -> {
                  if (failure != null) {
                    lease.renewSoon();
                  } else if (there) {
                    lease.renewed(asked);
                  } else {
                    lease.lose("etcd says that its lease has ended");
                  }
                });
  }

  private void lost(String why) {
    LOG.warn("the lock of {} is lost: {}", project, why);
    try {
      onLoss.run();
    } catch (RuntimeException e) {
      LOG.error("the loss of the lock of {} could not be reported to its holder", project, e);
    }
  }
}
