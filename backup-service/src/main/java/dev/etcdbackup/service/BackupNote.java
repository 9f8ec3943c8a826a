package dev.etcdbackup.service;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.internal.DurationText;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pin, a note or a mark that people or a scheduler put on a backup.
 *
 * <p>Immutable and thread-safe.
 *
 * @param key the backup; it may have been deleted since
 * @param kind what it says
 * @param since when it was written, to the second
 * @param until when a pin ends, to the second; empty when it does not end, and for the other kinds
 * @param text the reason or the note, one line
 */
public record BackupNote(
    BackupKey key, Kind kind, Instant since, Optional<Instant> until, String text) {
  private static final Pattern DRILL =
      Pattern.compile("restored in ([0-9.dhms]+), ([0-9.dhms]+) old");

  /** No drill took longer. Anyone who may write to the store can write a text of a longer one. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** What a note says about a backup. */
  public enum Kind {
    /** No policy deletes the backup. */
    PIN,
    /** A text for people. */
    NOTE,
    /** The backup is bad: searches for the newest good backup skip it, and it does not count. */
    BAD,
    /** The backup was verified. The newest such backup of a series is not pruned. */
    VERIFIED,
    /** The backup was restored in a drill. Protects it as {@link #VERIFIED} does. */
    DRILLED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Checks the values. */
  public BackupNote {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(until, "until");
    Objects.requireNonNull(text, "text");
  }

  static String drillText(Duration took, Duration age) {
    Duration seconds = age.isNegative() ? Duration.ZERO : age.truncatedTo(ChronoUnit.SECONDS);
    return "restored in " + DurationText.exact(took) + ", " + DurationText.exact(seconds) + " old";
  }

  /**
   * Returns how long a drill took: the time to restore (RTO).
   *
   * @return the time; empty for other kinds, and when the text does not say
   */
  public Optional<Duration> restoreTime() {
    return drill(1);
  }

  /**
   * Returns how old the backup was when a drill restored it: what would have been lost (RPO).
   *
   * @return the age; empty for other kinds, and when the text does not say
   */
  public Optional<Duration> dataAge() {
    return drill(2);
  }

  private Optional<Duration> drill(int part) {
    Matcher matcher = DRILL.matcher(text);
    return kind == Kind.DRILLED && matcher.matches()
        ? duration(matcher.group(part))
        : Optional.empty();
  }

  /** Reads {@code 1d2h3m4.5s}. */
  private static Optional<Duration> duration(String text) {
    int days = text.indexOf('d') + 1;
    String rest = text.substring(days);
    try {
      Duration read =
          Duration.parse("P" + text.substring(0, days) + (rest.isEmpty() ? "" : "T" + rest));
      return read.compareTo(LONGEST) > 0 ? Optional.empty() : Optional.of(read);
    } catch (DateTimeParseException | ArithmeticException written) {
      return Optional.empty(); // by another program
    }
  }

  /**
   * Returns whether this note holds at a time.
   *
   * @param now the time
   * @return false when it is a pin that has ended
   */
  public boolean holds(Instant now) {
    return until.isEmpty() || now.isBefore(until.get());
  }

  /** Returns the note in one line: {@code pinned until 2027-01-01T00:00:00Z: ticket 4711}. */
  @Override
  public String toString() {
    String what =
        switch (kind) {
          case PIN -> "pinned" + until.map(end -> " until " + end).orElse("");
          case NOTE -> "note";
          case BAD -> "marked bad";
          case VERIFIED -> "verified " + since;
          case DRILLED -> "drilled " + since;
        };
    return text.isEmpty() ? what : what + ": " + text;
  }
}
