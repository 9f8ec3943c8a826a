package dev.etcdbackup.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When backups are due: points on the time line, the same for everybody who asks. A cluster is due
 * when there is no backup since the latest of them. So nothing has to be remembered but the backups
 * themselves, lateness does not add up, and all replicas agree.
 *
 * <p>Implementations are pure, quick and thread-safe, and go by UTC: there is no daylight saving.
 */
@FunctionalInterface
public interface Schedule {
  /**
   * The first point after an instant. What is not a whole second is taken as the next whole one.
   *
   * @param after the instant
   * @return the first point later than it; empty when there is none any more
   */
  Optional<Instant> next(Instant after);

  /**
   * Points at a fixed distance, counted from 1970-01-01T00:00:00Z: every hour is on the hour, every
   * day at midnight UTC. To spread clusters with the same schedule, give them a {@linkplain
   * ScheduledCluster.Builder#jitter jitter}.
   *
   * @param interval the distance: whole seconds, at least 1 second and at most 36,500 days
   * @return the schedule
   * @throws IllegalArgumentException when the interval is not one of these
   */
  static Schedule every(Duration interval) {
    return new FixedInterval(interval);
  }

  /**
   * No point at all: for clusters that are backed up on demand only.
   *
   * @return the schedule
   */
  static Schedule never() {
    return Never.NEVER;
  }
}
