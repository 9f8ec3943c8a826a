package dev.etcdbackup.operator.coreos;

import dev.etcdbackup.operator.ChangedSpec;
import dev.etcdbackup.operator.Owner;
import dev.etcdbackup.operator.Progress;
import dev.etcdbackup.operator.ScheduledResources;
import dev.etcdbackup.operator.StatusWriter;
import dev.etcdbackup.operator.Tasks;
import dev.etcdbackup.operator.WokenReconciler;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Does what the etcd operator did for its {@code EtcdBackup} resources: those with an interval are
 * put on a schedule, the others are taken once. It adds no finalizer, and removes the one that the
 * etcd operator left on a resource that is being deleted.
 */
@ControllerConfiguration(
    name = "coreos-etcd-backup",
    triggerReconcilerOnAllEvents = true,
    generationAwareEventProcessing = false,
    informer = @Informer(onUpdateFilter = ChangedSpec.class))
public final class EtcdBackupReconciler extends WokenReconciler<EtcdBackup> {
  /** What the etcd operator puts on periodic ones. */
  static final String FINALIZER = "backup-operator-periodic";

  private final ScheduledResources scheduled;
  private final Tasks<EtcdBackupStatus> once;
  private final Set<Owner> refused = ConcurrentHashMap.newKeySet(); // and the status says so

  /**
   * Creates the reconciler.
   *
   * @param scheduled what is on a schedule
   * @param once works on what is taken once
   */
  public EtcdBackupReconciler(ScheduledResources scheduled, Tasks<EtcdBackupStatus> once) {
    super(EtcdBackup.class);
    this.scheduled = scheduled;
    this.once = once;
    scheduled.onChange(this::wake);
    once.onDone(this::wake);
  }

  @Override
  protected void deleted(Owner owner, EtcdBackup resource, Context<EtcdBackup> context) {
    forget(owner);
    if (!context.isPrimaryResourceDeleted() && resource.hasFinalizer(FINALIZER)) {
      context.resourceOperations().removeFinalizer(FINALIZER);
    }
  }

  @Override
  protected UpdateControl<EtcdBackup> reconcile(
      Owner owner, EtcdBackup resource, KubernetesClient client) {
    scheduled.readmit(owner, () -> StatusWriter.exists(client, resource));
    Optional<EtcdBackupStatus> status = status(owner, resource);
    if (status.isPresent() && !StatusWriter.write(client, resource, status.get())) {
      forget(owner);
    }
    if (status.isPresent() && status.get().reason() == null) {
      refused.remove(owner);
    }
    return UpdateControl.noUpdate();
  }

  private void forget(Owner owner) {
    scheduled.deleted(owner);
    once.forget(owner);
    refused.remove(owner);
  }

  /** What is to be written; empty when nothing is known yet. */
  private Optional<EtcdBackupStatus> status(Owner owner, EtcdBackup resource) {
    EtcdBackupSpec spec = resource.getSpec();
    EtcdBackupStatus before =
        Objects.requireNonNullElse(resource.getStatus(), EtcdBackupStatus.NONE);
    try {
      spec.requireSupported();
      return spec.isPeriodic()
          ? scheduled
              .schedule(owner, spec, spec.target(owner.namespace()))
              .flatMap(progress -> periodic(owner, progress, before))
          : once(owner, resource, before);
    } catch (IllegalArgumentException e) {
      scheduled.unschedule(owner);
      refused.add(owner);
      return Optional.of(before.failed(String.valueOf(e.getMessage())));
    }
  }

  /**
   * Before the first run after a start, the status is as it was left, but for a backup that is
   * newer; a refusal is over.
   */
  private Optional<EtcdBackupStatus> periodic(
      Owner owner, Progress progress, EtcdBackupStatus before) {
    if (progress.lastRun().isPresent()) {
      return Optional.of(before.after(progress));
    }
    Optional<Instant> stored =
        progress
            .storedBefore(before.lastSuccessDate())
            .filter(newest -> progress.storedBefore(before.lastExecutionDate()).isPresent());
    if (stored.isPresent()) {
      return stored.map(before::found);
    }
    return refused.contains(owner) ? Optional.of(before.accepted()) : Optional.empty();
  }

  private Optional<EtcdBackupStatus> once(
      Owner owner, EtcdBackup resource, EtcdBackupStatus before) {
    scheduled.unschedule(owner); // it may have been periodic
    if (before.isDone()) {
      once.forget(owner);
      return Optional.empty();
    }
    String created = resource.getMetadata().getCreationTimestamp();
    OneBackup backup =
        OneBackup.of(
            owner, resource.getSpec(), created == null ? null : Instant.parse(created), scheduled);
    return once.result(owner, backup::take);
  }
}
