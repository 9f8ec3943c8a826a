package com.example.inventory;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.schedule.BackupListener;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.schedule.Schedule;
import dev.etcdbackup.schedule.ScheduledCluster;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.PruneReport;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Schedules what the resources ask for, and writes what became of it to their status. */
@ControllerConfiguration
public class BackupReconciler
    implements Reconciler<BackedUpEtcd>, Cleaner<BackedUpEtcd>, BackupListener {
  private final BackupScheduler scheduler;
  private final BackupService backups;
  private final SimpleInboundEventSource<BackedUpEtcd> runs = new SimpleInboundEventSource<>();
  private final Map<String, Scheduled> scheduled = new ConcurrentHashMap<>();

  /** What is scheduled of a project, and why its last run failed. */
  private record Scheduled(ResourceID owner, BackedUpEtcd.Spec spec, Optional<String> problem) {}

  public BackupReconciler(BackupScheduler scheduler, BackupService backups) {
    this.scheduler = scheduler;
    this.backups = backups;
    scheduler.addListener(this);
  }

  @Override
  public List<EventSource<?, BackedUpEtcd>> prepareEventSources(
      EventSourceContext<BackedUpEtcd> context) {
    return List.of(runs);
  }

  @Override
  public UpdateControl<BackedUpEtcd> reconcile(BackedUpEtcd resource, Context<BackedUpEtcd> context)
      throws BackupException {
    String project = resource.getMetadata().getName();
    BackedUpEtcd.Spec spec = resource.getSpec();
    Scheduled known = scheduled.get(project);
    if (known == null || !known.spec().equals(spec)) {
      known = new Scheduled(ResourceID.fromResource(resource), spec, Optional.empty());
      scheduled.put(project, known);
      scheduler.put(
          ScheduledCluster.builder(
                  project, EtcdSnapshotSource.builder(EtcdConnection.to(spec.endpoint())).build())
              .schedule(Schedule.every(Duration.ofSeconds(spec.intervalSeconds())))
              .retention(RetentionPolicy.keepLast(spec.keep()))
              .build());
    }
    BackedUpEtcd.Status status = status(project, known);
    if (status.equals(resource.getStatus())) {
      return UpdateControl.noUpdate();
    }
    resource.setStatus(status);
    return UpdateControl.patchStatus(resource);
  }

  /** The backups of a resource that is deleted stay. */
  @Override
  public DeleteControl cleanup(BackedUpEtcd resource, Context<BackedUpEtcd> context) {
    scheduled.remove(resource.getMetadata().getName());
    scheduler.remove(resource.getMetadata().getName());
    return DeleteControl.defaultDelete();
  }

  @Override
  public void succeeded(String project, BackupResult result) {
    ended(project, Optional.empty());
  }

  @Override
  public void failed(FailedRun failure) {
    ended(failure.project(), Optional.of(failure.message()));
  }

  @Override
  public void pruned(String project, PruneReport report) {
    ended(project, Optional.empty());
  }

  private void ended(String project, Optional<String> problem) {
    Scheduled owned =
        scheduled.computeIfPresent(
            project, (same, before) -> new Scheduled(before.owner(), before.spec(), problem));
    if (owned != null) {
      runs.propagateEvent(owned.owner());
    }
  }

  private BackedUpEtcd.Status status(String project, Scheduled known) throws BackupException {
    Optional<Backup> newest = backups.latest(project);
    return new BackedUpEtcd.Status(
        backups.list(project).size(),
        newest.map(backup -> backup.key().name()).orElse(null),
        newest.isPresent() && backups.verify(newest.get()).ok(),
        known.problem().orElse(null));
  }
}
