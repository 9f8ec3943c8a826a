package dev.etcdbackup.operator;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.kubernetes.EtcdBackupConditions;
import dev.etcdbackup.schedule.ClusterStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the schedulers as the {@code EtcdBackupSchedule} resources say, and tells the resources
 * what became of it. It adds no finalizer: what is scheduled is in this process, so that a deletion
 * needs nothing of it.
 */
@ControllerConfiguration(
    name = "etcd-backup-schedule",
    triggerReconcilerOnAllEvents = true,
    generationAwareEventProcessing = false,
    informer = @Informer(onUpdateFilter = ChangedSpec.class))
public final class EtcdBackupScheduleReconciler extends WokenReconciler<EtcdBackupSchedule> {
  private static final Logger LOG = LoggerFactory.getLogger(EtcdBackupScheduleReconciler.class);
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(5); // a backup becomes stale

  private final ScheduledResources scheduled;
  private final InstantSource clock;

  /**
   * Creates the reconciler.
   *
   * @param scheduled what is on a schedule
   * @param clock the clock of the conditions
   */
  public EtcdBackupScheduleReconciler(ScheduledResources scheduled, InstantSource clock) {
    super(EtcdBackupSchedule.class);
    this.scheduled = scheduled;
    this.clock = clock;
    scheduled.onChange(this::wake);
  }

  @Override
  protected void deleted(
      Owner owner, EtcdBackupSchedule resource, Context<EtcdBackupSchedule> context) {
    scheduled.deleted(owner);
  }

  @Override
  protected UpdateControl<EtcdBackupSchedule> reconcile(
      Owner owner, EtcdBackupSchedule resource, KubernetesClient client) {
    scheduled.readmit(owner, () -> StatusWriter.exists(client, resource));
    Optional<EtcdBackupScheduleStatus> status = status(owner, resource);
    if (status.isPresent() && !StatusWriter.write(client, resource, status.get())) {
      scheduled.deleted(owner);
    }
    return UpdateControl.<EtcdBackupSchedule>noUpdate().rescheduleAfter(LOOK_AGAIN);
  }

  private Optional<EtcdBackupScheduleStatus> status(Owner owner, EtcdBackupSchedule resource) {
    EtcdBackupScheduleSpec spec = resource.getSpec();
    Long generation = resource.getMetadata().getGeneration();
    EtcdBackupScheduleStatus before =
        Objects.requireNonNullElse(resource.getStatus(), EtcdBackupScheduleStatus.NONE);
    EtcdBackupConditions conditions =
        EtcdBackupConditions.of(before.conditions(), generation, clock.instant());
    EtcdBackupConditions now;
    try {
      if (!spec.isSuspended()) {
        Target target = spec.target(owner.id().getName(), owner.namespace());
        return scheduled
            .schedule(owner, spec, target)
            .map(
                progress ->
                    running(last(before, progress, target), generation, progress, conditions));
      }
      scheduled.unschedule(owner);
      now = conditions.notScheduled(EtcdBackupConditions.SUSPENDED, "spec.suspend is true");
    } catch (IllegalArgumentException e) {
      scheduled.unschedule(owner);
      now = conditions.notScheduled(reason(e), String.valueOf(e.getMessage()));
    }
    return Optional.of(before.seen(generation, null, now.list()));
  }

  private static String reason(IllegalArgumentException e) {
    return e instanceof ProjectTakenException
        ? EtcdBackupConditions.PROJECT_CONFLICT
        : EtcdBackupConditions.INVALID_SPEC;
  }

  /** The status with the last backup, which an earlier process may have stored. */
  private EtcdBackupScheduleStatus last(
      EtcdBackupScheduleStatus before, Progress progress, Target target) {
    if (progress.last().isPresent()) {
      return before.stored(progress.last().get());
    }
    if (progress.storedBefore(before.lastSuccessTime()).isEmpty()) {
      return before;
    }
    try {
      return target.newestIn(scheduled.store(target)).map(before::found).orElse(before);
    } catch (BackupException e) {
      LOG.warn(
          "the newest backup of {} is not in its status yet: {}", target.project(), e.getMessage());
      return before;
    }
  }

  private static EtcdBackupScheduleStatus running(
      EtcdBackupScheduleStatus last,
      @Nullable Long generation,
      Progress progress,
      EtcdBackupConditions conditions) {
    Optional<ClusterStatus> cluster = progress.cluster();
    EtcdBackupConditions ready =
        conditions.ready(EtcdBackupConditions.SCHEDULED, "the cluster is backed up on a schedule");
    return last.seen(
        generation,
        cluster.flatMap(ClusterStatus::nextDue).map(Object::toString).orElse(null),
        cluster.map(ready::backups).orElse(ready).list());
  }
}
