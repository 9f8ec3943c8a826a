package dev.etcdbackup.kubernetes;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of an on-demand task, for example one backup or one restore, as the status of a
 * resource keeps it: {@code Pending}, then {@code Running}, then {@code Succeeded} or {@code
 * Failed}.
 *
 * <p>A task that is done does not change any more; later reports are ignored. A task that is
 * running according to a status, but not in this process, was interrupted by a restart: call {@link
 * #interrupted}.
 *
 * <p>Immutable and thread-safe.
 *
 * @param state the state
 * @param started when it began; present unless it is pending
 * @param finished when it was done; present when it is
 * @param message one line for people: the result or the reason; may be empty
 */
public record BackupTask(
    State state, Optional<Instant> started, Optional<Instant> finished, String message) {
  /** The states of a task. */
  public enum State {
    /** It has not begun. */
    PENDING("Pending"),
    /** It is running. */
    RUNNING("Running"),
    /** It succeeded. */
    SUCCEEDED("Succeeded"),
    /** It failed and is not tried again. */
    FAILED("Failed");

    private final String label;

    State(String label) {
      this.label = label;
    }

    /**
     * Returns the state as Kubernetes writes phases.
     *
     * @return {@code Pending}, {@code Running}, {@code Succeeded} or {@code Failed}
     */
    public String label() {
      return label;
    }

    /**
     * Returns the state of a label.
     *
     * @param label the label; null or an unknown one for pending
     * @return the state
     */
    public static State ofLabel(@Nullable String label) {
      for (State one : values()) {
        if (one.label.equals(label)) {
          return one;
        }
      }
      return PENDING;
    }
  }

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when the state cannot have these times
   */
  public BackupTask {
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(message, "message");
    boolean done = state == State.SUCCEEDED || state == State.FAILED;
    if (finished.isPresent() != done || (state == State.PENDING) != started.isEmpty()) {
      throw new IllegalArgumentException(
          "a task that is " + state.label + " cannot have these times");
    }
  }

  /**
   * Returns a task that was not begun.
   *
   * @return a pending task
   */
  public static BackupTask pending() {
    return new BackupTask(State.PENDING, Optional.empty(), Optional.empty(), "");
  }

  /**
   * Begins the task.
   *
   * @param now the time
   * @return the running task; this one when it is running or done
   */
  public BackupTask begin(Instant now) {
    return state == State.PENDING
        ? new BackupTask(State.RUNNING, Optional.of(now), Optional.empty(), "")
        : this;
  }

  /**
   * Reports success.
   *
   * @param now the time
   * @param message what was done, for example the key of the backup
   * @return the task that succeeded; this one when it is done
   */
  public BackupTask succeed(Instant now, String message) {
    return done(State.SUCCEEDED, now, message);
  }

  /**
   * Reports failure.
   *
   * @param now the time
   * @param message the reason, in one line
   * @return the task that failed; this one when it is done
   */
  public BackupTask fail(Instant now, String message) {
    return done(State.FAILED, now, message);
  }

  /**
   * Returns the task as it is after a restart of the operator.
   *
   * @param now the time
   * @param repeatable whether it may be carried out again, as a restore whose steps are idempotent;
   *     a backup may have been stored, so it is not taken twice
   * @return the pending task when it may be repeated, else the failed one; this one when it is not
   *     running
   */
  public BackupTask interrupted(Instant now, boolean repeatable) {
    Objects.requireNonNull(now, "now");
    if (state != State.RUNNING) {
      return this;
    }
    return repeatable
        ? pending()
        : fail(now, "the operator ended while it ran; create another one to try again");
  }

  /**
   * Returns whether the task is done.
   *
   * @return true when it succeeded or failed
   */
  public boolean isDone() {
    return finished.isPresent();
  }

  /**
   * Returns when the resource of the task may be deleted.
   *
   * @param ttl how long it stays after the task is done, 0 to 36,500 days
   * @return the time; empty while it is not done
   * @throws IllegalArgumentException when the duration is out of range
   */
  public Optional<Instant> expires(Duration ttl) {
    if (ttl.isNegative() || ttl.compareTo(Duration.ofDays(36_500)) > 0) {
      throw new IllegalArgumentException("ttl must be 0 to 36500 days, not " + ttl);
    }
    return finished.map(time -> time.plus(ttl));
  }

  private BackupTask done(State as, Instant now, String text) {
    return isDone()
        ? this
        : new BackupTask(as, Optional.of(started.orElse(now)), Optional.of(now), text);
  }
}
