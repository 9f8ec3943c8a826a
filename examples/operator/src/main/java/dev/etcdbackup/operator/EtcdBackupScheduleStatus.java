package dev.etcdbackup.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.etcdbackup.Backup;
import dev.etcdbackup.service.BackupResult;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How it stands.
 *
 * @param observedGeneration the generation of the spec that this is of
 * @param lastBackup the key of the last backup
 * @param etcdRevision its revision
 * @param sizeBytes the size of its snapshot
 * @param lastSuccessTime when it was taken
 * @param nextDueTime when the next one is due
 * @param conditions {@code Ready}, {@code LastBackupSucceeded}, {@code BackupFresh}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EtcdBackupScheduleStatus(
    @Nullable Long observedGeneration,
    @Nullable String lastBackup,
    @Nullable Long etcdRevision,
    @Nullable Long sizeBytes,
    @Nullable String lastSuccessTime,
    @Nullable String nextDueTime,
    @Nullable List<Condition> conditions) {
  static final EtcdBackupScheduleStatus NONE =
      new EtcdBackupScheduleStatus(null, null, null, null, null, null, null);

  EtcdBackupScheduleStatus stored(BackupResult result) {
    OptionalLong revision = result.digest().revision();
    return new EtcdBackupScheduleStatus(
        observedGeneration,
        result.key().toString(),
        revision.isPresent() ? (Long) revision.getAsLong() : null,
        result.digest().size(),
        result.backup().time().orElseThrow().toString(),
        nextDueTime,
        conditions);
  }

  /** With a backup of which no more is known than its name. */
  EtcdBackupScheduleStatus found(Backup backup) {
    return new EtcdBackupScheduleStatus(
        observedGeneration,
        backup.key().toString(),
        null,
        null,
        backup.time().orElseThrow().toString(),
        nextDueTime,
        conditions);
  }

  EtcdBackupScheduleStatus seen(
      @Nullable Long generation, @Nullable String nextDue, List<Condition> now) {
    return new EtcdBackupScheduleStatus(
        generation, lastBackup, etcdRevision, sizeBytes, lastSuccessTime, nextDue, now);
  }
}
