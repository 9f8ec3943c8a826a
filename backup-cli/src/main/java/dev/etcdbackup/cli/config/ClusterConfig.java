package dev.etcdbackup.cli.config;

import dev.etcdbackup.coverage.CoveredProject;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One etcd cluster, as configured.
 *
 * @param project the project its backups belong to
 * @param automated whether it is backed up on a schedule
 * @param etcd its endpoints and how to connect to them; without endpoints when it is not backed up
 * @param schedule when backups are due, if it is automated
 * @param interval the time from one backup to the next, the longest one if it varies
 * @param jitter by how much its due times may be moved, so that not all clusters are due together
 * @param naming how its backups are packed and named
 * @param encoding what is done to them on their way to the store
 * @param retention which backups of its series are kept; empty to keep all
 * @param timeout how long a backup may take
 * @param maxAge how old its newest backup may be; empty for an interval and an hour
 * @param since when it was set up; empty when that is long ago
 * @param recovery how its data is recovered when it is lost; may be empty
 * @param changes how its changes between backups are recorded; empty when they are not
 * @param skipUnchanged whether a backup is skipped when the cluster is unchanged since the newest
 *     one; {@code maxAge} is present then
 * @param copyTo the names of the second stores to which it is copied; empty for those that say so
 *     themselves
 */
public record ClusterConfig(
    String project,
    boolean automated,
    EtcdConfig etcd,
    Schedule schedule,
    Duration interval,
    Duration jitter,
    NamingConfig naming,
    EncodingConfig encoding,
    Optional<RetentionPolicy> retention,
    Duration timeout,
    Optional<Duration> maxAge,
    Optional<Instant> since,
    String recovery,
    Optional<ChangesConfig> changes,
    boolean skipUnchanged,
    Optional<List<String>> copyTo) {
  /** How often a cluster is backed up when the configuration does not say: every 24 hours. */
  public static final Duration DEFAULT_INTERVAL = Duration.ofHours(24);

  /** How long a backup may take when the configuration does not say: 10 minutes. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(10);

  /** A cluster of which no backup is skipped, copied to the second stores that say so. */
  ClusterConfig(
      String project,
      boolean automated,
      EtcdConfig etcd,
      Schedule schedule,
      Duration interval,
      Duration jitter,
      NamingConfig naming,
      EncodingConfig encoding,
      Optional<RetentionPolicy> retention,
      Duration timeout,
      Optional<Duration> maxAge,
      Optional<Instant> since,
      String recovery,
      Optional<ChangesConfig> changes) {
    this(
        project,
        automated,
        etcd,
        schedule,
        interval,
        jitter,
        naming,
        encoding,
        retention,
        timeout,
        maxAge,
        since,
        recovery,
        changes,
        false,
        Optional.empty());
  }

  /**
   * This cluster as coverage reports it.
   *
   * @return the project
   */
  public CoveredProject covered() {
    if (!automated) {
      return CoveredProject.notAutomated(project, recovery);
    }
    CoveredProject covered = CoveredProject.automated(project, interval);
    covered = maxAge.isPresent() ? covered.withMaxAge(maxAge.get()) : covered;
    return since.isPresent() ? covered.withSince(since.get()) : covered;
  }
}
