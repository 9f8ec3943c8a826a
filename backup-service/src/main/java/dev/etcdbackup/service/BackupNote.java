package dev.etcdbackup.service;

import dev.etcdbackup.BackupKey;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

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
  /** What a note says about a backup. */
  public enum Kind {
    /** No policy deletes the backup. */
    PIN,
    /** A text for people. */
    NOTE,
    /** The backup is bad: searches for the newest good backup skip it, and it does not count. */
    BAD,
    /** The backup was verified. The newest such backup of a series is not pruned. */
    VERIFIED;

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
        };
    return text.isEmpty() ? what : what + ": " + text;
  }
}
