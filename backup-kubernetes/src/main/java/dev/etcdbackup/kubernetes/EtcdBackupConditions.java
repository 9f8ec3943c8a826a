package dev.etcdbackup.kubernetes;

import dev.etcdbackup.coverage.CoverageState;
import dev.etcdbackup.schedule.CheckResult;
import dev.etcdbackup.schedule.ClusterStatus;
import dev.etcdbackup.schedule.FailedRun;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of a resource whose cluster is backed up, as Kubernetes writes them ({@code
 * metav1.Condition}).
 *
 * <pre>{@code
 * EtcdBackupConditions conditions =
 *     EtcdBackupConditions.of(status.getConditions(), resource.getMetadata().getGeneration(), now)
 *         .ready(EtcdBackupConditions.SCHEDULED, "every 6 h")
 *         .backups(scheduler status of the project);
 * status.setConditions(conditions.list());
 * }</pre>
 *
 * <p>{@code lastTransitionTime} changes only when the status of a condition does; {@code
 * observedGeneration} is that of the resource that was looked at. A condition that is not named is
 * kept as it was, and so are those of other types. A status that is computed again without a change
 * is equal to the one before, so an operator that compares them writes nothing.
 *
 * <p>Immutable and thread-safe.
 */
public final class EtcdBackupConditions {
  /** The type of the condition that the resource is valid and its cluster is scheduled. */
  public static final String READY = "Ready";

  /** The type of the condition that the newest backup is recent enough. */
  public static final String BACKUP_FRESH = "BackupFresh";

  /** The type of the condition that the last run stored a backup. */
  public static final String LAST_BACKUP_SUCCEEDED = "LastBackupSucceeded";

  /** The type of the condition that a backup was restored in a drill. */
  public static final String RESTORE_PROVEN = "RestoreProven";

  /** Reason of {@link #READY}: the cluster is in the scheduler. */
  public static final String SCHEDULED = "Scheduled";

  /** Reason of {@link #READY}: the specification cannot be carried out. */
  public static final String INVALID_SPEC = "InvalidSpec";

  /** Reason of {@link #READY}: the project belongs to another resource. */
  public static final String PROJECT_CONFLICT = "ProjectConflict";

  /** Reason of {@link #READY}: a Secret or ConfigMap is missing or does not hold what it should. */
  public static final String INVALID_SECRET = "InvalidSecret";

  /** Reason of {@link #READY}: backups are suspended. */
  public static final String SUSPENDED = "Suspended";

  /** Reason of {@link #BACKUP_FRESH}: the newest backup is recent enough. */
  public static final String FRESH = "Fresh";

  /** Reason of {@link #BACKUP_FRESH}: the newest backup is too old. */
  public static final String STALE = "Stale";

  /** Reason of {@link #BACKUP_FRESH}: there is no backup, although one was due. */
  public static final String MISSING = "Missing";

  /** Reason of {@link #BACKUP_FRESH}: there is no backup, and none was due yet. */
  public static final String YOUNG = "Young";

  /** Reason of {@link #BACKUP_FRESH}: the cluster is not backed up on a schedule. */
  public static final String NOT_AUTOMATED = "NotAutomated";

  /** Reason of {@link #BACKUP_FRESH}: the store was not listed yet, or cannot be. */
  public static final String UNKNOWN = "StoreNotListed";

  /** Reason of {@link #LAST_BACKUP_SUCCEEDED}: the last run stored a backup. */
  public static final String STORED = "Stored";

  /** Reason of {@link #LAST_BACKUP_SUCCEEDED}: etcd failed. */
  public static final String SOURCE_FAILED = "SourceFailed";

  /** Reason of {@link #LAST_BACKUP_SUCCEEDED}: the store failed. */
  public static final String STORE_FAILED = "StoreFailed";

  /** Reason of {@link #LAST_BACKUP_SUCCEEDED}: the lock could not be acquired or was lost. */
  public static final String LOCK_FAILED = "LockFailed";

  /** Reason of {@link #LAST_BACKUP_SUCCEEDED}: the run failed otherwise. */
  public static final String FAILED = "Failed";

