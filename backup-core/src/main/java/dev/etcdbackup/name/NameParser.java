package dev.etcdbackup.name;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Reads the formats of names, each from its end, since a prefix may be any text. A method returns
 * null when a text is not of its format.
 */
final class NameParser {
  private static final String ZSTD_SUFFIX = ".zst";

  private NameParser() {}

  static @Nullable BackupName periodic(String text) {
    int base = without(ZSTD_SUFFIX, text, without(BackupName.GPG_SUFFIX, text, text.length()));
    int stamp = base - NameTime.LENGTH;
    if (stamp < 4 || text.charAt(stamp - 1) != '_' || text.charAt(base - 3) != ':') {
      return null;
    }
    int end = stamp - 1;
    int start = startOfDigits(text, end);
    if (start == end || start < 2 || !text.startsWith("_v", start - 2)) {
      return null;
    }
    long revision = parseRevision(text, start, end);
    Instant time = revision < 0 ? null : NameTime.parse(text, stamp, ':', ZoneOffset.UTC);
    String prefix = text.substring(0, start - 2);
    return time == null
        ? null
        : new BackupName(text, base, BackupKind.PERIODIC, prefix, time, revision);
  }

  static @Nullable BackupName changes(String text) {
    int base = without(ZSTD_SUFFIX, text, without(BackupName.GPG_SUFFIX, text, text.length()));
    int stamp = base - NameTime.LENGTH;
    if (stamp < BackupName.CHANGES_STEM.length() + 7 // _v1-v1_
        || text.charAt(stamp - 1) != '_'
        || text.charAt(base - 3) != ':') {
      return null;
    }
    int last = startOfDigits(text, stamp - 1);
    int dash = last - 2;
    int start = startOfDigits(text, Math.max(dash, 0));
    int stem = start - 2 - BackupName.CHANGES_STEM.length();
    if (last == stamp - 1
        || dash < 0
        || start == dash
        || stem < 0
        || !text.startsWith("-v", dash)
        || !text.startsWith(BackupName.CHANGES_STEM + "_v", stem)
        || (stem > 0 && text.charAt(stem - 1) != '/')) {
      return null;
    }
    long from = parseRevision(text, start, dash);
    long to = parseRevision(text, last, stamp - 1);
    Instant time = NameTime.parse(text, stamp, ':', ZoneOffset.UTC);
    String prefix = text.substring(0, start - 2);
    return time == null || from < 1 || to < from
        ? null
        : new BackupName(text, base, BackupKind.CHANGES, prefix, time, from, to);
  }

  /** Where the digits before an index begin. */
  private static int startOfDigits(String text, int end) {
    int start = end;
    while (start > 0 && NameTime.isDigit(text.charAt(start - 1))) {
      start--;
    }
    return start;
  }

  static @Nullable BackupName tarball(String text, ZoneId zone) {
    int base =
        without(BackupName.GPG_SUFFIX, text, text.length()) - BackupName.TARBALL_SUFFIX.length();
    int stamp = base - NameTime.LENGTH;
    int stem = stamp - 1 - BackupName.TARBALL_STEM.length();
    if (stem < 0
        || !text.startsWith(BackupName.TARBALL_SUFFIX, base)
        || text.charAt(stamp - 1) != '-'
        || !text.startsWith(BackupName.TARBALL_STEM, stem)
        || (stem > 0 && text.charAt(stem - 1) != '/')) {
      return null;
    }
    Instant time = NameTime.parse(text, stamp, '-', zone);
    String prefix = text.substring(0, stamp - 1);
    return time == null ? null : new BackupName(text, base, BackupKind.TARBALL, prefix, time, -1);
  }

  /**
   * Returns the end of {@code text[0, end)} without a suffix, or {@code end} when it does not have
   * that suffix.
   */
  private static int without(String suffix, String text, int end) {
    int shorter = end - suffix.length();
    return text.startsWith(suffix, shorter) ? shorter : end; // startsWith is false below 0
  }

  /**
   * Returns the number in {@code text[start, end)}, which are digits; -1 when it overflows or has a
   * leading zero.
   */
  private static long parseRevision(String text, int start, int end) {
    if (end - start > 19 || (text.charAt(start) == '0' && end - start > 1)) {
      return -1;
    }
    long value = 0;
    for (int i = start; i < end; i++) {
      value =
          value * 10
              + (text.charAt(i) - '0'); // 19 digits overflow at most once, to a negative number
    }
    return value < 0 ? -1 : value;
  }
}
