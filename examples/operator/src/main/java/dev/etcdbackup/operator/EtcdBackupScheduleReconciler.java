package dev.etcdbackup.operator;

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
            .map(progress -> running(before, generation, progress, conditions));
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

  private static EtcdBackupScheduleStatus running(
      EtcdBackupScheduleStatus before,
      @Nullable Long generation,
      Progress progress,
      EtcdBackupConditions conditions) {
    EtcdBackupScheduleStatus last = progress.last().map(before::stored).orElse(before);
    Optional<ClusterStatus> cluster = progress.cluster();
    EtcdBackupConditions ready =
        conditions.ready(EtcdBackupConditions.SCHEDULED, "the cluster is backed up on a schedule");
    return last.seen(
        generation,
        cluster.flatMap(ClusterStatus::nextDue).map(Object::toString).orElse(null),
        cluster.map(ready::backups).orElse(ready).list());
  }
}
