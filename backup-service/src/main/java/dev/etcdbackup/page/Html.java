package dev.etcdbackup.page;

import dev.etcdbackup.internal.DurationText;
import dev.etcdbackup.name.BackupName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Objects;

/** Texts of a page: HTML that is also well-formed XML. */
public final class Html {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Html() {}

  /** Escapes a text from outside for elements and attributes. */
  public static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isShown(c) ? c : 0xFFFD);
              }
            });
    return escaped.toString();
  }

  /** Replaces the characters of a text that must not be printed to a terminal. */
  public static String printable(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints().map(c -> isShown(c) ? c : 0xFFFD).forEach(shown::appendCodePoint);
    return shown.toString();
  }

  /** Noncharacters such as U+FFFE are not allowed in XML. */
  private static boolean isShown(int c) {
    return BackupName.isShown(c) && (c & 0xFFFE) != 0xFFFE;
  }

  /** A time to the second. */
  public static String time(Instant at) {
    return TIME.format(at);
  }

  /** How long ago a time was. */
  public static String ago(Instant then, Instant now) {
    Duration age = Duration.between(then, now);
    return age.isNegative() ? "just now" : DurationText.format(age) + " ago";
  }

  /** A number of bytes in three digits: {@code 1.23 GiB}. */
  public static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    String format = unit == 0 || value >= 100 ? "%.0f %s" : value >= 10 ? "%.1f %s" : "%.2f %s";
    return String.format(Locale.ROOT, format, value, UNITS[unit]);
  }

  /** A number with a comma between thousands. */
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** A number and a word in the singular or the plural. */
  public static String count(long number, String word) {
    return count(number) + ' ' + word + (number == 1 ? "" : "s");
  }

  /** A style sheet among the resources, by its path from the root. */
  public static String style(String path) {
    try (InputStream in = Objects.requireNonNull(Html.class.getResourceAsStream(path), path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
