package dev.etcdbackup.coverage;

import dev.etcdbackup.Backup;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Predicate;

/** The days on which a backup is expected, computed from the maximum age of the newest backup. */
final class DailyExpectation implements Predicate<LocalDate> {
  private static final Duration DAILY =
      Duration.ofHours(25); // a day and the grace period of an hour

  private final boolean daily;
  private final Optional<LocalDate> first;

  DailyExpectation(Optional<CoveredProject> project, Collection<Backup> backups, Instant now) {
    this.daily =
        project.filter(one -> one.automated() && one.maxAge().compareTo(DAILY) <= 0).isPresent();
    this.first =
        backups.stream()
            .filter(one -> !one.isDatedAhead(now))
            .flatMap(one -> one.time().stream())
            .min(Comparator.naturalOrder())
            .map(CoverageDay::dayOf);
  }

  @Override
  public boolean test(LocalDate day) {
    return daily && first.isPresent() && !day.isBefore(first.get());
  }
}
