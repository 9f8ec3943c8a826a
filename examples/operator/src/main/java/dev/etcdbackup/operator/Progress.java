package dev.etcdbackup.operator;

import dev.etcdbackup.schedule.ClusterStatus;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.service.BackupResult;
import java.time.Instant;
import java.util.Optional;

/**
 * How a scheduled cluster stands since the operator was started.
 *
 * @param last the last backup
 * @param failure why the last run failed; empty when it did not, or there was none
 * @param lastRun when the last run ended
 * @param cluster what the scheduler knows
 */
public record Progress(
    Optional<BackupResult> last,
    Optional<FailedRun> failure,
    Optional<Instant> lastRun,
    Optional<ClusterStatus> cluster) {
  static final Progress NONE =
      new Progress(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  Progress after(BackupResult result) {
    Instant now = result.backup().time().orElseThrow();
    return new Progress(Optional.of(result), Optional.empty(), Optional.of(now), cluster);
  }

  Progress after(FailedRun failed) {
    return new Progress(last, Optional.of(failed), Optional.of(failed.at()), cluster);
  }

  Progress with(Optional<ClusterStatus> status) {
    return new Progress(last, failure, lastRun, status);
  }
}
