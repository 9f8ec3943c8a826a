package dev.etcdbackup.cli;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.ClusterConfig;
import dev.etcdbackup.cli.config.EtcdConfig;
import dev.etcdbackup.cli.config.LockConfig;
import dev.etcdbackup.etcd.EtcdBackupLock;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.Schedule;
import dev.etcdbackup.schedule.ScheduledCheck;
import dev.etcdbackup.schedule.ScheduledCluster;
import dev.etcdbackup.schedule.ScheduledClusterBuilder;
import dev.etcdbackup.schedule.SchedulerBuilder;
import dev.etcdbackup.schedule.SecondStore;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A scheduler that is built from the configuration, and the connection of its lock. */
final class SchedulerSetup implements AutoCloseable {
  private final BackupConfig config;
  private final BackupStore store;
  private final BackupEncodings reading;
  private final Optional<EtcdBackupLock> lock;
  private final SecondStores secondStores;
  private final BackupScheduler scheduler;

  /**
   * Builds a scheduler without clusters that is not started.
   *
   * @param encodings those that backups are read with
   * @param tarballZone the zone in which the times in the names of tarballs are read
   * @param secondStores where the backups are copied to; closed by the caller
   * @param more sets what the caller needs besides
   */
  SchedulerSetup(
      BackupConfig config,
      BackupStore store,
      BackupEncodings encodings,
      ZoneId tarballZone,
      SecondStores secondStores,
      UnaryOperator<SchedulerBuilder> more)
      throws UsageException {
    this.config = config;
    this.store = store;
    this.reading = encodings;
    this.secondStores = secondStores;
    try {
      this.lock = config.lock().map(SchedulerSetup::lock);
    } catch (IllegalArgumentException e) {
      throw new UsageException("lock: " + e.getMessage());
    }
    SchedulerBuilder builder = BackupScheduler.builder(EncodingOptions.signing(store, config));
    builder.encodings(encodings).tarballZone(tarballZone);
    lock.ifPresent(builder::lock); // by default one inside this process
    this.scheduler = more.apply(builder).build();
  }

  BackupScheduler scheduler() {
    return scheduler;
  }

  /** The lock of the scheduler: that of the configuration, or one inside this process. */
  BackupLock lock() {
    return lock.isPresent() ? lock.get() : BackupLock.inProcess();
  }

  /** Adds all clusters by their schedules, each with these checks. */
  void addAll(List<ScheduledCheck> checks) throws UsageException {
    for (ClusterConfig cluster : config.clusters()) {
      ScheduledClusterBuilder builder = scheduled(cluster, secondStores.of(cluster), checks);
      if (cluster.skipUnchanged() && canBeBackedUp(cluster)) {
        builder.skipUnchanged(
            new LiveUnchanged(cluster.etcd(), store, reading, cluster.timeout()),
            cluster.maxAge().orElseThrow());
      }
      scheduler.put(builder.build());
    }
  }

  /** Adds all clusters that have endpoints, to be backed up on demand only. */
  void addOnDemand() throws UsageException {
    for (ClusterConfig cluster : config.clusters()) {
      if (canBeBackedUp(cluster)) {
        scheduler.put(cluster(cluster, Schedule.never(), List.of(), List.of()).build());
      }
    }
  }

  static boolean canBeBackedUp(ClusterConfig cluster) {
    return !cluster.etcd().endpoints().isEmpty();
  }

  /** Stops the scheduler without a grace period if it runs, and closes the lock's connection. */
  @Override
  public void close() {
    scheduler.stop(Duration.ZERO);
    lock.ifPresent(EtcdBackupLock::close);
  }

  /** A cluster with the schedule that the configuration gives it. */
  static ScheduledClusterBuilder scheduled(
      ClusterConfig cluster, List<SecondStore> copyTo, List<ScheduledCheck> checks)
      throws UsageException {
    if (cluster.automated() && !canBeBackedUp(cluster)) {
      throw new UsageException(
          "cluster '"
              + cluster.project()
              + "' has no endpoints; give them, or say 'automated: false'");
    }
    return cluster(
        cluster, cluster.automated() ? cluster.schedule() : Schedule.never(), copyTo, checks);
  }

  private static ScheduledClusterBuilder cluster(
      ClusterConfig cluster,
      Schedule schedule,
      List<SecondStore> copyTo,
      List<ScheduledCheck> checks)
      throws UsageException {
    ScheduledClusterBuilder builder =
        ScheduledCluster.builder(cluster.project(), source(cluster))
            .schedule(schedule)
            .naming(cluster.encoding().applyTo(cluster.naming().strategy()))
            .encodings(encodings(cluster))
            .timeout(cluster.timeout())
            .jitter(cluster.jitter())
            .recovery(cluster.recovery());
    cluster.retention().ifPresent(builder::retention);
    cluster.since().ifPresent(builder::since);
    cluster.maxAge().ifPresent(builder::maxAge);
    copyTo.forEach(builder::copyTo);
    checks.forEach(builder::check);
    return builder;
  }

  private static BackupEncodings encodings(ClusterConfig cluster) throws UsageException {
    try {
      return EncodingOptions.writing(cluster.encoding());
    } catch (UsageException e) {
      throw new UsageException("cluster '" + cluster.project() + "': " + e.getMessage());
    }
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

  static EtcdBackupLock lock(LockConfig lock) {
    return EtcdBackupLock.builder(EtcdAccess.of(lock.etcd())).ttl(lock.ttl()).build();
  }
}
