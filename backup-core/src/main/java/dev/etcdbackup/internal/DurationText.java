package dev.etcdbackup.internal;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Formats durations as text, for messages and tables. */
public final class DurationText {
  private DurationText() {}

  /**
   * Formats a duration in its two largest units: {@code 59s}, {@code 14m12s}, {@code 24h14m},
   * {@code 3d2h}. Hours go up to 48.
   *
   * @param duration zero or more
   * @return the text; smaller units are cut off
   */
  public static String format(Duration duration) {
    if (duration.toHours() >= 48) {
      return two(duration.toDays(), "d", duration.toHoursPart(), "h");
    }
    if (duration.toHours() > 0) {
      return two(duration.toHours(), "h", duration.toMinutesPart(), "m");
    }
    return two(duration.toMinutes(), "m", duration.toSecondsPart(), "s");
  }

  /**
   * Formats a limit or a setting to the millisecond, in days and smaller units: {@code 0.2s},
   * {@code 1m30s}, {@code 7d}, {@code 1d12h}.
   *
   * @param duration zero or more
   * @return the text; fractions of a millisecond are cut off
   */
  public static String exact(Duration duration) {
    Duration millis = duration.truncatedTo(ChronoUnit.MILLIS);
    Duration rest = millis.minusDays(millis.toDays());
    String days = millis.toDays() == 0 ? "" : millis.toDays() + "d";
    return rest.isZero() && !days.isEmpty()
        ? days
        : days + rest.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
  }

  private static String two(long large, String unit, int small, String smallUnit) {
    String rest = small + smallUnit;
    return large == 0 ? rest : small == 0 ? large + unit : large + unit + rest;
  }
}
