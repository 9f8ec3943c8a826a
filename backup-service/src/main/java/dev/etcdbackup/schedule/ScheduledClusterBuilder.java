package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.NamingStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A builder of a cluster. Not thread-safe. */
public final class ScheduledClusterBuilder {
  private static final Duration LONGEST = Duration.ofDays(36_500);

  final String project;
  final SnapshotSource source;
  Schedule schedule = Schedule.never();
  NamingStrategy naming = NamingStrategy.periodic();
  @Nullable BackupEncodings encodings;
  @Nullable RetentionPolicy retention;
  Duration timeout = Duration.ofMinutes(10);
  Duration jitter = Duration.ZERO;
  boolean firstRunAtOnce = true;
  @Nullable Instant since;
  String recovery = "";
  Predicate<Anomaly> acceptance = anomaly -> false;
  final List<SecondStore> secondStores = new ArrayList<>();
  final List<ScheduledCheck> checks = new ArrayList<>();
  @Nullable Duration maxAge;
  @Nullable UnchangedCheck unchanged;
  Duration unchangedMaxAge = Duration.ZERO;

  ScheduledClusterBuilder(String project, SnapshotSource source) {
    this.project = BackupKey.requireProject(project);
    this.source = Objects.requireNonNull(source, "source");
  }

  /**
   * Sets when backups are due. Default: never; the cluster is not automated and is backed up on
   * demand only.
   *
   * @param schedule the schedule
   * @return this
   */
  public ScheduledClusterBuilder schedule(Schedule schedule) {
    this.schedule = Objects.requireNonNull(schedule, "schedule");
    return this;
  }

  /**
   * Sets how backups are named. Default: {@link NamingStrategy#periodic()}.
   *
   * @param naming a periodic naming or that of tarballs
   * @return this
   * @throws IllegalArgumentException when the naming is a manual one, whose backups form no series
   */
  public ScheduledClusterBuilder naming(NamingStrategy naming) {
    if (naming.series(project).isEmpty()) {
      throw new IllegalArgumentException(
          "naming must give each run another name, so a manual one cannot be scheduled");
    }
    this.naming = naming;
    return this;
  }

  /**
   * Sets the encodings with which the backups of this cluster are written; the naming selects those
   * that are applied. Default: the encodings of the scheduler, with which backups are read in any
   * case.
   *
   * @param encodings the encodings
   * @return this
   */
  public ScheduledClusterBuilder encodings(BackupEncodings encodings) {
    this.encodings = Objects.requireNonNull(encodings, "encodings");
    return this;
  }

  /**
   * Sets the retention policy. After each successful backup, those of the series that the policy
   * does not keep are deleted, and recorded changes of the project that are older than every backup
   * that is kept. Default: all backups are kept.
   *
   * @param retention the policy
   * @return this
   */
  public ScheduledClusterBuilder retention(RetentionPolicy retention) {
    this.retention = Objects.requireNonNull(retention, "retention");
    return this;
  }

  /**
   * Sets the maximum duration of one attempt, from opening the source to the store's commit.
   * Default: 10 minutes.
   *
   * @param timeout the duration, more than 0 and at most 36,500 days
   * @return this
   * @throws IllegalArgumentException when the timeout is out of range
   */
  public ScheduledClusterBuilder timeout(Duration timeout) {
    this.timeout = requireLength("timeout", timeout);
    return this;
  }

  /**
   * Spreads clusters with the same schedule: each is due at a fixed delay, of at most this
   * duration, after each point of the schedule. The delay is computed from the name of the project,
   * so it is the same in every run, process and replica. Default: 0.
   *
   * @param jitter the maximum delay, whole seconds, 0 to 1 day
   * @return this
   * @throws IllegalArgumentException when the jitter is out of range or not whole seconds
   */
  public ScheduledClusterBuilder jitter(Duration jitter) {
    if (jitter.isNegative()
        || jitter.compareTo(Duration.ofDays(1)) > 0
        || jitter.toNanosPart() != 0) {
      throw new IllegalArgumentException(
          "jitter must be whole seconds, 0 to 1 day of them, not " + jitter);
    }
    this.jitter = jitter;
    return this;
  }

  /**
   * Sets whether a cluster without a backup is due immediately or at the next point of its
   * schedule. Default: immediately.
   *
   * @param firstRunAtOnce true for immediately
   * @return this
   */
  public ScheduledClusterBuilder firstRunAtOnce(boolean firstRunAtOnce) {
    this.firstRunAtOnce = firstRunAtOnce;
    return this;
  }

