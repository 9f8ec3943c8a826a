package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.CopyReport;
import dev.etcdbackup.service.PruneReport;
import java.util.List;

/**
 * A listener that receives the events of a scheduler. Every method does nothing by default.
 *
 * <p>The threads of the runs and of the transfers call it, for several projects concurrently, so
 * implementations must be thread-safe. The calls for one project do not overlap, except those of
 * {@link #lockLost}: its next run starts after {@link #ended} has returned. A listener must return
 * quickly, because the run waits for it. An exception of a listener does not affect the backup: it
 * is logged once for each listener and otherwise ignored.
 */
public interface BackupListener {
  /**
   * An attempt starts: the lock is held, and a backup is due or was requested.
   *
   * @param project the project
   */
  default void started(String project) {}

  /**
   * Bytes were transferred. Called about once per MiB and at the end.
   *
   * @param project the project
   * @param bytes the number of bytes of the snapshot that were transferred so far
   * @param total the size of the snapshot in bytes
   */
  default void progress(String project, long bytes, long total) {}

  /**
   * A backup was stored.
   *
   * @param project the project
   * @param result the backup
   */
  default void succeeded(String project, BackupResult result) {}

  /**
   * A run failed. Nothing was stored, unless the cause is a store exception whose outcome is
   * unknown. Not called for a run that only copies to second stores again.
   *
   * @param failure the failure and its cause
   */
  default void failed(FailedRun failure) {}

  /**
   * A run was skipped, because there was nothing to do or another process does it. That may turn
   * out after {@link #started}, when another process has stored a backup of the same name.
   *
   * @param project the project
   * @param reason the reason, in one line
   */
  default void skipped(String project, String reason) {}

  /**
   * A run ended, with whatever result, and also when it only listed the store. This is the last
   * call for a run: from now on {@link BackupScheduler#status} has its result, which it does not
   * have yet when {@link #succeeded} is called.
   *
   * @param project the project
   */
  default void ended(String project) {}

  /**
   * A series was pruned after a backup, whether or not anything was deleted.
   *
   * @param project the project
   * @param report the backups that were deleted, and those that the store refused to delete
   */
  default void pruned(String project, PruneReport report) {}

  /**
   * A series could not be pruned. The backup before that is stored nevertheless, and the series is
   * pruned after the next backup.
   *
   * @param project the project
   * @param cause the cause
   */
  default void pruneFailed(String project, BackupException cause) {}

  /**
   * A series was not pruned, because it has suspicious backups that were not accepted. Called after
   * every backup as long as that is the case; see {@link AnomalyGuard}.
   *
   * @param project the project
   * @param anomalies the suspicious backups with the reasons, from the oldest to the newest; at
   *     least one
   */
  default void suspicious(String project, List<Anomaly> anomalies) {}

  /**
   * The backups of a project were copied to a second store after a run.
   *
   * @param project the project
   * @param store the name of the second store
   * @param report the result for each backup; not all of them may have been copied
   */
  default void copied(String project, String store, CopyReport report) {}

  /**
   * The backups of a project could not be copied to a second store. They are stored in the first
   * one nevertheless, and are copied after the next run.
   *
   * @param project the project
   * @param store the name of the second store
   * @param cause the cause
   */
  default void copyFailed(String project, String store, BackupException cause) {}

  /**
   * The newest backup of a project was checked after a run.
   *
   * @param project the project
   * @param result what was found
   */
  default void checked(String project, CheckResult result) {}

  /**
   * The newest backup of a project could not be checked. It is tried again after the next run.
   *
   * @param project the project
   * @param kind what was to be checked
   * @param cause the cause
   */
  default void checkFailed(String project, ScheduledCheck.Kind kind, Exception cause) {}

  /**
   * The lock of a project was lost during a run. The run is cancelled and commits nothing after
   * this, unless the store completes a commit that had begun. Called on a thread of the lock,
   * before the run is interrupted.
   *
   * @param project the project
   */
  default void lockLost(String project) {}
}
