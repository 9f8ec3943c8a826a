package dev.etcdbackup.kubernetes;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.schedule.Anomaly;
import dev.etcdbackup.schedule.BackupListener;
import dev.etcdbackup.schedule.CheckResult;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.schedule.ScheduledCheck;
import dev.etcdbackup.service.BackupResult;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * A listener of a scheduler that writes Kubernetes Events ({@code events.k8s.io/v1}), so that
 * {@code kubectl describe} of a resource shows the results of its backups.
 *
 * <p>It writes an event for each backup that was stored or failed, for suspicious backups, for
 * pruning and copying that failed, for checks, and for lost locks; the reasons are the constants of
 * this class. An event that repeats within 1 hour is not created again: the existing event gets a
 * series with a count, which is updated at most once in 5 minutes. An object gets at most 25 new
 * events an hour; more are dropped. So a cluster that fails every few seconds costs at most 13
 * requests an hour.
 *
 * <p>It never delays a backup: one daemon thread sends the events and ends after 5 seconds without
 * any. At most 1,000 events wait; further ones are dropped. An event that cannot be written is
 * lost, and logged at DEBUG. Thread-safe.
 *
 * <p>Needs the verbs {@code create} and {@code update} for {@code events} of {@code events.k8s.io}
 * in the namespaces of the objects.
 */
public final class BackupEvents implements BackupListener, AutoCloseable {
  /** Reason of an event: a backup was stored. */
  public static final String BACKUP_STORED = "BackupStored";

  /** Reason of a warning: a run failed. */
  public static final String BACKUP_FAILED = "BackupFailed";

  /** Reason of a warning: backups are suspicious, so the series is not pruned. */
  public static final String BACKUP_SUSPICIOUS = "BackupSuspicious";

  /** Reason of a warning: a series could not be pruned. */
  public static final String PRUNE_FAILED = "PruneFailed";

  /** Reason of a warning: backups could not be copied to a second store. */
  public static final String COPY_FAILED = "CopyFailed";

  /** Reason of an event: the newest backup was verified. */
  public static final String BACKUP_VERIFIED = "BackupVerified";

  /** Reason of an event: the newest backup was restored in a drill. */
  public static final String RESTORE_PROVEN = "RestoreProven";

  /** Reason of a warning: a check or a drill of the newest backup failed or was not possible. */
  public static final String CHECK_FAILED = "CheckFailed";

  /** Reason of a warning: the lock was lost during a run. */
  public static final String LOCK_LOST = "LockLost";

  private final EventSender sender;
  private final Function<String, Optional<ObjectReference>> regarding;

  private BackupEvents(EventSender sender, Function<String, Optional<ObjectReference>> regarding) {
    this.sender = sender;
    this.regarding = Objects.requireNonNull(regarding, "regarding");
  }

  /**
   * Returns a listener.
   *
   * @param client how to reach the API server; not closed by the listener
   * @param controller the name of the operator, for example {@code etcdbackup.dev/operator}
   * @param instance the name of this process, for example that of its pod; 128 characters at most
   * @param regarding returns the object of a project, with its namespace and UID; empty for a
   *     project without one, whose events are not written. Called on the threads of runs
   * @return the listener
   */
  public static BackupEvents of(
      KubernetesClient client,
      String controller,
      String instance,
      Function<String, Optional<ObjectReference>> regarding) {
    return new BackupEvents(
        new EventSender(client, controller, instance, InstantSource.system()), regarding);
  }

  /**
   * Returns a listener of no scheduler, for {@link #write} and {@link #forProjects}.
   *
   * @param client how to reach the API server; not closed by the listener
   * @param controller the name of the operator, for example {@code etcdbackup.dev/operator}
   * @param instance the name of this process, for example that of its pod; 128 characters at most
   * @return the listener
   */
  public static BackupEvents of(KubernetesClient client, String controller, String instance) {
    return of(client, controller, instance, project -> Optional.empty());
  }

  /**
   * Returns a listener for another scheduler, with the thread and the limits of this one. Closing
   * either closes both.
   *
   * @param other returns the object of a project of that scheduler, as for {@link #of}
   * @return the listener
   */
  public BackupEvents forProjects(Function<String, Optional<ObjectReference>> other) {
    return new BackupEvents(sender, other);
  }

  /** With another clock, for tests. */
  static BackupEvents of(
      KubernetesClient client,
      Function<String, Optional<ObjectReference>> regarding,
      InstantSource clock) {
    return new BackupEvents(
        new EventSender(client, "etcdbackup.dev/test", "test-0", clock), regarding);
  }

  @Override
  public void succeeded(String project, BackupResult result) {
    write(project, "Normal", BACKUP_STORED, "stored " + result.key());
  }

  @Override
  public void failed(FailedRun failure) {
    write(failure.project(), "Warning", BACKUP_FAILED, failure.message());
  }

  @Override
  public void suspicious(String project, List<Anomaly> anomalies) {
    write(project, "Warning", BACKUP_SUSPICIOUS, "not pruned: " + anomalies.get(0));
  }

  @Override
  public void pruneFailed(String project, BackupException cause) {
    write(project, "Warning", PRUNE_FAILED, String.valueOf(cause.getMessage()));
  }

  @Override
  public void copyFailed(String project, String store, BackupException cause) {
    write(project, "Warning", COPY_FAILED, "to " + store + ": " + cause.getMessage());
  }

  @Override
  public void checked(String project, CheckResult result) {
    if (!result.ok()) {
      write(
          project,
          "Warning",
          CHECK_FAILED,
          result.kind() + " of " + result.key() + ": " + String.join("; ", result.problems()));
      return;
    }
    boolean drill = result.kind() == ScheduledCheck.Kind.DRILL;
    write(
        project,
        "Normal",
        drill ? RESTORE_PROVEN : BACKUP_VERIFIED,
        (drill ? "restored " : "verified ") + result.key());
  }

  @Override
  public void checkFailed(String project, ScheduledCheck.Kind kind, Exception cause) {
    write(project, "Warning", CHECK_FAILED, "no " + kind + " was possible: " + cause.getMessage());
  }

  @Override
  public void lockLost(String project) {
    write(project, "Warning", LOCK_LOST, "the lock was lost during a backup, which is given up");
  }

  /**
   * Writes an event of the application's own, with the same limits. Returns at once.
   *
   * @param object the object, with its namespace and UID
   * @param type {@code Normal} or {@code Warning}
   * @param reason a reason in CamelCase
   * @param note one line for people; cut after 1,024 bytes of UTF-8, the most that the API server
   *     takes
   */
  public void write(ObjectReference object, String type, String reason, String note) {
    sender.write(object, type, reason, note);
  }

  /**
   * Sends what waits, for 5 seconds at most, and ends the thread. Events after this are dropped.
   * Closing again does nothing.
   */
  @Override
  public void close() {
    sender.close();
  }

  private void write(String project, String type, String reason, String note) {
    regarding.apply(project).ifPresent(object -> write(object, type, reason, note));
  }
}
