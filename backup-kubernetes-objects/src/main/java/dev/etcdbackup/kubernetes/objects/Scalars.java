package dev.etcdbackup.kubernetes.objects;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The messages whose JSON is a single value: {@code Time}, {@code Quantity} and others. */
final class Scalars {
  private static final Instant YEAR_1 = Instant.ofEpochSecond(-62135596800L); // not set, for Go
  private static final int NANOS_OF_MICRO = 1000;
  private static final Pattern QUANTITY =
      Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?");
  private static final DateTimeFormatter SECONDS = format("-MM-dd'T'HH:mm:ss'Z'");
  private static final DateTimeFormatter MICROS = format("-MM-dd'T'HH:mm:ss.SSSSSS'Z'");

  private Scalars() {}

  private static DateTimeFormatter format(String behindTheYear) {
    return new DateTimeFormatterBuilder()
        .appendValue(ChronoField.YEAR, 4, 10, SignStyle.NORMAL)
        .appendPattern(behindTheYear)
        .toFormatter(Locale.ROOT)
        .withZone(ZoneOffset.UTC);
  }

  static @Nullable String time(WireReader in) throws UnreadableException {
    Instant time = timestamp(in, false);
    return time == null ? null : SECONDS.format(time);
  }

  static @Nullable String microTime(WireReader in) throws UnreadableException {
    Instant time = timestamp(in, true);
    return time == null ? null : MICROS.format(time);
  }

  /** Null for a time that is not set. */
  private static @Nullable Instant timestamp(WireReader in, boolean micros)
      throws UnreadableException {
    if (!in.hasNext()) {
      return null;
    }
    long seconds = 0;
    int nanos = 0;
    while (in.hasNext()) {
      long tag = in.varint();
      int wireType = (int) (tag & 7);
      if (tag >>> 3 == 1 && wireType == WireReader.VARINT) {
        seconds = in.varint();
      } else if (tag >>> 3 == 2 && wireType == WireReader.VARINT) {
        nanos = (int) in.varint();
      } else {
        in.skip(wireType);
      }
    }
    try {
      int truncated = micros ? nanos / NANOS_OF_MICRO * NANOS_OF_MICRO : 0;
      Instant time = Instant.ofEpochSecond(seconds, truncated);
      return time.equals(YEAR_1) ? null : time;
    } catch (DateTimeException | ArithmeticException e) {
      throw new UnreadableException("has a time beyond all calendars");
    }
  }

  /** API servers store quantities in the form in which they show them. */
  static String quantity(WireReader in) throws UnreadableException {
    String text = "0";
    while (in.hasNext()) {
      long tag = in.varint();
      int wireType = (int) (tag & 7);
      if (tag >>> 3 == 1 && wireType == WireReader.BYTES) {
        text = in.text();
        if (!QUANTITY.matcher(text).matches()) {
          throw new UnreadableException("has a quantity that is none");
        }
      } else {
        in.skip(wireType);
      }
    }
    return text;
  }

  static Object intOrString(WireReader in) throws UnreadableException {
    long type = 0;
    long number = 0;
    String text = "";
    while (in.hasNext()) {
      long tag = in.varint();
      int wireType = (int) (tag & 7);
      if (tag >>> 3 == 1 && wireType == WireReader.VARINT) {
        type = in.varint();
      } else if (tag >>> 3 == 2 && wireType == WireReader.VARINT) {
        number = (int) in.varint();
      } else if (tag >>> 3 == 3 && wireType == WireReader.BYTES) {
        text = in.text();
      } else {
        in.skip(wireType);
      }
    }
    if (type != 0 && type != 1) {
      throw new UnreadableException("has a value that is neither a number nor a text");
    }
    return type == 0 ? (Object) number : text;
  }

  /** A list of texts in a message. */
  static List<Object> strings(WireReader in, NodeLimit nodes) throws UnreadableException {
    List<Object> list = new ArrayList<>();
    while (in.hasNext()) {
      long tag = in.varint();
      int wireType = (int) (tag & 7);
      if (tag >>> 3 == 1 && wireType == WireReader.BYTES) {
        nodes.add();
        list.add(in.text());
      } else {
        in.skip(wireType);
      }
    }
    return list;
  }

  /** The bytes of JSON in a message; none when it is empty. */
  static byte[] raw(WireReader in) throws UnreadableException {
    byte[] raw = new byte[0];
    while (in.hasNext()) {
      long tag = in.varint();
      int wireType = (int) (tag & 7);
      if (tag >>> 3 == 1 && wireType == WireReader.BYTES) {
        raw = in.bytes();
      } else {
        in.skip(wireType);
      }
    }
    return raw;
  }
}
