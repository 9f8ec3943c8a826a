package dev.etcdbackup.schedule;

import dev.etcdbackup.service.BackupResult;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a run.
 *
 * @param kind the kind of outcome
 * @param recorded the failures of earlier processes, newest first; only of a run that lists
 * @param view the state of the series by the listing; null when nothing was listed
 * @param result the stored backup; present with {@link Kind#STORED}
 * @param failure the exception; present with {@link Kind#FAILED}
 * @param reason the component that failed; present with {@link Kind#FAILED}
 * @param copies why each second store still lacks backups, by name, empty when it has them all;
 *     null when nothing was copied
 */
record RunOutcome(
    Kind kind,
    List<FailedRun> recorded,
    @Nullable SeriesState view,
    @Nullable BackupResult result,
    @Nullable Exception failure,
    FailedRun.@Nullable Reason reason,
    @Nullable Map<String, String> copies) {
  enum Kind {
    /** The project was listed, and no backup was due. */
    LOOKED,
    /** A backup was due and was skipped, because the cluster is unchanged since the newest. */
    UNCHANGED,
    /** A backup was stored. */
    STORED,
    /** Backups were copied to second stores again; no backup was due. */
    COPIED,
    /** Another process holds the lock. */
    BUSY,
    /** The run failed, and nothing was stored. */
    FAILED,
    /** The run was cancelled, because the scheduler was stopped or the cluster was removed. */
    CANCELLED
  }

  static RunOutcome looked(SeriesState view) {
    return looked(view, List.of());
  }

  static RunOutcome looked(SeriesState view, List<FailedRun> recorded) {
    return new RunOutcome(Kind.LOOKED, List.copyOf(recorded), view, null, null, null, null);
  }

  static RunOutcome unchanged(SeriesState view) {
    return new RunOutcome(Kind.UNCHANGED, List.of(), view, null, null, null, null);
  }

  static RunOutcome stored(
      BackupResult result, @Nullable SeriesState view, @Nullable Map<String, String> copies) {
    return new RunOutcome(Kind.STORED, List.of(), view, result, null, null, copies);
  }

  static RunOutcome copied(Map<String, String> copies) {
    return new RunOutcome(Kind.COPIED, List.of(), null, null, null, null, copies);
  }

  static RunOutcome busy() {
    return new RunOutcome(Kind.BUSY, List.of(), null, null, null, null, null);
  }

  static RunOutcome failed(Exception failure, FailedRun.Reason reason, @Nullable SeriesState view) {
    return new RunOutcome(Kind.FAILED, List.of(), view, null, failure, reason, null);
  }

  static RunOutcome cancelled() {
    return new RunOutcome(Kind.CANCELLED, List.of(), null, null, null, null, null);
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
