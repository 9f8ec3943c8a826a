package dev.etcdbackup.name;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * The time in a name, {@code yyyy-MM-dd-HH:mm:ss} with a separator of choice in the time of day.
 */
final class NameTime {
  static final int LENGTH = "yyyy-MM-dd-HH:mm:ss".length();

  private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  private NameTime() {}

  /** Reads the time at an index; null when there is none or a field is out of range. */
  static @Nullable Instant parse(String text, int at, char timeSeparator, ZoneId zone) {
    int year = digits(text, at, 4);
    int month = digits(text, at + 5, 2);
    int day = digits(text, at + 8, 2);
    int hour = digits(text, at + 11, 2);
    int minute = digits(text, at + 14, 2);
    int second = digits(text, at + 17, 2);
    if ((year | month | day | hour | minute | second) < 0
        || text.charAt(at + 4) != '-'
        || text.charAt(at + 7) != '-'
        || text.charAt(at + 10) != '-'
        || text.charAt(at + 13) != timeSeparator
        || text.charAt(at + 16) != timeSeparator
        || month < 1
        || month > 12
        || day < 1
        || day > YearMonth.of(year, month).lengthOfMonth()
        || hour > 23
        || minute > 59
        || second > 59) {
      return null;
    }
    return LocalDateTime.of(year, month, day, hour, minute, second).atZone(zone).toInstant();
  }

  private static int digits(String text, int at, int count) {
    int value = 0;
    for (int i = at; i < at + count; i++) {
      char c = text.charAt(i);
      if (!isDigit(c)) {
        return -1;
      }
      value = value * 10 + (c - '0');
    }
    return value;
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** Appends a time in UTC, to the second. */
  static void append(StringBuilder out, Instant time, char timeSeparator) {
    if (time.isBefore(FIRST) || time.isAfter(LAST)) {
      throw new IllegalArgumentException("the year must be 0 to 9999, not that of " + time);
    }
    LocalDateTime utc = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
    appendPadded(out, utc.getYear(), 4);
    out.append('-');
    appendPadded(out, utc.getMonthValue(), 2);
    out.append('-');
    appendPadded(out, utc.getDayOfMonth(), 2);
    out.append('-');
    appendPadded(out, utc.getHour(), 2);
    out.append(timeSeparator);
    appendPadded(out, utc.getMinute(), 2);
    out.append(timeSeparator);
    appendPadded(out, utc.getSecond(), 2);
  }

  private static void appendPadded(StringBuilder out, int value, int width) {
    String digits = Integer.toString(value);
    for (int i = digits.length(); i < width; i++) {
      out.append('0');
    }
    out.append(digits);
  }
}
