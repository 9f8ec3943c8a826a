package dev.etcdbackup.internal;

import java.util.List;

/** Formats and parses sizes in bytes: {@code 500GiB}, {@code 1536KiB}, {@code 17B}. */
public final class SizeText {
  private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB");

  private SizeText() {}

  /**
   * Formats a size exactly, in the largest unit of which it is a multiple.
   *
   * @param bytes the number of bytes, 1 or more
   * @return the text, which {@link #parse} reads
   */
  public static String exact(long bytes) {
    int unit = 0;
    long number = bytes;
    while (unit < UNITS.size() - 1 && number % 1024 == 0) {
      number /= 1024;
      unit++;
    }
    return number + UNITS.get(unit);
  }

  /**
   * Parses a size: a whole number with B, KiB, MiB, GiB, TiB or PiB.
   *
   * @param text the text
   * @return the number of bytes, 1 to 8 EiB less 1
   * @throws IllegalArgumentException when the text is not a size or is out of range
   */
  public static long parse(String text) {
    for (int unit = UNITS.size() - 1; unit >= 0; unit--) {
      String digits = text.endsWith(UNITS.get(unit)) ? withoutUnit(text, unit) : "";
      if (digits.matches("[0-9]{1,15}")) {
        long number = Long.parseLong(digits);
        if (number < 1 || number > Long.MAX_VALUE >> (10 * unit)) {
          throw new IllegalArgumentException(
              "'" + text + "' must be more than 0 and below 8192PiB");
        }
        return number << (10 * unit);
      }
    }
    throw new IllegalArgumentException("'" + text + "' is not a size; write 500GiB or 2TiB");
  }

  private static String withoutUnit(String text, int unit) {
    return text.substring(0, text.length() - UNITS.get(unit).length());
  }
}
