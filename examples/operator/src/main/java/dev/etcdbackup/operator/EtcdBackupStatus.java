package dev.etcdbackup.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.etcdbackup.service.BackupResult;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How it stands.
 *
 * @param succeeded whether the last run stored a backup; absent before the first
 * @param reason why not, or why the resource cannot be meant
 * @param lastBackup the key of the last backup
 * @param etcdRevision its revision
 * @param lastSuccessDate when it was taken
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EtcdBackupStatus(
    @Nullable Boolean succeeded,
    @Nullable String reason,
    @Nullable String lastBackup,
    @Nullable Long etcdRevision,
    @Nullable String lastSuccessDate) {

  static EtcdBackupStatus unknown() {
    return new EtcdBackupStatus(null, null, null, null, null);
  }

  static EtcdBackupStatus succeeded(BackupResult result) {
    OptionalLong revision = result.digest().revision();
    return new EtcdBackupStatus(
        true,
        null,
        result.key().toString(),
        revision.isPresent() ? (Long) revision.getAsLong() : null,
        result.backup().time().orElseThrow().toString());
  }

  EtcdBackupStatus failed(String why) {
    return new EtcdBackupStatus(false, why, lastBackup, etcdRevision, lastSuccessDate);
  }

  /** Without a failure of which nothing is known any more. */
  EtcdBackupStatus pardoned() {
    return Boolean.FALSE.equals(succeeded)
        ? new EtcdBackupStatus(null, null, lastBackup, etcdRevision, lastSuccessDate)
        : this;
  }
}