  /** Reason of {@link #LAST_BACKUP_SUCCEEDED}: no run has ended since the operator was started. */
  public static final String NO_RUN_YET = "NoRunYet";

  /** Reason of {@link #RESTORE_PROVEN}: the backup was restored. */
  public static final String RESTORED = "Restored";

  /** Reason of {@link #RESTORE_PROVEN}: the restored cluster had problems. */
  public static final String DRILL_FAILED = "DrillFailed";

  /** Reason of {@link #RESTORE_PROVEN}: no drill was made yet. */
  public static final String NO_DRILL_YET = "NoDrillYet";

  private static final int LONGEST_MESSAGE = 1024; // the API server takes 32,768 characters

  private final Map<String, Condition> conditions;
  private final long generation;
  private final Instant now;

  private EtcdBackupConditions(Map<String, Condition> conditions, long generation, Instant now) {
    this.conditions = conditions;
    this.generation = generation;
    this.now = now;
  }

  /**
   * Begins with the conditions that the resource has.
   *
   * @param before the conditions of its status; null for none
   * @param generation {@code metadata.generation} of the resource; null for 0
   * @param now the time of a transition, cut to the second
   * @return the same conditions
   */
  public static EtcdBackupConditions of(
      @Nullable Collection<Condition> before, @Nullable Long generation, Instant now) {
    Map<String, Condition> conditions = new LinkedHashMap<>();
    if (before != null) {
      before.forEach(one -> conditions.put(one.getType(), one));
    }
    return new EtcdBackupConditions(
        conditions, generation == null ? 0 : generation, now.truncatedTo(ChronoUnit.SECONDS));
  }

  /**
   * Sets {@link #READY} to true.
   *
   * @param reason a reason in CamelCase, for example {@link #SCHEDULED}
   * @param message one line for people
   * @return the changed conditions
   */
  public EtcdBackupConditions ready(String reason, String message) {
    return with(READY, "True", reason, message);
  }

  /**
   * Sets {@link #READY} to false.
   *
   * @param reason a reason in CamelCase, for example {@link #INVALID_SPEC}
   * @param message one line for people, with what to do
   * @return the changed conditions
   */
  public EtcdBackupConditions notReady(String reason, String message) {
    return with(READY, "False", reason, message);
  }

  /**
   * Sets the conditions of a resource whose cluster is not scheduled: {@link #READY} to false and
   * {@link #BACKUP_FRESH} to unknown. A {@link #LAST_BACKUP_SUCCEEDED} that the resource has is
   * kept.
   *
   * @param reason a reason in CamelCase, for example {@link #SUSPENDED} or {@link #INVALID_SPEC}
   * @param message one line for people, with what to do
   * @return the changed conditions
   */
  public EtcdBackupConditions notScheduled(String reason, String message) {
    return notReady(reason, message)
        .with(BACKUP_FRESH, "Unknown", reason, "the cluster is not backed up on a schedule")
        .noRunYet();
  }

  /**
   * Sets {@link #BACKUP_FRESH} and {@link #LAST_BACKUP_SUCCEEDED} by the status of the project in a
   * scheduler. Before the first run after a start, a {@link #LAST_BACKUP_SUCCEEDED} that the
   * resource has is kept.
   *
   * @param status the status
   * @return the changed conditions
   */
  public EtcdBackupConditions backups(ClusterStatus status) {
    return freshness(status).lastRun(status);
  }

  /**
   * Sets {@link #RESTORE_PROVEN} by a drill.
   *
   * @param drill the result of the last drill; empty when there was none, which keeps what the
   *     resource has
   * @return the changed conditions
   */
  public EtcdBackupConditions drill(Optional<CheckResult> drill) {
    if (drill.isEmpty()) {
      return conditions.containsKey(RESTORE_PROVEN)
          ? this
          : with(RESTORE_PROVEN, "Unknown", NO_DRILL_YET, "no backup was restored in a drill yet");
    }
    CheckResult result = drill.get();
    return result.ok()
        ? with(
            RESTORE_PROVEN,
            "True",
            RESTORED,
            "%s was restored in %d s".formatted(result.key(), result.took().toSeconds()))
        : with(
            RESTORE_PROVEN,
            "False",
            DRILL_FAILED,
            "the restore of " + result.key() + " failed: " + String.join("; ", result.problems()));
  }

