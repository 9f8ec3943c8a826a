package dev.etcdbackup.cron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CronScheduleTest {
  private static final Instant LEAP_DAY = Instant.parse("2020-02-29T12:00:00Z");
  private static final Instant START = Instant.parse("2020-01-01T00:00:00Z");

  @Test
  void theHourlyJobOfOldIsOnTheHour() {
    assertThat(points("0 * * * *", Duration.ofHours(3)))
        .containsExactly(
            Instant.parse("2020-01-01T01:00:00Z"),
            Instant.parse("2020-01-01T02:00:00Z"),
            Instant.parse("2020-01-01T03:00:00Z"));
  }

  /** Against every minute of two years, judged by itself: leap day and year's end included. */
  @Test
  void thePointsAreThoseWhoseFieldsMatch() {
    assertAllPoints("*/10 * * * *", LEAP_DAY, t -> t.getMinute() % 10 == 0);
    assertAllPoints("15 2 * * *", t -> t.getMinute() == 15 && t.getHour() == 2);
    assertAllPoints("0 0 29 2 *", t -> midnight(t) && t.getMonthValue() == 2 && day(t) == 29);
    assertAllPoints("0 0 31 * *", t -> midnight(t) && day(t) == 31);
    assertAllPoints("0 0 * * 0", t -> midnight(t) && t.getDayOfWeek() == DayOfWeek.SUNDAY);
    assertAllPoints("0 0 * * 7", t -> midnight(t) && t.getDayOfWeek() == DayOfWeek.SUNDAY);
    assertAllPoints("0 0 * * MON-FRI", t -> midnight(t) && t.getDayOfWeek().getValue() < 6);
    assertAllPoints("0 0 * * FRI-SUN", t -> midnight(t) && t.getDayOfWeek().getValue() >= 5);
    assertAllPoints("0 0 * * SUN-SUN", t -> midnight(t) && t.getDayOfWeek() == DayOfWeek.SUNDAY);
    assertAllPoints("0 0 * * SUN-tue", t -> midnight(t) && t.getDayOfWeek().getValue() % 7 < 3);
    assertAllPoints(
        "0 0 * * fri,sun",
        t ->
            midnight(t) && t.getDayOfWeek().getValue() % 2 == 1 && t.getDayOfWeek().getValue() > 4);
    assertAllPoints(
        "30 1,13 1-7/2 JAN,DEC *",
        t ->
            t.getMinute() == 30
                && t.getHour() % 12 == 1
                && day(t) < 8
                && day(t) % 2 == 1
                && t.getMonthValue() % 11 == 1);
  }

  @Test
  void dayOfMonthAndDayOfWeekAreEitherOr() {
    assertAllPoints(
        "0 0 13 * 5", t -> midnight(t) && (day(t) == 13 || t.getDayOfWeek() == DayOfWeek.FRIDAY));
  }

  @Test
  void thereIsNoDaylightSaving() {
    for (String night : List.of("2020-03-29", "2020-10-25", "2020-03-08", "2020-11-01")) {
      Instant midnight = Instant.parse(night + "T00:00:00Z");
      assertThat(CronSchedule.of("30 2 * * *").next(midnight))
          .hasValue(Instant.parse(night + "T02:30:00Z"));
      Instant at = midnight;
      for (int i = 0; i < 24 * 60; i++) {
        Instant next = CronSchedule.of("* * * * *").next(at).orElseThrow();
        assertThat(next).isEqualTo(at.plusSeconds(60));
        at = next;
      }
    }
  }

  @Test
  void theNextPointIsLaterThanTheInstantEvenOnAPointAndBetweenSeconds() {
    CronSchedule hourly = CronSchedule.of("0 * * * *");
    assertThat(hourly.next(START)).hasValue(START.plusSeconds(3600));
    assertThat(hourly.next(START.minusNanos(1))).hasValue(START);
    assertThat(hourly.next(START.plusNanos(1))).hasValue(START.plusSeconds(3600));
  }

  @Test
  void theLeapDayIsNotMissedWhereACenturyHasNone() {
    CronSchedule leapDay = CronSchedule.of("0 0 29 2 *");
    assertThat(leapDay.next(Instant.parse("2096-02-29T00:00:00Z")))
        .hasValue(Instant.parse("2104-02-29T00:00:00Z"));
  }

  /** No time is so far away that there is an exception instead of an answer. */
  @Test
  void thePointsAreInTheYearsThatNamesCanHave() {
    CronSchedule daily = CronSchedule.of("15 2 * * *");
    Instant first = Instant.parse("0000-01-01T02:15:00Z");
    assertThat(daily.next(Instant.MIN)).hasValue(first);
    assertThat(daily.next(Instant.parse("-0001-12-31T23:00:00Z"))).hasValue(first);
    assertThat(daily.next(Instant.parse("9999-12-31T02:14:00Z")))
        .hasValue(Instant.parse("9999-12-31T02:15:00Z"));
    assertThat(daily.next(Instant.parse("9999-12-31T02:15:00Z"))).isEmpty();
    assertThat(daily.next(Instant.MAX)).isEmpty();
    assertThat(CronSchedule.of("@every 6h").next(Instant.MAX)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "* * * *",
        "60 * * * *",
        "0 0 * * 8",
        "hourly",
        "0 0 12 * * ?",
        "@fortnightly",
        "@every",
        "@every 6",
        "@every 6h x",
        "@every 0s",
        "@every 500ms",
        "@every 99999999999999999999h",
        "@every 9999999999999h",
        "TZ=Europe/Berlin 0 0 * * *",
        "CRON_TZ=UTC @daily",
      })
  void whatIsNoExpressionIsRefusedByNameWithWhatIsAccepted(String wrong) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CronSchedule.of(wrong))
        .withMessageContaining("'" + wrong + "'")
        .withMessageContaining("five fields of crontab(5) in UTC, without seconds and time zone")
        .withMessageContaining("@every DURATION");
  }

  @Test
  void anExpressionWithoutAnyTimeIsRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CronSchedule.of("0 0 30 2 *"))
        .withMessage("'0 0 30 2 *' matches no time at all");
  }

  @Test
  void nicknamesAreThoseOfKubernetes() {
    assertAllPoints("@hourly", LEAP_DAY, t -> t.getMinute() == 0);
    assertAllPoints("@daily", t -> midnight(t));
    assertAllPoints("@midnight", t -> midnight(t));
    assertAllPoints("@weekly", t -> midnight(t) && t.getDayOfWeek() == DayOfWeek.SUNDAY);
    assertAllPoints("@monthly", t -> midnight(t) && day(t) == 1);
    assertAllPoints("@yearly", t -> midnight(t) && t.getDayOfYear() == 1);
    assertAllPoints("@annually", t -> midnight(t) && t.getDayOfYear() == 1);
    assertThat(CronSchedule.of("@daily")).hasToString("@daily");
  }

  @Test
  void everySoOftenIsCountedFrom1970() {
    assertAllPoints("@every 6h", t -> t.getMinute() == 0 && t.getHour() % 6 == 0);
    assertThat(CronSchedule.of("@every 1h30m").next(START)).hasValue(START.plusSeconds(5_400));
    assertThat(CronSchedule.of("@every 90s").next(START)).hasValue(START.plusSeconds(90));
  }

  @Test
  void itIsItsExpression() {
    CronSchedule daily = CronSchedule.of("15 2 * * *");
    assertThat(daily).hasToString("15 2 * * *").isEqualTo(CronSchedule.of("15 2 * * *"));
    assertThat(daily.hashCode()).isEqualTo(CronSchedule.of("15 2 * * *").hashCode());
    assertThat(daily).isNotEqualTo(CronSchedule.of("16 2 * * *"));
  }

  private static void assertAllPoints(String expression, Predicate<OffsetDateTime> matches) {
    assertAllPoints(expression, Instant.parse("2022-01-01T00:00:00Z"), matches);
  }

  private static void assertAllPoints(
      String expression, Instant end, Predicate<OffsetDateTime> matches) {
    List<Instant> expected = new ArrayList<>();
    OffsetDateTime last = end.atOffset(ZoneOffset.UTC);
    OffsetDateTime at = START.atOffset(ZoneOffset.UTC).plusMinutes(1);
    for (; !at.isAfter(last); at = at.plusMinutes(1)) {
      if (matches.test(at)) {
        expected.add(at.toInstant());
      }
    }
    assertThat(points(expression, Duration.between(START, end))).as(expression).isEqualTo(expected);
  }

  private static List<Instant> points(String expression, Duration time) {
    CronSchedule schedule = CronSchedule.of(expression);
    List<Instant> points = new ArrayList<>();
    Optional<Instant> next = schedule.next(START);
    while (next.isPresent() && !next.get().isAfter(START.plus(time))) {
      points.add(next.get());
      next = schedule.next(next.get());
    }
    return points;
  }

  private static boolean midnight(OffsetDateTime time) {
    return time.getHour() == 0 && time.getMinute() == 0;
  }

  private static int day(OffsetDateTime time) {
    return time.getDayOfMonth();
  }
}
