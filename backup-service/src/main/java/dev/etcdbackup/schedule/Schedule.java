package dev.etcdbackup.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A schedule of backups: a sequence of points in time at which a backup is due. A cluster is due
 * when there is no backup since the latest point. The stored backups are therefore the only state,
 * delays do not accumulate, and all replicas compute the same result.
 *
 * <p>Implementations are pure functions, return quickly, are thread-safe, and use UTC, which has no
 * daylight saving time.
 */
@FunctionalInterface
public interface Schedule {
  /**
   * Returns the first point after an instant. The scheduler rounds a point up to the next whole
   * second.
   *
   * @param after the instant, any one
   * @return the first point later than the instant; empty when there is none, or none that an
   *     {@code Instant} can express
   */
  Optional<Instant> next(Instant after);

  /**
   * Returns a schedule with a fixed interval, counted from 1970-01-01T00:00:00Z: an interval of 1
   * hour is due on the hour, one of 1 day at midnight UTC. Use a {@linkplain
   * ScheduledClusterBuilder#jitter jitter} to spread clusters with the same schedule.
   *
   * @param interval the interval: whole seconds, 1 second to 36,500 days
   * @return the schedule
   * @throws IllegalArgumentException when the interval is out of range or not whole seconds
   */
  static Schedule every(Duration interval) {
    return new FixedInterval(interval);
  }

  /**
   * Returns a schedule without any point, for clusters that are backed up on demand only.
   *
   * @return the schedule
   */
  static Schedule never() {
    return Never.NEVER;
  }
}
