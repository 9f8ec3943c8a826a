package dev.etcdbackup.cli.config;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;

/** The values of fields as text. Each method throws IllegalArgumentException with the rule. */
final class ValueSyntax {
  private ValueSyntax() {}

  static String text(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("must not be empty");
    }
    return text;
  }

  static boolean bool(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("must be true or false, not '" + text + "'");
    };
  }

  static int number(String text, int least, int most) {
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // reported below
    }
    throw new IllegalArgumentException(
        "must be a number of " + least + " to " + most + ", not '" + text + "'");
  }

  static Duration jitter(String text) {
    Duration jitter = DurationSyntax.parse(text);
    if (jitter.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("must be 1 day or less, not '" + text + "'");
    }
    return jitter;
  }

  static Duration ttl(String text) {
    Duration ttl = DurationSyntax.parse(text);
    if (ttl.compareTo(Duration.ofSeconds(2)) < 0 || ttl.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("must be 2s to 1h, not '" + text + "'");
    }
    return ttl;
  }

  /** How often a check is made; once a minute at most. */
  static Duration every(String text) {
    Duration every = DurationSyntax.parse(text);
    if (every.compareTo(Duration.ofMinutes(1)) < 0) {
      throw new IllegalArgumentException("must be 1m or more, not '" + text + "'");
    }
    return every;
  }

  static ZoneId zone(String text) {
    try {
      return ZoneId.of(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "must be a time zone like Europe/Zurich or +01:00, not '" + text + "'", e);
    }
  }

  static Instant instant(String text) {
    try {
      Instant instant = Instant.parse(text);
      if (instant.isBefore(Instant.parse("+10000-01-01T00:00:00Z"))) {
        return instant;
      }
    } catch (DateTimeParseException notAnInstant) {
      // reported below
    }
    throw new IllegalArgumentException(
        "must be a time like 2020-02-03T21:00:00Z, not '" + text + "'");
  }

  static int sampleDays(String text) {
    if (!text.matches("1/[1-9][0-9]{0,2}")) {
      throw new IllegalArgumentException("'" + text + "' is not a share of 1/1 to 1/999");
    }
    return Integer.parseInt(text.substring(2));
  }
}
