package dev.etcdbackup.cli;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.ClusterConfig;
import dev.etcdbackup.cli.config.EtcdConfig;
import dev.etcdbackup.cli.config.LockConfig;
import dev.etcdbackup.etcd.EtcdBackupLock;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.Schedule;
import dev.etcdbackup.schedule.ScheduledCluster;
import dev.etcdbackup.schedule.SchedulerBuilder;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A scheduler as the configuration wants it, and what has to be closed after it. */
final class SchedulerSetup implements AutoCloseable {
  private final BackupConfig config;
  private final Optional<EtcdBackupLock> lock;
  private final BackupScheduler scheduler;

  /**
   * Sets a scheduler up, without clusters and not started.
   *
   * @param more what the caller wants besides
   */
  SchedulerSetup(BackupConfig config, BackupStore store, UnaryOperator<SchedulerBuilder> more)
      throws UsageException {
    this.config = config;
    try {
      this.lock = config.lock().map(SchedulerSetup::lock);
    } catch (IllegalArgumentException e) {
      throw new UsageException("lock: " + e.getMessage());
    }
    SchedulerBuilder builder = BackupScheduler.builder(store);
    lock.ifPresent(builder::lock); // else the one inside this process
    this.scheduler = more.apply(builder).build();
  }

  BackupScheduler scheduler() {
    return scheduler;
  }

  /** Adds all clusters by their schedules. */
  void addAll() throws UsageException {
    for (ClusterConfig cluster : config.clusters()) {
      if (cluster.automated() && !canBeBackedUp(cluster)) {
        throw new UsageException(
            "cluster '"
                + cluster.project()
                + "' has no endpoints; give them, or say 'automated: false'");
      }
      scheduler.put(cluster(cluster, cluster.automated() ? cluster.schedule() : Schedule.never()));
    }
  }

  /** Adds all clusters that can be backed up, to be so on demand alone. */
  void addOnDemand() throws UsageException {
    for (ClusterConfig cluster : config.clusters()) {
      if (canBeBackedUp(cluster)) {
        scheduler.put(cluster(cluster, Schedule.never()));
      }
    }
  }

  static boolean canBeBackedUp(ClusterConfig cluster) {
    return !cluster.etcd().endpoints().isEmpty();
  }

  /** Stops the scheduler without a grace if it runs, and gives the lock's connection back. */
  @Override
  public void close() {
    scheduler.stop(Duration.ZERO);
    lock.ifPresent(EtcdBackupLock::close);
  }

  private static ScheduledCluster cluster(ClusterConfig cluster, Schedule schedule)
      throws UsageException {
    ScheduledCluster.Builder builder =
        ScheduledCluster.builder(cluster.project(), source(cluster))
            .schedule(schedule)
            .timeout(cluster.timeout())
            .jitter(cluster.jitter())
            .recovery(cluster.recovery());
    cluster.keepLast().ifPresent(count -> builder.retention(RetentionPolicy.keepLast(count)));
    cluster.since().ifPresent(builder::since);
    return builder.build();
  }

  private static SnapshotSource source(ClusterConfig cluster) throws UsageException {
    EtcdConfig etcd = cluster.etcd();
    if (etcd.endpoints().isEmpty()) {
      return () -> {
        throw new SourceException("cluster '" + cluster.project() + "' has no endpoints");
      };
    }
    try {
      return EtcdSnapshotSource.builder(EtcdAccess.of(etcd)).timeout(cluster.timeout()).build();
    } catch (IllegalArgumentException e) {
      throw new UsageException("cluster '" + cluster.project() + "': " + e.getMessage());
    }
  }

  private static EtcdBackupLock lock(LockConfig lock) {
    return EtcdBackupLock.builder(EtcdAccess.of(lock.etcd())).ttl(lock.ttl()).build();
  }
}