  /**
   * Sets when the cluster was set up. Until a backup was due after that time, the coverage state of
   * a cluster without a backup is young and not missing. Default: the time at which the project was
   * first added to the scheduler.
   *
   * @param since the time, before the year 10,000
   * @return this
   * @throws IllegalArgumentException when the time is later
   */
  public ScheduledClusterBuilder since(Instant since) {
    if (!since.isBefore(Instant.parse("+10000-01-01T00:00:00Z"))) {
      throw new IllegalArgumentException("since must be before the year 10000, not " + since);
    }
    this.since = since;
    return this;
  }

  /**
   * Sets how old the newest backup may be before coverage shows the cluster as stale. It says
   * nothing about when backups are taken. Default: until an hour after the point of the schedule
   * that follows the newest backup.
   *
   * @param maxAge the maximum age, more than 0 and at most 36,500 days
   * @return this
   * @throws IllegalArgumentException when the age is out of range
   */
  public ScheduledClusterBuilder maxAge(Duration maxAge) {
    this.maxAge = requireLength("maxAge", maxAge);
    return this;
  }

  /**
   * Sets a note for people on how to recover the data when the cluster is lost. Coverage shows it
   * for clusters that are not automated. Default: empty.
   *
   * @param recovery the note, one line
   * @return this
   */
  public ScheduledClusterBuilder recovery(String recovery) {
    this.recovery = Objects.requireNonNull(recovery, "recovery");
    return this;
  }

  /**
   * Skips a scheduled backup when the cluster is unchanged since its newest backup. The newest
   * backup never becomes older than the maximum age for that: a point of the schedule is skipped
   * only when the next one is in time. A series with suspicious backups is backed up in any case,
   * and so is a cluster that cannot be checked. {@link BackupListener#skipped} reports what was
   * skipped, and coverage is fresh up to the maximum age and 1 hour. After a restart the cluster is
   * checked at once, and the points that were skipped before count as missed. Default: nothing is
   * skipped.
   *
   * @param check whether the cluster is unchanged
   * @param maxAge the maximum age of the newest backup, more than 0 and at most 36,500 days
   * @return this
   * @throws IllegalArgumentException when the age is out of range
   */
  public ScheduledClusterBuilder skipUnchanged(UnchangedCheck check, Duration maxAge) {
    this.unchanged = Objects.requireNonNull(check, "check");
    this.unchangedMaxAge = requireLength("maxAge", maxAge);
    return this;
  }

  /**
   * Sets which anomalies are accepted automatically; see {@link AnomalyGuard}. Default: none.
   * Called after each backup for the anomalies of the series that are not accepted, from the oldest
   * on, up to the first that it refuses. They are accepted when it refuses none.
   *
   * @param acceptance returns true to accept
   * @return this
   */
  public ScheduledClusterBuilder acceptIf(Predicate<Anomaly> acceptance) {
    this.acceptance = Objects.requireNonNull(acceptance, "acceptance");
    return this;
  }

  /**
   * Adds a store to which the backups of the project are copied after each successful run, those
   * too that earlier runs could not copy. A failure there is reported and affects neither the
   * backup nor the first store, which is pruned by its own policy. The second store is pruned by
   * its policy only while no backup of the series is suspicious. Default: none.
   *
   * @param second the store, of a name that no other one has
   * @return this
   * @throws IllegalArgumentException when another one has the same name
   */
  public ScheduledClusterBuilder copyTo(SecondStore second) {
    Objects.requireNonNull(second, "second");
    if (secondStores.stream().anyMatch(one -> one.name().equals(second.name()))) {
      throw new IllegalArgumentException(
          "second stores must have different names, but two are called " + second.name());
    }
    secondStores.add(second);
    return this;
  }

  /**
   * Adds a check of the newest backup, which is made after a backup when it is due. A failure is
   * reported and affects no backup. Default: none.
   *
   * @param check the check, of a kind that no other one has
   * @return this
   * @throws IllegalArgumentException when another one is of the same kind
   */
  public ScheduledClusterBuilder check(ScheduledCheck check) {
    Objects.requireNonNull(check, "check");
    if (checks.stream().anyMatch(one -> one.kind() == check.kind())) {
      throw new IllegalArgumentException(
          "checks must be of different kinds, but two are of kind " + check.kind());
    }
    checks.add(check);
    return this;
  }

  /**
   * Builds the cluster.
   *
   * @return the cluster
   */
  public ScheduledCluster build() {
    return new ScheduledCluster(this);
  }

  private static Duration requireLength(String what, Duration length) {
    if (length.isZero() || length.isNegative() || length.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          what + " must be more than 0 and at most 36500 days, not " + length);
    }
    return length;
  }
}
