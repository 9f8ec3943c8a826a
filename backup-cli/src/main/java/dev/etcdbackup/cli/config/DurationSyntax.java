package dev.etcdbackup.cli.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses durations as options and configurations have them: {@code 90s}, {@code 10m}, {@code 24h},
 * {@code 1d12h}.
 */
public final class DurationSyntax {
  private static final Pattern FORM =
      Pattern.compile("(?=.)(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?");
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private DurationSyntax() {}

  /**
   * Reads a duration: whole numbers with d, h, m and s, from the largest unit to the smallest.
   *
   * @param text the text
   * @return the duration, more than zero and less than 36,500 days
   * @throws IllegalArgumentException when it is not of that form or out of range
   */
  public static Duration parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a duration; write 90s, 10m, 24h or 7d");
    }
    Duration duration =
        Duration.ofDays(number(form.group(1)))
            .plusHours(number(form.group(2)))
            .plusMinutes(number(form.group(3)))
            .plusSeconds(number(form.group(4)));
    if (duration.isZero() || duration.compareTo(LONGEST) >= 0) {
      throw new IllegalArgumentException(
          "'" + text + "' must be more than 0 and less than 36500 days");
    }
    return duration;
  }

  private static long number(@Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }
}
