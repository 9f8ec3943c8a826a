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

  /**
   * Returns a builder of a cluster that is backed up every 24 hours, with every other default.
   *
   * @param project the project its backups belong to
   * @return the builder
   */
  static Builder builder(String project) {
    return new Builder(project);
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

  /** The fields of a cluster, each with its default until it is set. */
  static final class Builder {
    private static final EtcdConfig NO_ETCD =
        new EtcdConfig(List.of(), Optional.empty(), Optional.empty(), Optional.empty());

    private final String project;
    private boolean automated = true;
    private EtcdConfig etcd = NO_ETCD;
    private Schedule schedule = Schedule.every(DEFAULT_INTERVAL);
    private Duration interval = DEFAULT_INTERVAL;
    private Duration jitter = Duration.ZERO;
    private NamingConfig naming = NamingConfig.DEFAULT;
    private EncodingConfig encoding = EncodingConfig.NONE;
    private Optional<RetentionPolicy> retention = Optional.empty();
    private Duration timeout = DEFAULT_TIMEOUT;
    private Optional<Duration> maxAge = Optional.empty();
    private Optional<Instant> since = Optional.empty();
    private String recovery = "";
    private Optional<ChangesConfig> changes = Optional.empty();
    private boolean skipUnchanged;
    private Optional<List<String>> copyTo = Optional.empty();

    private Builder(String project) {
      this.project = project;
    }

    Builder automated(boolean automated) {
      this.automated = automated;
      return this;
    }

    Builder etcd(EtcdConfig etcd) {
      this.etcd = etcd;
      return this;
    }

    Builder jitter(Duration jitter) {
      this.jitter = jitter;
      return this;
    }

    Builder naming(NamingConfig naming) {
      this.naming = naming;
      return this;
    }

    Builder encoding(EncodingConfig encoding) {
      this.encoding = encoding;
      return this;
    }

    Builder retention(RetentionPolicy retention) {
      this.retention = Optional.of(retention);
      return this;
    }

    Builder timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    Builder maxAge(Duration maxAge) {
      this.maxAge = Optional.of(maxAge);
      return this;
    }

    Builder since(Instant since) {
      this.since = Optional.of(since);
      return this;
    }

    Builder recovery(String recovery) {
      this.recovery = recovery;
      return this;
    }

    Builder changes(ChangesConfig changes) {
      this.changes = Optional.of(changes);
      return this;
    }

    Builder skipUnchanged(boolean skipUnchanged) {
      this.skipUnchanged = skipUnchanged;
      return this;
    }

    Builder copyTo(List<String> copyTo) {
      this.copyTo = Optional.of(copyTo);
      return this;
    }

    /** When backups are due, and the longest time from one to the next. */
    Builder schedule(Schedule schedule, Duration interval) {
      this.schedule = schedule;
      this.interval = interval;
      return this;
    }

    ClusterConfig build() {
      return new ClusterConfig(
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
          skipUnchanged,
          copyTo);
    }
  }
}
