package dev.etcdbackup.name;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The name of a backup below its project, and what it says.
 *
 * <p>Two formats are recognized; every other name is of kind {@link BackupKind#OTHER}. A name is a
 * base name followed by the suffixes of the encodings that were applied to the snapshot:
 *
 * <ul>
 *   <li>periodic, {@code PREFIX_vREVISION_yyyy-MM-dd-HH:mm:ss} in UTC, as the etcd operator's
 *       backup manager writes it; then nothing, {@code .zst}, {@code .gpg} or {@code .zst.gpg}. The
 *       prefix is any text, {@code _}, {@code _v9}, {@code /} and dates included, so names are read
 *       from their end. The revision is decimal without leading zeros, at most {@link
 *       Long#MAX_VALUE}.
 *   <li>tarball, {@code etcd-backup-yyyy-MM-dd-HH-mm-ss}, then {@code .tar.gz} or {@code
 *       .tar.gz.gpg}, below any directories. Older writers used their local time, so the zone these
 *       are read in is chosen by the reader. A local time that a change of the clocks skipped is
 *       read as that much later, one that occurs twice as the earlier.
 * </ul>
 *
 * <p>Digits are ASCII, and every field must be in range: month 13, 30 February, a leap second, a
 * revision beyond a {@code long} or anything after the last field make a name {@code OTHER}.
 *
 * <p>Immutable and thread-safe. Two names are equal when their text and their time are: the same
 * tarball read in two zones is two names.
 */
public final class BackupName {
  /**
   * Oldest first: by time (names without one before all others), then by revision as a number
   * (names without one first), then by the bytes of the text in UTF-8. A total order, consistent
   * with equals.
   */
  public static final Comparator<BackupName> OLDEST_FIRST = BackupName::compareOldestFirst;

  private static final String TARBALL_STEM = "etcd-backup";
  private static final String TARBALL_SUFFIX = ".tar.gz";
  private static final String ZSTD_SUFFIX = ".zst";
  private static final String GPG_SUFFIX = ".gpg";
  private static final int STAMP_LENGTH = "yyyy-MM-dd-HH:mm:ss".length();

  private final String text;
  private final BackupKind kind;
  private final int baseLength; // of the text, before the suffixes of encodings
  private final String prefix;
  private final @Nullable Instant time;
  private final long revision; // -1: none

  private BackupName(
      String text,
      int baseLength,
      BackupKind kind,
      String prefix,
      @Nullable Instant time,
      long revision) {
    this.text = text;
    this.baseLength = baseLength;
    this.kind = kind;
    this.prefix = prefix;
    this.time = time;
    this.revision = revision;
  }

  /**
   * Reads a name, times of tarballs in UTC. Never throws for any text.
   *
   * @param text the name below the project, any string
   * @return what it says
   */
  public static BackupName parse(String text) {
    return parse(text, ZoneOffset.UTC);
  }

  /**
   * Reads a name. Never throws for any text; linear in its length.
   *
   * @param text the name below the project, any string
   * @param tarballZone the zone in which the times of tarballs were written
   * @return what it says
   */
  public static BackupName parse(String text, ZoneId tarballZone) {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(tarballZone, "tarballZone");
    BackupName name = parsePeriodic(text);
    if (name == null) {
      name = parseTarball(text, tarballZone);
    }
    return name != null
        ? name
        : new BackupName(text, text.length(), BackupKind.OTHER, "", null, -1);
  }

  /**
   * The name of a periodic backup.
   *
   * @param prefix what stands before {@code _v}, {@code etcd.backup} by custom
   * @param revision etcd's revision, 0 or more
   * @param time when the backup was begun; fractions of a second are dropped
   * @return the name, whose text parses to an equal one
   * @throws IllegalArgumentException when the revision is negative or the year is not of 0 to 9999
   */
  public static BackupName periodic(String prefix, long revision, Instant time) {
    Objects.requireNonNull(prefix, "prefix");
    if (revision < 0) {
      throw new IllegalArgumentException("revision must be 0 or more, not " + revision);
    }
    Instant second = time.truncatedTo(ChronoUnit.SECONDS);
    StringBuilder out = new StringBuilder(prefix.length() + 42);
    out.append(prefix).append("_v").append(revision).append('_');
    appendStamp(out, second, ':');
    String text = out.toString();
    return new BackupName(text, text.length(), BackupKind.PERIODIC, prefix, second, revision);
  }

  /**
   * The name of a tarball, {@code etcd-backup-TIME.tar.gz}, its time in UTC.
   *
   * @param time when the backup was begun; fractions of a second are dropped
   * @return the name, whose text parses in UTC to an equal one
   * @throws IllegalArgumentException when the year is not of 0 to 9999
   */
  public static BackupName tarball(Instant time) {
    Instant second = time.truncatedTo(ChronoUnit.SECONDS);
    StringBuilder out = new StringBuilder(40);
    out.append(TARBALL_STEM).append('-');
    appendStamp(out, second, '-');
    int baseLength = out.length();
    out.append(TARBALL_SUFFIX);
    return new BackupName(out.toString(), baseLength, BackupKind.TARBALL, TARBALL_STEM, second, -1);
  }

  /**
   * The name of the same backup with one more encoding.
   *
   * @param suffix what the encoding appends: {@code .zst} or {@code .gpg}
   * @return the name with the suffix at its end
   * @throws IllegalArgumentException when no backup of this kind may have this suffix there: a
   *     periodic name takes {@code .zst}, {@code .gpg} or {@code .zst.gpg}, a tarball {@code .gpg}
   */
  public BackupName withEncoding(String suffix) {
    BackupName longer = parse(text + suffix);
    if (kind == BackupKind.OTHER
        || longer.kind != kind
        || longer.baseLength != baseLength
        || longer.encodings().size() != encodings().size() + 1) {
      throw new IllegalArgumentException(this + " cannot be given the suffix '" + suffix + "'");
    }
    return new BackupName(longer.text, baseLength, kind, prefix, time, revision);
  }

  /**
   * The name as it stands in the store.
   *
   * @return the text this was read from or formatted to
   */
  public String text() {
    return text;
  }

  /**
   * The name without the suffixes of its encodings. Backups of one project and base name are taken
   * for copies of one snapshot.
   *
   * @return the base name: {@code etcd.backup_v1450_2020-01-30-20:44:41} of {@code
   *     etcd.backup_v1450_2020-01-30-20:44:41.zst.gpg}; the text itself for {@link
   *     BackupKind#OTHER}
   */
  public String base() {
    return text.substring(0, baseLength);
  }

  /**
   * The encodings of the backup by their suffixes.
   *
   * @return the suffixes in the order in which the encodings were applied, for example {@code .zst}
   *     and {@code .gpg}; empty when the snapshot is stored as it is, and for {@link
   *     BackupKind#OTHER}
   */
  public List<String> encodings() {
    if (baseLength == text.length()) {
      return List.of();
    }
    boolean gpg = text.endsWith(GPG_SUFFIX);
    int end = text.length() - (gpg ? GPG_SUFFIX.length() : 0);
    if (end == baseLength) {
      return List.of(GPG_SUFFIX);
    }
    String first = text.substring(baseLength, end);
    return gpg ? List.of(first, GPG_SUFFIX) : List.of(first);
  }

  /**
   * What kind of backup the name announces.
   *
   * @return the kind
   */
  public BackupKind kind() {
    return kind;
  }

  /**
   * What stands before {@code _v} of a periodic name or before the time of a tarball: the last part
   * of what makes a series.
   *
   * @return the prefix; empty for {@link BackupKind#OTHER}
   */
  public String prefix() {
    return prefix;
  }

  /**
   * When the backup was begun, to the second.
   *
   * @return the time; empty for {@link BackupKind#OTHER}
   */
  public Optional<Instant> time() {
    return Optional.ofNullable(time);
  }

  /**
   * The revision in the name: read before the snapshot began, so a lower bound of what is inside.
   *
   * @return the revision; only periodic names have one
   */
  public OptionalLong revision() {
    return revision < 0 ? OptionalLong.empty() : OptionalLong.of(revision);
  }

  /**
   * Whether the backup is encrypted with OpenPGP.
   *
   * @return true for periodic names and tarballs ending in {@code .gpg}
   */
  public boolean isEncrypted() {
    return kind != BackupKind.OTHER && text.endsWith(GPG_SUFFIX);
  }

  /**
   * Compares by time (none before all others), then by revision as a number (none first). Names of
   * the same time and revision compare as equal whatever their text.
   *
   * @param other the name to compare with
   * @return negative, zero or positive as this is older than, as old as or newer than the other
   */
  public int compareAge(BackupName other) {
    if (time == null || other.time == null) {
      return Boolean.compare(time != null, other.time != null);
    }
    int byTime = time.compareTo(other.time);
    return byTime != 0 ? byTime : Long.compare(revision, other.revision);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BackupName that
        && text.equals(that.text)
        && Objects.equals(time, that.time);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The text of the name. */
  @Override
  public String toString() {
    return text;
  }

  private static @Nullable BackupName parsePeriodic(String text) {
    int base = without(ZSTD_SUFFIX, text, without(GPG_SUFFIX, text, text.length()));
    int stamp = base - STAMP_LENGTH;
    if (stamp < 4 || text.charAt(stamp - 1) != '_' || text.charAt(base - 3) != ':') {
      return null;
    }
    int end = stamp - 1;
    int start = end;
    while (start > 0 && isDigit(text.charAt(start - 1))) {
      start--;
    }
    if (start == end || start < 2 || !text.startsWith("_v", start - 2)) {
      return null;
    }
    long revision = parseRevision(text, start, end);
    Instant time = revision < 0 ? null : parseStamp(text, stamp, ':', ZoneOffset.UTC);
    String prefix = text.substring(0, start - 2);
    return time == null
        ? null
        : new BackupName(text, base, BackupKind.PERIODIC, prefix, time, revision);
  }

  private static @Nullable BackupName parseTarball(String text, ZoneId zone) {
    int base = without(GPG_SUFFIX, text, text.length()) - TARBALL_SUFFIX.length();
    int stamp = base - STAMP_LENGTH;
    int stem = stamp - 1 - TARBALL_STEM.length();
    if (stem < 0
        || !text.startsWith(TARBALL_SUFFIX, base)
        || text.charAt(stamp - 1) != '-'
        || !text.startsWith(TARBALL_STEM, stem)
        || (stem > 0 && text.charAt(stem - 1) != '/')) {
      return null;
    }
    Instant time = parseStamp(text, stamp, '-', zone);
    String prefix = text.substring(0, stamp - 1);
    return time == null ? null : new BackupName(text, base, BackupKind.TARBALL, prefix, time, -1);
  }

  /** Where a text that ends at {@code end} ends without a suffix, if it has that suffix. */
  private static int without(String suffix, String text, int end) {
    int shorter = end - suffix.length();
    return text.startsWith(suffix, shorter) ? shorter : end; // startsWith is false below 0
  }

  /** The number in {@code text[start, end)}, all digits; -1 when it overflows or is padded. */
  private static long parseRevision(String text, int start, int end) {
    if (end - start > 19 || (text.charAt(start) == '0' && end - start > 1)) {
      return -1;
    }
    long value = 0;
    for (int i = start; i < end; i++) {
      value = value * 10 + (text.charAt(i) - '0'); // 19 digits overflow once at most: to negative
    }
    return value < 0 ? -1 : value;
  }

  private static @Nullable Instant parseStamp(
      String text, int at, char timeSeparator, ZoneId zone) {
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

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static void appendStamp(StringBuilder out, Instant time, char timeSeparator) {
    LocalDateTime utc = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
    if (utc.getYear() < 0 || utc.getYear() > 9999) {
      throw new IllegalArgumentException("year must be 0 to 9999, not " + utc.getYear());
    }
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

  private static int compareOldestFirst(BackupName a, BackupName b) {
    int byAge = a.compareAge(b);
    return byAge != 0 ? byAge : compareUtf8(a.text, b.text);
  }

  /**
   * Whether a character of a name may be shown as it is, on a terminal or in a log. Names come from
   * stores that others write to. Control characters, marks that reorder or hide text, line and
   * paragraph separators and halves of characters may not.
   *
   * @param codePoint a character, or half of one
   * @return false if it acts on what shows it, or is none
   */
  public static boolean isShown(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }

  /**
   * Compares two texts as their UTF-8 bytes would compare, which is the order in which S3 lists
   * keys: by code points, that is, and not by {@code char} as {@link String#compareTo} does. Texts
   * that are not valid UTF-16 have a place too, so the order is total.
   *
   * @param a one text
   * @param b another text
   * @return negative, zero or positive as a comes before, equals or follows b
   */
  public static int compareUtf8(String a, String b) {
    int common = Math.min(a.length(), b.length());
    for (int i = 0; i < common; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        // Surrogates stand for code points above all of the basic plane, yet their chars are below
        // U+E000: lift them.
        boolean liftX = Character.isSurrogate(x);
        boolean liftY = Character.isSurrogate(y);
        return liftX == liftY ? Character.compare(x, y) : (liftX ? 1 : -1);
      }
    }
    return Integer.compare(a.length(), b.length());
  }
}
