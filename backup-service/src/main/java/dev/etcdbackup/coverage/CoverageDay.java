package dev.etcdbackup.coverage;

import dev.etcdbackup.Backup;
import dev.etcdbackup.catalogue.ForeignBackup;
import dev.etcdbackup.internal.Counted;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The coverage of one project on one day in UTC.
 *
 * <p>Immutable and thread-safe.
 *
 * @param day the day
 * @param state whether there is a backup
 * @param note an explanation in one short line; may be empty
 */
public record CoverageDay(LocalDate day, State state, String note) {
  /** Whether there is a backup of a day. */
  public enum State {
    /** There is a backup of that day. */
    FULL,
    /** There is no backup of this library, no run failed, and another tool took one. */
    OTHERS,
    /** There is no backup, and a run failed. */
    FAILED,
    /** There is no backup although one was expected. */
    MISSING,
    /** The day is today, and there is no backup yet. */
    TODAY,
    /** There is no backup, and none is expected: none was due, or it was pruned. */
    NONE
  }

  /** Checks the values. */
  public CoverageDay {
    Objects.requireNonNull(day, "day");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(note, "note");
  }

  /**
   * Computes the coverage of the last days of a project. Periodic backups and tarballs are counted,
   * except those {@linkplain Backup#isDatedAhead dated in the future}.
   *
   * @param count the number of days, including today, at least 1
   * @param now the current time
   * @param backups the stored backups of the project, in any order
   * @param failures the reasons of failed runs, by day
   * @param expected returns whether a backup of a day is expected; called only for days without a
   *     backup
   * @return the coverage of each day, today last
   * @throws IllegalArgumentException when the number of days is less than 1
   */
  public static List<CoverageDay> last(
      int count,
      Instant now,
      Collection<Backup> backups,
      Map<LocalDate, String> failures,
      Predicate<LocalDate> expected) {
    return last(count, now, backups, List.of(), failures, expected);
  }

  /**
   * Computes the coverage of the last days of a project, as above, with the snapshots of other
   * tools.
   *
   * @param count the number of days, including today, at least 1
   * @param now the current time
   * @param backups the stored backups of the project, in any order
   * @param others the snapshots of other tools among them, in any order
   * @param failures the reasons of failed runs, by day
   * @param expected returns whether a backup of a day is expected; called only for days without a
   *     backup
   * @return the coverage of each day, today last
   * @throws IllegalArgumentException when the number of days is less than 1
   */
  public static List<CoverageDay> last(
      int count,
      Instant now,
      Collection<Backup> backups,
      Collection<ForeignBackup> others,
      Map<LocalDate, String> failures,
      Predicate<LocalDate> expected) {
    if (count < 1) {
      throw new IllegalArgumentException("count must be 1 or more, not " + count);
    }
    Map<LocalDate, Integer> stored = new HashMap<>();
    for (Backup backup : backups) {
      if (backup.kind().hasSeries() && !backup.isDatedAhead(now)) {
        stored.merge(dayOf(backup.time().orElseThrow()), 1, Integer::sum);
      }
    }
    Map<LocalDate, Integer> foreign = new HashMap<>();
    for (ForeignBackup other : others) {
      if (other.isSnapshot() && !other.isDatedAhead(now)) {
        foreign.merge(dayOf(other.time()), 1, Integer::sum);
      }
    }
    LocalDate today = dayOf(now);
    List<CoverageDay> days = new ArrayList<>(count);
    for (LocalDate day = today.minusDays(count - 1L); !day.isAfter(today); day = day.plusDays(1)) {
      Integer own = stored.getOrDefault(day, 0);
      Integer other = foreign.getOrDefault(day, 0);
      days.add(
          own == 0 && other > 0 && !failures.containsKey(day)
              ? new CoverageDay(day, State.OTHERS, Counted.of(other, "backup") + " of another tool")
              : of(day, today, own, failures.get(day), expected));
    }
    return List.copyOf(days);
  }

  /**
   * Returns the day of a time.
   *
   * @param time the time
   * @return its day in UTC
   */
  public static LocalDate dayOf(Instant time) {
    return time.atOffset(ZoneOffset.UTC).toLocalDate();
  }

  private static CoverageDay of(
      LocalDate day,
      LocalDate today,
      int backups,
      @Nullable String failure,
      Predicate<LocalDate> expected) {
    if (backups > 0) {
      return new CoverageDay(day, State.FULL, Counted.of(backups, "backup"));
    }
    if (failure != null) {
      return new CoverageDay(day, State.FAILED, failure);
    }
    if (!expected.test(day)) {
      return new CoverageDay(day, State.NONE, "");
    }
    return day.equals(today)
        ? new CoverageDay(day, State.TODAY, "none yet")
        : new CoverageDay(day, State.MISSING, "no backup");
  }
}
