package dev.etcdbackup.schedule;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a listing says of one series.
 *
 * @param newest when the newest backup that counts was taken
 * @param early backups that were listed before their time had come. They say nothing about when
 *     they were taken: after a clock is set back, the hours that come again are full of them
 * @param suspicions what nobody accepted yet
 */
record SeriesState(Optional<Instant> newest, Set<BackupKey> early, List<Anomaly> suspicions) {
  /** How far the clocks of two replicas may be apart. */
  private static final Duration SKEW = Duration.ofMinutes(1);

  SeriesState {
    early = Set.copyOf(early);
    suspicions = List.copyOf(suspicions);
  }

  static SeriesState of(
      List<Backup> listing, ScheduledCluster cluster, Set<BackupKey> knownEarly, Instant now) {
    Optional<Instant> newest = Optional.empty();
    Set<BackupKey> early = new HashSet<>();
    for (Backup backup : listing) {
      if (!backup.series().equals(Optional.of(cluster.series()))) {
        continue;
      }
      Instant time = backup.time().orElseThrow();
      if (knownEarly.contains(backup.key()) || time.isAfter(now.plus(SKEW))) {
        early.add(backup.key());
      } else if (newest.isEmpty() || time.isAfter(newest.get())) {
        newest = Optional.of(time);
      }
    }
    return new SeriesState(newest, early, AnomalyGuard.inspect(listing, cluster.series(), now));
  }

  /** The same after a backup was taken. */
  SeriesState with(Instant taken, List<Anomaly> found) {
    return new SeriesState(Optional.of(taken), early, found);
  }
}
