package dev.etcdbackup.coverage;

import dev.etcdbackup.Backup;
import dev.etcdbackup.name.BackupKind;
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
 * The backups of one project on one day of UTC.
 *
 * <p>Immutable and thread-safe.
 *
 * @param day the day
 * @param state whether there is a backup
 * @param note why, in one short line; may be empty
 */
public record CoverageDay(LocalDate day, State state, String note) {
  /** Whether there is a backup of a day. */
  public enum State {
    /** There is a backup of that day. */
    FULL,
    /** There is none, and a run failed. */
    FAILED,
    /** There is none, and there should be one. */
    MISSING,
    /** It is today, and there is none yet. */
    TODAY,
    /** There is none, and none is expected: none was due, or it was pruned. */
    NONE
  }

  /** Checks the values. */
  public CoverageDay {
    Objects.requireNonNull(day, "day");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(note, "note");
  }

  /**
   * The last days of a project. Periodic backups and tarballs count, except those {@linkplain
   * Backup#isDatedAhead dated ahead}.
   *
   * @param count how many days, today included, at least 1
   * @param now the moment
   * @param backups what is stored of the project, in any order
   * @param failures why runs failed, by day
   * @param expected whether there should be a backup of a day; asked only where there is none
   * @return one for each day, today last
   */
  public static List<CoverageDay> last(
      int count,
      Instant now,
      Collection<Backup> backups,
      Map<LocalDate, String> failures,
      Predicate<LocalDate> expected) {
    if (count < 1) {
      throw new IllegalArgumentException("count must be 1 or more, not " + count);
    }
    Map<LocalDate, Integer> stored = new HashMap<>();
    for (Backup backup : backups) {
      if (backup.kind() != BackupKind.OTHER && !backup.isDatedAhead(now)) {
        stored.merge(dayOf(backup.time().orElseThrow()), 1, Integer::sum);
      }
    }
    LocalDate today = dayOf(now);
    List<CoverageDay> days = new ArrayList<>(count);
    for (LocalDate day = today.minusDays(count - 1L); !day.isAfter(today); day = day.plusDays(1)) {
      days.add(of(day, today, stored.getOrDefault(day, 0), failures.get(day), expected));
    }
    return List.copyOf(days);
  }

  /**
   * The day of a moment.
   *
   * @param time the moment
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
      return new CoverageDay(day, State.FULL, backups == 1 ? "1 backup" : backups + " backups");
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