  /**
   * Returns the conditions.
   *
   * @return the conditions, in the order in which they were first set
   */
  public List<Condition> list() {
    return List.copyOf(conditions.values());
  }

  /**
   * Returns whether a condition is true.
   *
   * @param type the type of the condition
   * @return false when it is false, unknown or not there
   */
  public boolean isTrue(String type) {
    Condition condition = conditions.get(type);
    return condition != null && "True".equals(condition.getStatus());
  }

  /**
   * Returns the conditions with one more, or with another value of one.
   *
   * @param type the type of the condition
   * @param status {@code True}, {@code False} or {@code Unknown}
   * @param reason a reason in CamelCase
   * @param message one line for people; cut after 1,024 characters
   * @return the changed conditions
   */
  public EtcdBackupConditions with(String type, String status, String reason, String message) {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(reason, "reason");
    Condition before = conditions.get(type);
    String time =
        before != null && Objects.equals(before.getStatus(), status)
            ? before.getLastTransitionTime()
            : now.toString();
    Map<String, Condition> changed = new LinkedHashMap<>(conditions);
    changed.put(
        type,
        new ConditionBuilder()
            .withType(type)
            .withStatus(status)
            .withReason(reason)
            .withMessage(cut(message))
            .withObservedGeneration(generation)
            .withLastTransitionTime(time)
            .build());
    return new EtcdBackupConditions(changed, generation, now);
  }

  private EtcdBackupConditions freshness(ClusterStatus status) {
    String newest =
        status
            .newest()
            .map(time -> "the newest backup is of " + time.truncatedTo(ChronoUnit.SECONDS))
            .orElse("there is no backup");
    CoverageState state = status.state();
    return switch (state) {
      case FRESH -> with(BACKUP_FRESH, "True", FRESH, newest);
      case STALE -> with(BACKUP_FRESH, "False", STALE, newest + due(status));
      case MISSING -> with(BACKUP_FRESH, "False", MISSING, newest + due(status));
      case YOUNG -> with(BACKUP_FRESH, "Unknown", YOUNG, newest + due(status));
      case NOT_AUTOMATED -> with(BACKUP_FRESH, "Unknown", NOT_AUTOMATED, newest);
      default -> with(BACKUP_FRESH, "Unknown", UNKNOWN, "the store was not listed yet");
    };
  }

  private static String due(ClusterStatus status) {
    return status
        .nextDue()
        .map(time -> "; one is due since " + time.truncatedTo(ChronoUnit.SECONDS))
        .filter(text -> !status.overdue().isZero())
        .orElse("");
  }

  private EtcdBackupConditions lastRun(ClusterStatus status) {
    Optional<Instant> success = status.lastSuccess();
    Optional<FailedRun> failure = status.lastFailure();
    boolean failed =
        failure.isPresent() && (success.isEmpty() || failure.get().at().isAfter(success.get()));
    if (failed) {
      return with(LAST_BACKUP_SUCCEEDED, "False", reason(failure.get()), failure.get().message());
    }
    if (success.isPresent()) {
      return with(
          LAST_BACKUP_SUCCEEDED,
          "True",
          STORED,
          "a backup was stored at " + success.get().truncatedTo(ChronoUnit.SECONDS));
    }
    return noRunYet();
  }

  private EtcdBackupConditions noRunYet() {
    return conditions.containsKey(LAST_BACKUP_SUCCEEDED)
        ? this
        : with(LAST_BACKUP_SUCCEEDED, "Unknown", NO_RUN_YET, "no run has ended yet");
  }

  private static String reason(FailedRun failure) {
    return switch (failure.reason()) {
      case SOURCE -> SOURCE_FAILED;
      case STORE -> STORE_FAILED;
      case LOCK -> LOCK_FAILED;
      default -> FAILED;
    };
  }

  private static String cut(String message) {
    if (message.length() <= LONGEST_MESSAGE) {
      return message;
    }
    int end = LONGEST_MESSAGE - 1; // not within a character: half of one is no UTF-8
    return message.substring(0, Character.isHighSurrogate(message.charAt(end - 1)) ? end - 1 : end)
        + "…";
  }
}
