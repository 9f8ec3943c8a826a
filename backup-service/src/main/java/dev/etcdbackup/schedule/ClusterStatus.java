package dev.etcdbackup.schedule;

import dev.etcdbackup.coverage.CoverageState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a scheduler remembers of a cluster: what it saw when it last looked at the store, and what
 * has happened since it was started.
 *
 * <p>Immutable and thread-safe.
 *
 * @param project the project
 * @param automated whether it is backed up by the clock
 * @param known whether the store could be looked at; if not, {@code newest} and {@code nextDue} say
 *     nothing
 * @param running whether a run is under way
 * @param newest when its newest backup was taken, by the name; of its own series alone
 * @param nextDue the first point of its schedule without a backup, which is in the past while it is
 *     overdue; empty when it is never due
 * @param overdue how long ago that was, zero when it is not overdue
 * @param missed how many points passed without a backup of their own; they are counted, at most
 *     1,000 for each time the scheduler looks, and not made up for
 * @param lastSuccess when this scheduler last took a backup on schedule
 * @param lastFailure its last failed run
 * @param suspicions why its series is not pruned; empty when it is
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
    List<Anomaly> suspicions) {
  private static final Duration GRACE = Duration.ofHours(1);

  /** Checks the values. */
  public ClusterStatus {
    Objects.requireNonNull(project, "project");
    Objects.requireNonNull(newest, "newest");
    Objects.requireNonNull(nextDue, "nextDue");
    Objects.requireNonNull(overdue, "overdue");
    Objects.requireNonNull(lastSuccess, "lastSuccess");
    Objects.requireNonNull(lastFailure, "lastFailure");
    suspicions = List.copyOf(suspicions);
  }

  /**
   * How the cluster stands by what is remembered. It is an hour that a backup may be overdue.
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
