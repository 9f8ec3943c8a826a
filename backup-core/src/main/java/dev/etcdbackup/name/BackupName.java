package dev.etcdbackup.name;

import java.time.Instant;
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
 * The name of a backup without its project, and the kind, time, revision and encodings that it
 * contains.
 *
 * <p>Three formats are recognized; every other name is of kind {@link BackupKind#OTHER}. A name is
 * a base name followed by the suffixes of the encodings that were applied to the snapshot:
 *
 * <ul>
 *   <li>periodic, {@code PREFIX_vREVISION_yyyy-MM-dd-HH:mm:ss} in UTC, as the etcd operator's
 *       backup manager writes it; then nothing, {@code .zst}, {@code .gpg} or {@code .zst.gpg}. The
 *       prefix is any text, {@code _}, {@code _v9}, {@code /} and dates included, so names are read
 *       from their end. The revision is decimal without leading zeros, at most {@link
 *       Long#MAX_VALUE}.
 *   <li>tarball, {@code etcd-backup-yyyy-MM-dd-HH-mm-ss}, then {@code .tar.gz} or {@code
 *       .tar.gz.gpg}, with any path before it. Other tools write local time, so the reader chooses
 *       the time zone in which these names are read. A local time that a daylight saving change
 *       skipped is moved later by the length of the gap; of a time that occurs twice, the earlier
 *       one is meant.
 *   <li>changes, {@code etcd.changes_vFROM-vTO_yyyy-MM-dd-HH:mm:ss} in UTC, with any path before
 *       it; then nothing, {@code .zst}, {@code .gpg} or {@code .zst.gpg}. FROM is 1 or more and TO
 *       not less than FROM.
 * </ul>
 *
 * <p>Digits are ASCII, and every field must be in range: month 13, 30 February, a leap second, a
 * revision beyond a {@code long} or anything after the last field make a name {@code OTHER}.
 *
 * <p>Immutable and thread-safe. Two names are equal when their texts and their times are equal: the
 * same tarball name read in two time zones gives two different names.
 */
public final class BackupName {
  /**
   * Orders names from the oldest to the newest: by time (names without a time first), then by
   * revision as a number (names without a revision first), then by the UTF-8 bytes of the text. A
   * total order, consistent with equals.
   */
  public static final Comparator<BackupName> OLDEST_FIRST = BackupName::compareOldestFirst;

  static final String TARBALL_STEM = "etcd-backup";
  static final String CHANGES_STEM = "etcd.changes";
  static final String TARBALL_SUFFIX = ".tar.gz";
  static final String GPG_SUFFIX = ".gpg";

  private final String text;
  private final BackupKind kind;
  private final int baseLength; // of the text, before the suffixes of encodings
  private final String prefix;
  private final @Nullable Instant time;
  private final long first; // revision of changes; -1: none
  private final long revision; // -1: none

  BackupName(
      String text,
      int baseLength,
      BackupKind kind,
      String prefix,
      @Nullable Instant time,
      long revision) {
    this(text, baseLength, kind, prefix, time, -1, revision);
  }

  BackupName(
      String text,
      int baseLength,
      BackupKind kind,
      String prefix,
      @Nullable Instant time,
      long first,
      long revision) {
    this.text = text;
    this.baseLength = baseLength;
    this.kind = kind;
    this.prefix = prefix;
    this.time = time;
    this.first = first;
    this.revision = revision;
  }

  /**
   * Parses a name, with the times of tarballs in UTC. Accepts every text.
   *
   * @param text the name below the project, any string
   * @return the parsed name
   */
  public static BackupName parse(String text) {
    return parse(text, ZoneOffset.UTC);
  }

  /**
   * Parses a name. Accepts every text; takes time linear in its length.
   *
   * @param text the name below the project, any string
   * @param tarballZone the time zone in which the times of tarballs were written
   * @return the parsed name
   */
  public static BackupName parse(String text, ZoneId tarballZone) {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(tarballZone, "tarballZone");
    BackupName name = NameParser.periodic(text);
    if (name == null) {
      name = NameParser.tarball(text, tarballZone);
    }
    if (name == null) {
      name = NameParser.changes(text);
    }
    return name != null
        ? name
        : new BackupName(text, text.length(), BackupKind.OTHER, "", null, -1);
  }

  /**
   * Returns the name of a periodic backup.
   *
   * @param prefix the part before {@code _v}, usually {@code etcd.backup}
   * @param revision etcd's revision, 0 or more
   * @param time when the backup was started; fractions of a second are dropped
   * @return the name; parsing its text gives an equal name
   * @throws IllegalArgumentException when the revision is negative or the year is not in 0 to 9999
   */
  public static BackupName periodic(String prefix, long revision, Instant time) {
    Objects.requireNonNull(prefix, "prefix");
    if (revision < 0) {
      throw new IllegalArgumentException("revision must be 0 or more, not " + revision);
    }
    Instant second = time.truncatedTo(ChronoUnit.SECONDS);
    StringBuilder out = new StringBuilder(prefix.length() + 42);
    out.append(prefix).append("_v").append(revision).append('_');
    NameTime.append(out, second, ':');
    String text = out.toString();
    return new BackupName(text, text.length(), BackupKind.PERIODIC, prefix, second, revision);
  }

  /**
   * Returns the name of a tarball, {@code etcd-backup-TIME.tar.gz}, with the time in UTC.
   *
   * @param time when the backup was started; fractions of a second are dropped
   * @return the name; parsing its text in UTC gives an equal name
   * @throws IllegalArgumentException when the year is not in 0 to 9999
   */
  public static BackupName tarball(Instant time) {
    Instant second = time.truncatedTo(ChronoUnit.SECONDS);
    StringBuilder out = new StringBuilder(40);
    out.append(TARBALL_STEM).append('-');
    NameTime.append(out, second, '-');
    int baseLength = out.length();
    out.append(TARBALL_SUFFIX);
    return new BackupName(out.toString(), baseLength, BackupKind.TARBALL, TARBALL_STEM, second, -1);
  }

  /**
   * Returns the name of recorded changes.
   *
   * @param from the first revision in it, 1 or more
   * @param to the last revision in it, {@code from} or more
   * @param time when it was written; fractions of a second are dropped
   * @return the name; parsing its text gives an equal name
   * @throws IllegalArgumentException when the revisions are out of range or the year is not in 0 to
   *     9999
   */
  public static BackupName changes(long from, long to, Instant time) {
    if (from < 1 || to < from) {
      throw new IllegalArgumentException(
          "changes must be from revision 1 or more to no less than that, not "
              + from
              + " to "
              + to);
    }
    Instant second = time.truncatedTo(ChronoUnit.SECONDS);
    StringBuilder out = new StringBuilder(80).append(CHANGES_STEM).append("_v").append(from);
    out.append("-v").append(to).append('_');
    NameTime.append(out, second, ':');
    String text = out.toString();
    return new BackupName(text, text.length(), BackupKind.CHANGES, CHANGES_STEM, second, from, to);
  }

  /**
   * Returns the name of the same backup with one more encoding.
   *
   * @param suffix the suffix of the encoding: {@code .zst} or {@code .gpg}
   * @return the name with the suffix appended
   * @throws IllegalArgumentException when a backup of this kind cannot have this suffix here: a
   *     periodic name and one of changes take {@code .zst}, {@code .gpg} or {@code .zst.gpg}, a
   *     tarball {@code .gpg}
   */
  public BackupName withEncoding(String suffix) {
    BackupName longer = parse(text + Objects.requireNonNull(suffix, "suffix"));
    if (kind == BackupKind.OTHER
        || longer.kind != kind
        || longer.baseLength != baseLength
        || longer.encodings().size() != encodings().size() + 1) {
      throw new IllegalArgumentException(this + " cannot be given the suffix '" + suffix + "'");
    }
    return new BackupName(longer.text, baseLength, kind, prefix, time, first, revision);
  }

  /**
   * Returns the name as it is stored.
   *
   * @return the text that was parsed or formatted
   */
  public String text() {
    return text;
  }

  /**
   * Returns the name without the suffixes of its encodings. Backups of one project with the same
   * base name are treated as copies of one snapshot.
   *
   * @return the base name: {@code etcd.backup_v1450_2020-01-30-20:44:41} of {@code
   *     etcd.backup_v1450_2020-01-30-20:44:41.zst.gpg}; the text itself for {@link
   *     BackupKind#OTHER}
   */
  public String base() {
    return text.substring(0, baseLength);
  }

  /**
   * Returns the suffixes of the backup's encodings.
   *
   * @return the suffixes, in the order in which the encodings were applied, for example {@code
   *     .zst} and {@code .gpg}; empty when the snapshot is stored as it is, and for {@link
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
   * Returns the kind of the backup.
   *
   * @return the kind
   */
  public BackupKind kind() {
    return kind;
  }

  /**
   * Returns the part before {@code _v} of a periodic name or of changes, or before the time of a
   * tarball. Project, kind and prefix identify a series.
   *
   * @return the prefix; empty for {@link BackupKind#OTHER}
   */
  public String prefix() {
    return prefix;
  }

  /**
   * Returns when the backup was started, to the second.
   *
   * @return the time; empty for {@link BackupKind#OTHER}
   */
  public Optional<Instant> time() {
    return Optional.ofNullable(time);
  }

  /**
   * Returns the revision in the name. It was read before the snapshot was started, so it is a lower
   * bound of the revision in the snapshot. Of changes it is the last revision in them, exactly.
   *
   * @return the revision; only periodic names and those of changes have one
   */
  public OptionalLong revision() {
    return revision < 0 ? OptionalLong.empty() : OptionalLong.of(revision);
  }

  /**
   * Returns the first revision in recorded changes.
   *
   * @return the revision; only names of changes have one
   */
  public OptionalLong firstRevision() {
    return first < 0 ? OptionalLong.empty() : OptionalLong.of(first);
  }

  /**
   * Returns whether the backup is encrypted with OpenPGP.
   *
   * @return true for names of any kind but {@link BackupKind#OTHER} that end in {@code .gpg}
   */
  public boolean isEncrypted() {
    return kind != BackupKind.OTHER && text.endsWith(GPG_SUFFIX);
  }

  /**
   * Compares by time (names without a time first), then by revision as a number (names without a
   * revision first). Names of the same time and revision compare as equal, whatever their text.
   *
   * @param other the name to compare with
   * @return a negative number, zero or a positive number when this name is older than, as old as or
   *     newer than the other
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

  private static int compareOldestFirst(BackupName a, BackupName b) {
    int byAge = a.compareAge(b);
    return byAge != 0 ? byAge : compareUtf8(a.text, b.text);
  }

  /**
   * Returns whether a character of a name can be printed to a terminal or a log without being
   * escaped. Names may come from stores that others write to. Control characters, characters that
   * reorder or hide text, line and paragraph separators, and unpaired surrogates cannot.
   *
   * @param codePoint a code point or an unpaired surrogate
   * @return false if it must be escaped
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
   * Compares two texts by their UTF-8 bytes, which is the order in which S3 lists keys. That is the
   * order of code points, whereas {@link String#compareTo} compares {@code char} values. Texts that
   * are not valid UTF-16 are ordered too, so the order is total.
   *
   * @param a one text
   * @param b another text
   * @return a negative number, zero or a positive number when a comes before, equals or follows b
   */
  public static int compareUtf8(String a, String b) {
    int common = Math.min(a.length(), b.length());
    for (int i = 0; i < common; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        // Surrogates represent code points above the basic plane, but their char values are below
        // U+E000: move them above it.
        boolean liftX = Character.isSurrogate(x);
        boolean liftY = Character.isSurrogate(y);
        return liftX == liftY ? Character.compare(x, y) : (liftX ? 1 : -1);
      }
    }
    return Integer.compare(a.length(), b.length());
  }
}
