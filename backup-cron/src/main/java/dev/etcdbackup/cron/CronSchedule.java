package dev.etcdbackup.cron;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.etcdbackup.schedule.Schedule;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A schedule given by a cron expression of the five fields of crontab(5): minute, hour, day of
 * month, month, day of week. The fields are in UTC, so daylight saving time neither skips nor
 * repeats a point.
 *
 * <p>{@code *}, lists, ranges, steps, and the names of months and days are supported; 0 and 7 are
 * Sunday. When both day of month and day of week are restricted, a day that matches either is a
 * point, as in cron.
 *
 * <p>Immutable and thread-safe. Two schedules are equal when their expressions are equal.
 */
public final class CronSchedule implements Schedule {
  private static final CronParser PARSER =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

  private final String expression;
  private final ExecutionTime times;

  private CronSchedule(String expression, ExecutionTime times) {
    this.expression = expression;
    this.times = times;
  }

  /**
   * Parses an expression.
   *
   * @param expression the five fields, for example {@code "15 2 * * *"} for 02:15 each day
   * @return the schedule
   * @throws IllegalArgumentException when the expression is not valid, or matches no time at all
   *     ({@code "0 0 30 2 *"}); the message contains the expression and the reason
   */
  public static CronSchedule of(String expression) {
    ExecutionTime times;
    try {
      Cron cron = PARSER.parse(expression);
      times = ExecutionTime.forCron(cron.validate());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'" + expression + "' is not a cron expression: " + e.getMessage(), e);
    }
    CronSchedule schedule = new CronSchedule(expression, times);
    if (schedule.next(Instant.EPOCH).isEmpty()) {
      throw new IllegalArgumentException("'" + expression + "' matches no time at all");
    }
    return schedule;
  }

  @Override
  public Optional<Instant> next(Instant after) {
    return times.nextExecution(after.atZone(ZoneOffset.UTC)).map(next -> next.toInstant());
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
