package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * A run that failed.
 *
 * <p>Immutable and thread-safe.
 *
 * @param project the project
 * @param at when it ended
 * @param reason whose failure it was
 * @param cause what was thrown; its message says what, where, and what to do
 * @param attempt which try it was since the backup was due, from 1
 * @param nextTry when it is tried again, roughly; empty when it is not, or nobody knows
 */
public record FailedRun(
    String project,
    Instant at,
    Reason reason,
    Exception cause,
    int attempt,
    Optional<Instant> nextTry) {
  /** Whose failure it was. */
  public enum Reason {
    /** The cluster could not be read. */
    SOURCE,
    /** The store could not be listed or written. */
    STORE,
    /** The lock could not be asked for, or was lost. */
    LOCK,
    /** Anything else: bad configuration, or an error in an implementation. Not tried again soon. */
    OTHER;

    /**
     * Whether trying again soon may help.
     *
     * @return false for {@link #OTHER}
     */
    public boolean isRetryable() {
      return this != OTHER;
    }

    /** The name in lower case. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Reason of(Exception cause) {
      if (cause instanceof SourceException) {
        return SOURCE;
      }
      return cause instanceof StoreException ? STORE : OTHER;
    }
  }

  /** Checks the values. */
  public FailedRun {
    Objects.requireNonNull(project, "project");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(nextTry, "nextTry");
  }

  /**
   * What went wrong, in one line.
   *
   * @return the message of the cause; its class as well, unless it is one of this library's
   */
  public String message() {
    String message = cause instanceof BackupException ? cause.getMessage() : null;
    return (message == null ? cause.toString() : message).replaceAll("\\s*\\R\\s*", " ");
  }
}
