package dev.etcdbackup.cron;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.etcdbackup.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A schedule given by a cron expression as Kubernetes' CronJob reads it: the five fields of
 * crontab(5), which are minute, hour, day of month, month and day of week, or one of {@code
 * @yearly}, {@code @annually}, {@code @monthly}, {@code @weekly}, {@code @daily}, {@code @midnight},
 * {@code @hourly} and {@code @every DURATION}. The fields are in UTC, so daylight saving time
 * neither skips nor repeats a point.
 *
 * <p>The duration of {@code @every} has hours, minutes and seconds, {@code 1h30m}, and counts as
 * that of {@link Schedule#every}: from 1970-01-01T00:00:00Z, and not from the start of the process.
 *
 * <p>{@code *}, lists, ranges, steps, and the names of months and days are supported; 0 and 7 are
 * Sunday, and {@code SUN} is either, so that {@code SUN-THU} and {@code FRI-SUN} are ranges. When both day of month and day of week are restricted, a day that
 * matches either is a point, as in cron. The fields match times of the years 0 to 9999, which are
 * those that the name of a backup can have.
 *
 * <p>Immutable and thread-safe. Two schedules are equal when their expressions are equal.
 */
public final class CronSchedule implements Schedule {
  private static final Map<String, String> NICKNAMES =
      Map.of(
          "@yearly", "0 0 1 1 *",
          "@annually", "0 0 1 1 *",
          "@monthly", "0 0 1 * *",
          "@weekly", "0 0 * * 0",
          "@daily", "0 0 * * *",
          "@midnight", "0 0 * * *",
          "@hourly", "0 * * * *");

  private static final Pattern EVERY =
      Pattern.compile("@every\\s+(?=\\d)(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?");

  /**
   * SUN in the last field, which the library takes for 7: it is 0, but not at the end of a range.
   */
  private static final Pattern SUNDAY = Pattern.compile("(?i)(?<!-)\\bSUN\\b(?!-SUN)(?=\\S*$)");

  private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  private static final String ACCEPTED =
      "accepted are the five fields of crontab(5) in UTC, without seconds and time zone, @yearly,"
          + " @monthly, @weekly, @daily, @hourly, and @every DURATION such as @every 6h";

  private static final CronParser PARSER =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

  private final String expression;
  private final Schedule times;

  private CronSchedule(String expression, Schedule times) {
    this.expression = expression;
    this.times = times;
  }

  /**
   * Parses an expression.
   *
   * @param expression the five fields, for example {@code "15 2 * * *"} for 02:15 each day, or a
   *     nickname
   * @return the schedule
   * @throws IllegalArgumentException when the expression is not valid, or matches no time at all
   *     ({@code "0 0 30 2 *"}); the message contains the expression, the reason and what is
   *     accepted
   */
  public static CronSchedule of(String expression) {
    CronSchedule schedule;
    try {
      schedule = new CronSchedule(expression, times(expression.strip()));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IllegalArgumentException(
          "'" + expression + "' is not a cron expression: " + e.getMessage() + "; " + ACCEPTED, e);
    }
    if (schedule.next(Instant.EPOCH).isEmpty()) {
      throw new IllegalArgumentException("'" + expression + "' matches no time at all");
    }
    return schedule;
  }

  private static Schedule times(String expression) {
    Matcher every = EVERY.matcher(expression);
    if (every.matches()) {
      return Schedule.every(
          Duration.ofHours(number(every.group(1)))
              .plusMinutes(number(every.group(2)))
              .plusSeconds(number(every.group(3))));
    }
    if (expression.contains("TZ=")) {
      throw new IllegalArgumentException("it names a time zone");
    }
    String fields = NICKNAMES.getOrDefault(expression, expression);
    Cron cron = PARSER.parse(SUNDAY.matcher(fields).replaceAll("0"));
    ExecutionTime times = ExecutionTime.forCron(cron.validate());
    return after -> next(times, after);
  }

  private static Optional<Instant> next(ExecutionTime times, Instant after) {
    if (!after.isBefore(LAST)) {
      return Optional.empty();
    }
    Instant from = after.isBefore(FIRST) ? FIRST.minusNanos(1) : after;
    return times
        .nextExecution(from.atZone(ZoneOffset.UTC))
        .map(ZonedDateTime::toInstant)
        .filter(next -> !next.isAfter(LAST));
  }

  private static long number(@Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  @Override
  public Optional<Instant> next(Instant after) {
    return times.next(after);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CronSchedule that && expression.equals(that.expression);
  }

  @Override
  public int hashCode() {
    return expression.hashCode();
  }

  /** Returns the expression. */
  @Override
  public String toString() {
    return expression;
  }
}
