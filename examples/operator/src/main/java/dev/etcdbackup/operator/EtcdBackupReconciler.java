package dev.etcdbackup.operator;

import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.schedule.BackupListener;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.schedule.Schedule;
import dev.etcdbackup.schedule.ScheduledCluster;
import dev.etcdbackup.schedule.ScheduledClusterBuilder;
import dev.etcdbackup.schedule.SchedulerBuilder;
import dev.etcdbackup.service.BackupResult;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a scheduler as the resources say, and the resources told of what it does. What a backup
 * leads to is an event of its own, so nothing is polled.
 */
@ControllerConfiguration(name = "etcd-backup")
public final class EtcdBackupReconciler implements Reconciler<EtcdBackup>, Cleaner<EtcdBackup> {
  private final BackupScheduler scheduler;
  private final Function<EtcdBackupSpec, SnapshotSource> sources;
  private final SimpleInboundEventSource<EtcdBackup> events = new SimpleInboundEventSource<>();
  private final Map<String, Owned> byProject = new HashMap<>(); // guarded by this

  /** What is scheduled of a project, for whom, and how its last run ended. */
  private record Owned(
      ResourceID owner,
      EtcdBackupSpec spec,
      Optional<BackupResult> last,
      Optional<FailedRun> failure) {}

  /**
   * Makes the reconciler and its scheduler.
   *
   * @param scheduler as it is to be, this as a listener added
   * @param sources a source for a spec; throws IllegalArgumentException for one that cannot be
   */
  public EtcdBackupReconciler(
      SchedulerBuilder scheduler, Function<EtcdBackupSpec, SnapshotSource> sources) {
    this.sources = sources;
    this.scheduler = scheduler.listener(new StatusUpdates()).build();
  }

  /**
   * The scheduler, to be started before the operator and stopped after it.
   *
   * @return the scheduler
   */
  public BackupScheduler scheduler() {
    return scheduler;
  }

  @Override
  public List<EventSource<?, EtcdBackup>> prepareEventSources(
      EventSourceContext<EtcdBackup> context) {
    return List.of(events);
  }

  @Override
  public UpdateControl<EtcdBackup> reconcile(EtcdBackup resource, Context<EtcdBackup> context) {
    EtcdBackupStatus status;
    try {
      status = schedule(resource);
    } catch (IllegalArgumentException e) {
      forget(ResourceID.fromResource(resource), "");
      status = EtcdBackupStatus.unknown().failed(String.valueOf(e.getMessage()));
    }
    if (status.equals(resource.getStatus())) { // a write would be the next event
      return UpdateControl.noUpdate();
    }
    resource.setStatus(status);
    return UpdateControl.patchStatus(resource);
  }

  @Override
  public DeleteControl cleanup(EtcdBackup resource, Context<EtcdBackup> context) {
    forget(ResourceID.fromResource(resource), "");
    return DeleteControl.defaultDelete(); // its backups stay
  }

  private synchronized EtcdBackupStatus schedule(EtcdBackup resource) {
    ResourceID owner = ResourceID.fromResource(resource);
    EtcdBackupSpec spec = resource.getSpec();
    String project = Objects.requireNonNullElse(spec.project(), resource.getMetadata().getName());
    Owned before = byProject.get(project);
    if (before != null && !before.owner().equals(owner)) {
      throw new IllegalArgumentException(
          "project '" + project + "' is backed up by " + before.owner() + " already");
    }
    if (before == null || !before.spec().equals(spec)) {
      scheduler.put(cluster(project, spec));
      byProject.put(project, new Owned(owner, spec, Optional.empty(), Optional.empty()));
      forget(owner, project); // it may have had another one
    }
    return status(Objects.requireNonNull(byProject.get(project)), resource.getStatus());
  }

  private ScheduledCluster cluster(String project, EtcdBackupSpec spec) {
    ScheduledClusterBuilder cluster =
        ScheduledCluster.builder(project, sources.apply(spec))
            .schedule(Schedule.every(spec.interval()))
            .timeout(spec.timeout());
    Integer kept = spec.maxBackups();
    if (kept != null && kept != 0) {
      cluster.retention(RetentionPolicy.keepLast(kept));
    }
    return cluster.build();
  }

  /** Stops backing up what a resource owned, except one project. */
  private synchronized void forget(ResourceID owner, String except) {
    byProject
        .entrySet()
        .removeIf(
            one -> {
              boolean gone = one.getValue().owner().equals(owner) && !one.getKey().equals(except);
              return gone && scheduler.remove(one.getKey());
            });
  }

  /** What is news, and else what was known: the scheduler begins anew when the operator does. */
  private static EtcdBackupStatus status(Owned owned, @Nullable EtcdBackupStatus before) {
    EtcdBackupStatus old = before == null ? EtcdBackupStatus.unknown() : before;
    if (owned.failure().isPresent()) {
      return old.failed(owned.failure().get().message());
    }
    return owned.last().map(EtcdBackupStatus::succeeded).orElseGet(old::pardoned);
  }

  private void ended(String project, @Nullable BackupResult stored, @Nullable FailedRun failed) {
    ResourceID owner;
    synchronized (this) {
      Owned before = byProject.get(project);
      if (before == null) {
        return;
      }
      owner = before.owner();
      byProject.put(
          project,
          new Owned(
              owner,
              before.spec(),
              stored == null ? before.last() : Optional.of(stored),
              Optional.ofNullable(failed)));
    }
    events.propagateEvent(owner);
  }

  /** Receives the events of the scheduler; private, so that no other class can send any. */
  private final class StatusUpdates implements BackupListener {
    @Override
    public void succeeded(String project, BackupResult result) {
      ended(project, result, null);
    }

    @Override
    public void failed(FailedRun failure) {
      ended(failure.project(), null, failure);
    }
  }
}
