package dev.etcdbackup.cli.config;

import java.time.Duration;
import java.util.Optional;

/**
 * The checks that {@code run} makes of the newest backup of each cluster, as configured.
 *
 * @param verifyEvery how often it is verified; empty for never
 * @param sampleDays over how many days the other backups of the cluster are spread that are
 *     verified with it; 0 when only the newest is
 * @param deep whether the consistency of entries with each other is verified too
 * @param drillEvery how often it is restored; empty for never
 */
public record CheckConfig(
    Optional<Duration> verifyEvery, int sampleDays, boolean deep, Optional<Duration> drillEvery) {
  /** No checks. */
  public static final CheckConfig NONE =
      new CheckConfig(Optional.empty(), 0, false, Optional.empty());
}
