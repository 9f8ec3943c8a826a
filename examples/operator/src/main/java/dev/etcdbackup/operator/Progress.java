package dev.etcdbackup.operator;

import dev.etcdbackup.schedule.ClusterStatus;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.service.BackupResult;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

  /**
   * Returns when the newest backup in the store was taken, if that is after what a status says.
   * Then an earlier process stored it, and ended before it could write so.
   *
   * @param said the last time that the status has; null for none
   * @return the time; empty when the status has it, or a run of this process has news
   */
  public Optional<Instant> storedBefore(@Nullable String said) {
    return lastRun.isPresent()
        ? Optional.empty()
        : cluster
            .filter(ClusterStatus::known)
            .flatMap(ClusterStatus::newest)
            .filter(newest -> said == null || isBefore(said, newest));
  }

  private static boolean isBefore(String said, Instant newest) {
    try {
      return Instant.parse(said).isBefore(newest.truncatedTo(ChronoUnit.SECONDS));
    } catch (DateTimeException notOurs) {
      return false;
    }
  }

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
