package dev.etcdbackup.schedule;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.coverage.KeyUse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The state of one series by a listing.
 *
 * @param newest when the newest backup was taken, without those in {@code early}
 * @param early backups that were listed before the time in their names, so that this time is not
 *     when they were taken. A clock that is set back causes them
 * @param anomalies the suspicious backups that are not accepted
 * @param lastOpened when a backup of the project was last opened with a private key
 */
record SeriesState(
    Optional<Instant> newest,
    Set<BackupKey> early,
    List<Anomaly> anomalies,
    Optional<Instant> lastOpened) {
  /** Nothing was listed. */
  static final SeriesState NONE =
      new SeriesState(Optional.empty(), Set.of(), List.of(), Optional.empty());

  /** The maximum difference between the clocks of two replicas. */
  private static final Duration SKEW = Duration.ofMinutes(1);

  SeriesState {
    early = Set.copyOf(early);
    anomalies = List.copyOf(anomalies);
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
    return new SeriesState(
        newest,
        early,
        AnomalyGuard.inspect(listing, cluster.series(), now),
        KeyUse.last(listing).map(KeyUse::at));
  }

  /** Returns the state after a backup was taken. */
  SeriesState with(Instant taken, List<Anomaly> found) {
    return new SeriesState(Optional.of(taken), early, found, lastOpened);
  }
}
