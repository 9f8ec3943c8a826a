package dev.etcdbackup.operator.coreos;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.etcdbackup.operator.Progress;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.service.BackupResult;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How it stands, with the fields of the etcd operator.
 *
 * @param succeeded whether the last run stored a backup
 * @param reason why not, in the field {@code Reason}
 * @param etcdVersion the version of etcd
 * @param etcdRevision the revision of the backup
 * @param lastSuccessDate when the last backup was taken
 * @param lastExecutionDate when the last run ended, as a fork has it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EtcdBackupStatus(
    boolean succeeded,
    @JsonProperty("Reason")
        @JsonPropertyDescription("Why the last run stored no backup; absent when it did.")
        @Nullable String reason,
    @Nullable String etcdVersion,
    @Nullable Long etcdRevision,
    @Nullable String lastSuccessDate,
    @Nullable String lastExecutionDate) {
  private static final int LONGEST_REASON = 1024; // as of a condition
  static final EtcdBackupStatus NONE = new EtcdBackupStatus(false, null, null, null, null, null);

  static EtcdBackupStatus succeeded(BackupResult result) {
    OptionalLong revision = result.digest().revision();
    String time = second(result.backup().time().orElse(result.backup().stored().lastModified()));
    return new EtcdBackupStatus(
        true,
        null,
        result.info().etcdVersion().isEmpty() ? null : result.info().etcdVersion(),
        revision.isPresent() ? (Long) revision.getAsLong() : null,
        time,
        time);
  }

  /** An earlier process stored a backup then. */
  EtcdBackupStatus found(Instant newest) {
    return new EtcdBackupStatus(true, null, null, null, second(newest), second(newest));
  }

  EtcdBackupStatus failed(String why) {
    return new EtcdBackupStatus(
        false, cut(why), etcdVersion, etcdRevision, lastSuccessDate, lastExecutionDate);
  }

  /** It is on a schedule, after it was refused. */
  EtcdBackupStatus accepted() {
    return new EtcdBackupStatus(
        lastSuccessDate != null,
        null,
        etcdVersion,
        etcdRevision,
        lastSuccessDate,
        lastExecutionDate);
  }

  EtcdBackupStatus failed(FailedRun run) {
    return new EtcdBackupStatus(
        false, cut(run.message()), etcdVersion, etcdRevision, lastSuccessDate, second(run.at()));
  }

  /** What is news, and else what was known: schedulers begin anew when the operator does. */
  EtcdBackupStatus after(Progress progress) {
    if (progress.failure().isPresent()) {
      EtcdBackupStatus last = progress.last().map(EtcdBackupStatus::succeeded).orElse(this);
      return last.failed(progress.failure().get());
    }
    return progress.last().map(EtcdBackupStatus::succeeded).orElse(this);
  }

  /** Whether one that is taken once has been. */
  boolean isDone() {
    return succeeded || (reason != null && !reason.isEmpty());
  }

  /** A reason that quotes a spec of a megabyte would be more than the API server stores. */
  static String cut(String reason) {
    if (reason.length() <= LONGEST_REASON) {
      return reason;
    }
    int end = LONGEST_REASON - 1; // not within a character: half of one is no UTF-8
    return reason.substring(0, Character.isHighSurrogate(reason.charAt(end - 1)) ? end - 1 : end)
        + "…";
  }

  static String second(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
