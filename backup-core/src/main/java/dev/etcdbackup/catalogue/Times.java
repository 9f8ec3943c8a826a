package dev.etcdbackup.catalogue;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** Times in names. Every method returns null when a field is out of range. */
final class Times {
  /** RFC 3339 to the second, as Go writes it: with {@code Z} or an offset. */
  static final String RFC3339 = "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:Z|[+-]\\d{2}:\\d{2})";

  private static final long EARLIEST = 1_356_998_400L; // 2013, before etcd's first release
  private static final long LATEST = 253_402_300_799L; // the end of the year 9999

  private Times() {}

  /**
   * Reads the digits of a text as year, month, day, hour, minute and second; what is absent is 0.
   */
  static @Nullable Instant ofDigits(String text, ZoneId zone) {
    String digits = text.replaceAll("[^0-9]", "");
    String full = digits + "00000000000000".substring(Math.min(14, digits.length()));
    try {
      return LocalDateTime.of(
              field(full, 0, 4),
              field(full, 4, 6),
              field(full, 6, 8),
              field(full, 8, 10),
              field(full, 10, 12),
              field(full, 12, 14))
          .atZone(zone)
          .toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** Reads {@link #RFC3339}. */
  static @Nullable Instant ofRfc3339(String text) {
    try {
      Instant time = OffsetDateTime.parse(text).toInstant();
      return time.getEpochSecond() > LATEST ? null : time;
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** Reads seconds since 1970, in 2013 to 9999. */
  static @Nullable Instant ofEpoch(String digits) {
    return digits.length() > 12 ? null : ofEpoch(Long.parseLong(digits));
  }

  static @Nullable Instant ofEpoch(long seconds) {
    return seconds < EARLIEST || seconds > LATEST ? null : Instant.ofEpochSecond(seconds);
  }

  private static int field(String digits, int from, int to) {
    return Integer.parseInt(digits.substring(from, to));
  }
}
