package dev.etcdbackup.schedule;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.coverage.CoverageDay;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.retention.RetentionPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The days of which a backup should exist: those on which one was due and of which one would still
 * be kept if every run had succeeded. Without the second condition, days whose backups retention
 * has deleted would be shown as failures.
 */
final class ExpectedDays implements Predicate<LocalDate> {
  /** The maximum number of points to compute; with more, every day counts as kept. */
  private static final int MAX_POINTS = 5000;

  private final ScheduledCluster cluster;
  private final Instant since;
  private final Instant now;
  private final int days;
  private @Nullable Set<LocalDate> expected;

  ExpectedDays(ScheduledCluster cluster, Instant since, Instant now, int days) {
    this.cluster = cluster;
    this.since = since;
    this.now = now;
    this.days = days;
  }

  @Override
  public boolean test(LocalDate day) {
    if (day.isBefore(CoverageDay.dayOf(since))) {
      return false;
    }
    if (expected == null) {
      try {
        expected = find();
      } catch (RuntimeException e) { // of the schedule or the policy
        expected = Set.of();
      }
    }
    return expected.contains(day);
  }

  private Set<LocalDate> find() {
    LocalDate first = CoverageDay.dayOf(now.minus(Duration.ofDays(days)));
    List<Instant> points = new ArrayList<>();
    Instant at = first.atStartOfDay().toInstant(ZoneOffset.UTC).minusSeconds(1);
    Instant end = CoverageDay.dayOf(now).plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC);
    while (points.size() < MAX_POINTS) {
      Optional<Instant> next = cluster.nextDue(at);
      if (next.isEmpty() || !next.get().isBefore(end)) {
        return daysOf(kept(points));
      }
      at = next.get();
      points.add(at);
    }
    return first.datesUntil(CoverageDay.dayOf(end)).collect(Collectors.toSet());
  }

  /**
   * Returns the points whose backups would still be kept, including those that are due later today.
   */
  private Collection<Instant> kept(List<Instant> points) {
    RetentionPolicy retention = cluster.retention().orElse(null);
    if (retention == null) {
      return points;
    }
    List<Backup> made = new ArrayList<>();
    List<Instant> kept = new ArrayList<>();
    for (Instant point : points) {
      if (point.isAfter(now)) {
        kept.add(point);
      } else {
        BackupName name = BackupName.periodic("etcd.backup", 1, point);
        BackupKey key = BackupKey.of(cluster.project(), name.text());
        made.add(new Backup(new StoredBackup(key, 1, point, ""), name));
      }
    }
    Collections.reverse(made);
    retention.keep(Collections.unmodifiableList(made), now).keySet().stream()
        .flatMap(one -> one.time().stream())
        .forEach(kept::add);
    return kept;
  }

  private static Set<LocalDate> daysOf(Collection<Instant> times) {
    return times.stream().map(CoverageDay::dayOf).collect(Collectors.toSet());
  }
}
