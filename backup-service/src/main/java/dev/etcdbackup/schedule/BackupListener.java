package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.PruneReport;
import java.util.List;

/**
 * Is informed of what a scheduler does. Every method does nothing unless it is overridden.
 *
 * <p>Called by the threads that carry the runs out, of several projects at once, so implementations
 * are thread-safe; those of one project come one after the other, except {@link #lockLost}. Be
 * quick: a slow listener is a slow run. What a listener throws never breaks a backup: it is logged
 * the first time, and dropped.
 */
public interface BackupListener {
  /**
   * A try begins: the lock is held, and a backup is due or was asked for.
   *
   * @param project the project
   */
  default void started(String project) {}

  /**
   * Bytes have moved; about once a MiB, and at the end.
   *
   * @param project the project
   * @param bytes bytes of the snapshot so far
   * @param total bytes of the whole snapshot
   */
  default void progress(String project, long bytes, long total) {}

  /**
   * A backup is stored.
   *
   * @param project the project
   * @param result what was stored
   */
  default void succeeded(String project, BackupResult result) {}

  /**
   * A run failed: nothing was stored, unless the cause says that the outcome is unknown.
   *
   * @param failure what failed and why
   */
  default void failed(FailedRun failure) {}

  /**
   * There was nothing to do, or another process does it.
   *
   * @param project the project
   * @param reason why, in one line
   */
  default void skipped(String project, String reason) {}

  /**
   * A series was pruned after a backup, whether anything had to go or not.
   *
   * @param project the project
   * @param report what was deleted, and what the store refused to delete
   */
  default void pruned(String project, PruneReport report) {}

  /**
   * A series could not be pruned; the backup before it is stored all the same, and pruning is tried
   * again after the next one.
   *
   * @param project the project
   * @param cause why
   */
  default void pruneFailed(String project, BackupException cause) {}

  /**
   * A series is not pruned, because backups in it are suspicious and not accepted. Called after
   * every run while that is so; see {@link AnomalyGuard}.
   *
   * @param project the project
   * @param suspicions which ones and why, oldest first, at least one
   */
  default void suspicious(String project, List<Anomaly> suspicions) {}

  /**
   * The lock of a project was lost during a run, which is being ended: it commits nothing from here
   * on. Called by a thread of the lock.
   *
   * @param project the project
   */
  default void lockLost(String project) {}
}
