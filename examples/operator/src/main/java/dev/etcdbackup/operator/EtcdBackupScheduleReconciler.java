package dev.etcdbackup.operator;

import dev.etcdbackup.schedule.ClusterStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
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
public final class EtcdBackupScheduleReconciler implements Reconciler<EtcdBackupSchedule> {
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(5); // a backup becomes stale

  private final ScheduledResources scheduled;
  private final InstantSource clock;
  private final Events<EtcdBackupSchedule> events = new Events<>(EtcdBackupSchedule.class);

  /**
   * Creates the reconciler.
   *
   * @param scheduled what is on a schedule
   * @param clock the clock of the conditions
   */
  public EtcdBackupScheduleReconciler(ScheduledResources scheduled, InstantSource clock) {
    this.scheduled = scheduled;
    this.clock = clock;
    scheduled.onChange(events::propagate);
  }

  @Override
  public List<EventSource<?, EtcdBackupSchedule>> prepareEventSources(
      EventSourceContext<EtcdBackupSchedule> context) {
    return List.of(events.source());
  }

  @Override
  public UpdateControl<EtcdBackupSchedule> reconcile(
      EtcdBackupSchedule resource, Context<EtcdBackupSchedule> context) {
    Owner owner = Owner.of(resource);
    if (context.isPrimaryResourceDeleted() || resource.isMarkedForDeletion()) {
      scheduled.deleted(owner);
      return UpdateControl.noUpdate(); // its backups stay
    }
    Optional<EtcdBackupScheduleStatus> status = status(owner, resource);
    if (status.isPresent() && !StatusWriter.write(context.getClient(), resource, status.get())) {
      scheduled.deleted(owner);
    }
    return UpdateControl.<EtcdBackupSchedule>noUpdate().rescheduleAfter(LOOK_AGAIN);
  }

  private Optional<EtcdBackupScheduleStatus> status(Owner owner, EtcdBackupSchedule resource) {
    EtcdBackupScheduleSpec spec = resource.getSpec();
    Long generation = resource.getMetadata().getGeneration();
    EtcdBackupScheduleStatus before =
        Objects.requireNonNullElse(resource.getStatus(), EtcdBackupScheduleStatus.NONE);
    Conditions conditions = new Conditions(before.conditionsOrNone(), generation, clock);
    List<Condition> now;
    try {
      if (!spec.isSuspended()) {
        Target target = spec.target(owner.id().getName(), owner.namespace());
        return scheduled
            .schedule(owner, spec, target)
            .map(progress -> running(before, generation, progress, conditions));
      }
      scheduled.unschedule(owner);
      now = conditions.notScheduled("Suspended", "spec.suspend is true");
    } catch (IllegalArgumentException e) {
      scheduled.unschedule(owner);
      now = conditions.notScheduled("Invalid", String.valueOf(e.getMessage()));
    }
    return Optional.of(before.seen(generation, null, now));
  }

  private static EtcdBackupScheduleStatus running(
      EtcdBackupScheduleStatus before,
      @Nullable Long generation,
      Progress progress,
      Conditions conditions) {
    EtcdBackupScheduleStatus last = progress.last().map(before::stored).orElse(before);
    String due =
        progress.cluster().flatMap(ClusterStatus::nextDue).map(Object::toString).orElse(null);
    return last.seen(generation, due, conditions.scheduled(progress));
  }
}
