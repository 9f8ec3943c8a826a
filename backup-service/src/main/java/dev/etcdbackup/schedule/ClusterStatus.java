package dev.etcdbackup.schedule;

import dev.etcdbackup.coverage.CoverageState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The status of a cluster in a scheduler: what it last listed in the store, and the runs since it
 * was started.
 *
 * <p>Immutable and thread-safe.
 *
 * @param project the project
 * @param automated whether the cluster is backed up on a schedule
 * @param known whether the store has been listed; if not, {@code newest} and {@code nextDue} are
 *     not valid
 * @param running whether a run is active
 * @param newest when the newest backup of the cluster's series was taken, by its name
 * @param nextDue the first point of its schedule without a backup, which is in the past while the
 *     cluster is overdue; empty when it is never due
 * @param overdue the time since then; zero when the cluster is not overdue
 * @param missed the number of points that passed without a backup of their own, which are not
 *     repeated; at most 1,000 are counted at once
 * @param lastSuccess when this scheduler last took a scheduled backup
 * @param lastFailure the last failed run
 * @param anomalies the suspicious backups because of which the series is not pruned; empty when it
 *     is pruned
 * @param lastOpened when a test restore last opened a backup of the project with a private key, as
 *     of the last listing; empty when there is no record of one
 */
public record ClusterStatus(
    String project,
    boolean automated,
    boolean known,
    boolean running,
    Optional<Instant> newest,
    Optional<Instant> nextDue,
    Duration overdue,
    long missed,
    Optional<Instant> lastSuccess,
    Optional<FailedRun> lastFailure,
    List<Anomaly> anomalies,
    Optional<Instant> lastOpened) {
  private static final Duration GRACE = Duration.ofHours(1);

  /** Checks the values. */
  public ClusterStatus {
    Objects.requireNonNull(project, "project");
    Objects.requireNonNull(newest, "newest");
    Objects.requireNonNull(nextDue, "nextDue");
    Objects.requireNonNull(overdue, "overdue");
    Objects.requireNonNull(lastSuccess, "lastSuccess");
    Objects.requireNonNull(lastFailure, "lastFailure");
    anomalies = List.copyOf(anomalies);
    Objects.requireNonNull(lastOpened, "lastOpened");
  }

  /**
   * Returns the coverage state that follows from this status. A backup may be overdue by 1 hour.
   *
   * @return fresh, stale, missing, young, not automated or unknown
   */
  public CoverageState state() {
    if (!automated) {
      return CoverageState.NOT_AUTOMATED;
    }
    if (!known) {
      return CoverageState.UNKNOWN;
    }
    boolean late = overdue.compareTo(GRACE) > 0;
    if (newest.isPresent()) {
      return late ? CoverageState.STALE : CoverageState.FRESH;
    }
    return late ? CoverageState.MISSING : CoverageState.YOUNG;
  }
}
