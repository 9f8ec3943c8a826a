package dev.etcdbackup.retention;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** A period of the UTC calendar of which a policy keeps the last backup. */
enum Period {
  HOUR("hourly", pattern("uuuu-MM-dd'T'HH")),
  DAY("daily", pattern("uuuu-MM-dd")),
  WEEK("weekly", isoWeek()),
  MONTH("monthly", pattern("uuuu-MM")),
  YEAR("yearly", pattern("uuuu"));

  private final String adverb;
  private final DateTimeFormatter label;

  Period(String adverb, DateTimeFormatter label) {
    this.adverb = adverb;
    this.label = label;
  }

  String adverb() {
    return adverb;
  }

  /** Returns the number of the period that contains a time; periods are numbered without gaps. */
  long number(Instant time) {
    long day = Math.floorDiv(time.getEpochSecond(), 86_400L);
    return switch (this) {
      case HOUR -> Math.floorDiv(time.getEpochSecond(), 3_600L);
      case DAY -> day;
      case WEEK -> Math.floorDiv(day + 3, 7L); // day 0 was a Thursday
      case MONTH -> LocalDate.ofEpochDay(day).getLong(ChronoField.PROLEPTIC_MONTH);
      case YEAR -> LocalDate.ofEpochDay(day).getYear();
    };
  }

  /**
   * Returns the label of the period that contains a time, as {@code 2020-02-03T14} or {@code
   * 2020-W06}.
   */
  String label(Instant time) {
    return label.format(time.atOffset(ZoneOffset.UTC));
  }

  private static DateTimeFormatter pattern(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
  }

  private static DateTimeFormatter isoWeek() {
    return new DateTimeFormatterBuilder()
        .appendValue(IsoFields.WEEK_BASED_YEAR, 4, 10, SignStyle.EXCEEDS_PAD) // -1 too
        .appendLiteral("-W")
        .appendValue(IsoFields.WEEK_OF_WEEK_BASED_YEAR, 2)
        .toFormatter(Locale.ROOT);
  }
}
