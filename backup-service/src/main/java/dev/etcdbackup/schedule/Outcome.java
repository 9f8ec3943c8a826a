package dev.etcdbackup.schedule;

import dev.etcdbackup.service.BackupResult;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param kind the end
 * @param view what the store was seen to hold; null when it was not looked at
 * @param result what was stored; present with {@link Kind#STORED}
 * @param failure what went wrong; present with {@link Kind#FAILED}
 * @param reason whose failure it was; present with {@link Kind#FAILED}
 */
record Outcome(
    Kind kind,
    @Nullable SeriesState view,
    @Nullable BackupResult result,
    @Nullable Exception failure,
    FailedRun.@Nullable Reason reason) {
  enum Kind {
    /** The store was looked at, and there was nothing to do. */
    LOOKED,
    /** A backup is stored. */
    STORED,
    /** Somebody else holds the lock. */
    BUSY,
    /** Nothing is stored. */
    FAILED,
    /** The run was cancelled: by a stop, or because its cluster was removed. */
    CANCELLED
  }

  static Outcome looked(SeriesState view) {
    return new Outcome(Kind.LOOKED, view, null, null, null);
  }

  static Outcome stored(BackupResult result, @Nullable SeriesState view) {
    return new Outcome(Kind.STORED, view, result, null, null);
  }

  static Outcome busy() {
    return new Outcome(Kind.BUSY, null, null, null, null);
  }

  static Outcome failed(Exception failure, FailedRun.Reason reason) {
    return new Outcome(Kind.FAILED, null, null, failure, reason);
  }

  static Outcome cancelled() {
    return new Outcome(Kind.CANCELLED, null, null, null, null);
  }

  BackupResult stored() {
    return Objects.requireNonNull(result);
  }

  Exception thrown() {
    return Objects.requireNonNull(failure);
  }

  FailedRun.Reason blamed() {
    return Objects.requireNonNull(reason);
  }
}
