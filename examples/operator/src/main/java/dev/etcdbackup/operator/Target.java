package dev.etcdbackup.operator;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.schedule.Schedule;
import dev.etcdbackup.schedule.ScheduledCluster;
import dev.etcdbackup.schedule.ScheduledClusterBuilder;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.NamingStrategy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * A cluster that is to be backed up on a schedule, and where to.
 *
 * @param store the store
 * @param project the project
 * @param prefix the beginning of the names, for example {@code etcd.backup}
 * @param compressed whether backups are compressed with Zstandard
 * @param etcd the cluster
 * @param schedule when
 * @param jitter by how much it may be delayed, to spread clusters
 * @param retention what is kept; empty for everything
 * @param timeout how long one backup may take
 */
public record Target(
    StoreAddress store,
    String project,
    String prefix,
    boolean compressed,
    EtcdAddress etcd,
    Schedule schedule,
    Duration jitter,
    Optional<RetentionPolicy> retention,
    Duration timeout) {

  /** The name under which the scheduler of a store and a series keeps it. */
  record SchedulerKey(StoreAddress store, String prefix) {}

  SchedulerKey key() {
    return new SchedulerKey(store, prefix);
  }

  /** The newest backup of the series, also one that an earlier process stored. */
  Optional<Backup> newestIn(BackupStore store) throws BackupException {
    Instant now = InstantSource.system().instant();
    return BackupService.builder(store)
        .encodings(ScheduledResources.encodings())
        .build()
        .list(project)
        .stream()
        .filter(one -> one.kind() == BackupKind.PERIODIC)
        .filter(one -> one.name().prefix().equals(prefix) && !one.isDatedAhead(now))
        .max(Backup.OLDEST_FIRST);
  }

  ScheduledCluster cluster(SnapshotSource source) {
    NamingStrategy naming = NamingStrategy.periodic(prefix);
    ScheduledClusterBuilder cluster =
        ScheduledCluster.builder(project, source)
            .naming(compressed ? naming.withEncodings(".zst") : naming)
            .schedule(schedule)
            .jitter(jitter)
            .timeout(timeout);
    retention.ifPresent(cluster::retention);
    return cluster.build();
  }
}
