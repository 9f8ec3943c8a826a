package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.internal.FailureText;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * A failed run of a scheduler.
 *
 * <p>Immutable and thread-safe.
 *
 * @param project the project
 * @param at when the run ended
 * @param reason the component that failed
 * @param cause the exception; its message says what failed, where, and what to do
 * @param attempt the number of this attempt since the backup was due, from 1
 * @param nextTry the approximate time of the next attempt; empty when there is none or it is not
 *     known
 */
public record FailedRun(
    String project,
    Instant at,
    Reason reason,
    Exception cause,
    int attempt,
    Optional<Instant> nextTry) {
  /** The component that failed. */
  public enum Reason {
    /** The cluster could not be read. */
    SOURCE,
    /** The store could not be listed or written. */
    STORE,
    /** The lock could not be requested, or was lost. */
    LOCK,
    /**
     * Any other failure: invalid configuration, or an error in an implementation. Not retried
     * before the next point.
     */
    OTHER;

    /**
     * Returns whether a retry before the next point of the schedule may help.
     *
     * @return false for {@link #OTHER}
     */
    public boolean isRetryable() {
      return this != OTHER;
    }

    /** Returns the name in lower case. */
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
   * Returns the failure in one line.
   *
   * @return the message of the cause; that of an exception of another library without the names of
   *     classes, and what its type means when it has none
   */
  public String message() {
    return text(cause);
  }

  /** Returns a failure that another process recorded. */
  static FailedRun recorded(String project, FailureLog.Recorded one) {
    Exception cause =
        one.reason() == Reason.SOURCE
            ? new SourceException(one.message())
            : new StoreException(one.message(), null);
    return new FailedRun(project, one.at(), one.reason(), cause, 1, Optional.empty());
  }

  /** Returns an exception in one line. */
  static String text(Exception cause) {
    String message = cause instanceof BackupException ? cause.getMessage() : null;
    String text = message == null ? FailureText.of(cause) : message;
    return text.replaceAll("\\s*\\R\\s*", " ");
  }
}
