package dev.etcdbackup.cron;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

/** Random expressions, whose points are computed here from what the documentation says. */
class CronFieldsTest {
  private static final int EXPRESSIONS = 20 * Integer.getInteger("etcdbackup.test.share", 100);
  private static final int POINTS = 20;
  private static final List<String> MONTHS =
      List.of(
          "", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
  private static final List<String> DAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");

  /** A field: its text, what it matches, and whether it is a star. */
  private record Field(String text, BitSet values, boolean all) {}

  /** The fields of an expression, by which this test computes its points. */
  private record Fields(Field minute, Field hour, Field day, Field month, Field weekday) {
    static Fields random(Random random) {
      return new Fields(
          field(random, 0, 59, List.of()),
          field(random, 0, 23, List.of()),
          field(random, 1, 31, List.of()),
          field(random, 1, 12, MONTHS),
          field(random, 0, 7, DAYS));
    }

    Optional<Instant> next(Instant after) {
      LocalDateTime from =
          LocalDateTime.ofInstant(after, ZoneOffset.UTC).withSecond(0).withNano(0).plusMinutes(1);
      LocalDate last = from.toLocalDate().plusYears(50);
      for (LocalDate at = from.toLocalDate(); at.isBefore(last); at = at.plusDays(1)) {
        boolean today = at.equals(from.toLocalDate());
        int firstHour = today ? from.getHour() : 0;
        for (int h = firstHour; matches(at) && h >= 0; h = hour.values().nextSetBit(h + 1)) {
          int firstMinute = today && h == firstHour ? from.getMinute() : 0;
          int m = hour.values().get(h) ? minute.values().nextSetBit(firstMinute) : -1;
          if (m >= 0) {
            return Optional.of(at.atTime(h, m).toInstant(ZoneOffset.UTC));
          }
        }
      }
      return Optional.empty();
    }

    private boolean matches(LocalDate at) {
      int sundayIs0 = at.getDayOfWeek().getValue() % 7;
      boolean ofWeek =
          weekday.values().get(sundayIs0) || (sundayIs0 == 0 && weekday.values().get(7));
      boolean ofMonth = day.values().get(at.getDayOfMonth());
      boolean either = !day.all() && !weekday.all();
      return month.values().get(at.getMonthValue())
          && (either ? ofWeek || ofMonth : ofWeek && ofMonth);
    }

    @Override
    public String toString() {
      return String.join(" ", minute.text(), hour.text(), day.text(), month.text(), weekday.text());
    }
  }

  @Test
  void thePointsOfAnyExpressionAreThoseThatItsFieldsMatch() {
    for (int seed = 0; seed < EXPRESSIONS; seed++) {
      Random random = new Random(seed);
      Fields fields = Fields.random(random);
      Instant at =
          LocalDate.of(random.nextInt(10) == 0 ? random.nextInt(9900) : 2000, 1, 1)
              .plusDays(random.nextInt(40_000))
              .atTime(random.nextInt(24), random.nextInt(60), random.nextInt(60), 5)
              .toInstant(ZoneOffset.UTC);
      if (fields.next(at).isEmpty()) {
        continue; // 31 April
      }
      CronSchedule schedule = CronSchedule.of(fields.toString());
      for (int i = 0; i < POINTS; i++) {
        Optional<Instant> next = fields.next(at);
        assertThat(schedule.next(at)).as("'%s' after %s", fields, at).isEqualTo(next);
        at = next.orElseThrow();
      }
    }
  }

  private static Field field(Random random, int lowest, int highest, List<String> names) {
    BitSet values = new BitSet();
    if (random.nextInt(3) == 0) {
      values.set(lowest, highest + 1);
      return new Field("*", values, true);
    }
    if (random.nextInt(5) == 0) {
      int step = 2 + random.nextInt(highest - lowest - 1);
      for (int value = lowest; value <= highest; value += step) {
        values.set(value);
      }
      return new Field("*/" + step, values, false);
    }
    StringJoiner list = new StringJoiner(",");
    for (int i = random.nextInt(3); i >= 0; i--) {
      int from = lowest + random.nextInt(highest - lowest + 1);
      int to = random.nextBoolean() ? from : from + random.nextInt(highest - from + 1);
      int step = from < to ? 1 + random.nextInt(4) : 1;
      for (int value = from; value <= to; value += step) {
        values.set(value);
      }
      String text = name(random, from, names) + (from < to ? "-" + name(random, to, names) : "");
      list.add(step > 1 ? text + "/" + step : text);
    }
    return new Field(list.toString(), values, false);
  }

  private static String name(Random random, int value, List<String> names) {
    return value < names.size() && random.nextBoolean()
        ? names.get(value)
        : Integer.toString(value);
  }
}
