package dev.etcdbackup.operator.restore;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.kubernetes.recovery.RestorePreview;
import dev.etcdbackup.kubernetes.recovery.RestoreStep;
import dev.etcdbackup.operator.ChangedSpec;
import dev.etcdbackup.operator.Owner;
import dev.etcdbackup.operator.ScheduledResources;
import dev.etcdbackup.operator.StatusWriter;
import dev.etcdbackup.operator.Tasks;
import dev.etcdbackup.operator.WokenReconciler;
import dev.etcdbackup.service.BackupService;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.io.IOException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what an {@code EtcdRestore} asks for, once for each generation of its spec: shows
 * what would be done, restores when that is approved, tries again, or rolls back.
 */
@ControllerConfiguration(
    name = "etcd-restore",
    triggerReconcilerOnAllEvents = true,
    generationAwareEventProcessing = false,
    informer = @Informer(onUpdateFilter = ChangedSpec.class))
public final class EtcdRestoreReconciler extends WokenReconciler<EtcdRestore> {
  private final ScheduledResources stores;
  private final Tasks<EtcdRestoreStatus> tasks;
  private final Restorer restorer;
  private final InstantSource clock;

  /**
   * Creates the reconciler.
   *
   * @param stores has the stores
   * @param tasks works on the restores
   * @param restorer restores
   * @param clock the clock of the status
   */
  public EtcdRestoreReconciler(
      ScheduledResources stores,
      Tasks<EtcdRestoreStatus> tasks,
      Restorer restorer,
      InstantSource clock) {
    super(EtcdRestore.class);
    this.stores = stores;
    this.tasks = tasks;
    this.restorer = restorer;
    this.clock = clock;
    tasks.onDone(this::wake);
  }

  @Override
  protected void deleted(Owner owner, EtcdRestore resource, Context<EtcdRestore> context) {
    tasks.cancel(owner);
  }

  @Override
  protected UpdateControl<EtcdRestore> reconcile(
      Owner owner, EtcdRestore resource, KubernetesClient client) {
    Long generation = resource.getMetadata().getGeneration();
    EtcdRestoreStatus before =
        Objects.requireNonNullElse(resource.getStatus(), EtcdRestoreStatus.NONE);
    if (before.isDone() && Objects.equals(before.observedGeneration(), generation)) {
      tasks.forget(owner);
      return UpdateControl.noUpdate();
    }
    boolean runs = EtcdRestoreStatus.RUNNING.equals(before.phase());
    boolean older = !Objects.equals(before.observedGeneration(), generation);
    if (runs && older && resource.getSpec().isRollBack()) {
      tasks.restart(owner); // a step may wait for an hour
    }
    StatusProgress progress = new StatusProgress(client, owner, generation, before);
    Optional<EtcdRestoreStatus> result =
        tasks.result(owner, () -> carryOut(owner, resource.getSpec(), generation, progress));
    return result.isEmpty()
        ? UpdateControl.noUpdate()
        : written(client, resource, owner, result.get());
  }

  /** Writes a result down. When the spec was changed meanwhile, that is carried out at once. */
  private UpdateControl<EtcdRestore> written(
      KubernetesClient client, EtcdRestore resource, Owner owner, EtcdRestoreStatus status) {
    boolean exists = StatusWriter.write(client, resource, status);
    tasks.forget(owner);
    boolean changed =
        !Objects.equals(status.observedGeneration(), resource.getMetadata().getGeneration());
    UpdateControl<EtcdRestore> done = UpdateControl.noUpdate();
    return exists && changed ? done.rescheduleAfter(0) : done;
  }

  private EtcdRestoreStatus carryOut(
      Owner owner, EtcdRestoreSpec spec, @Nullable Long generation, StatusProgress progress) {
    try {
      EtcdRestoreStatus before = progress.lastKnown();
      BackupService backups =
          BackupService.builder(stores.store(spec.store(owner.namespace())))
              .encodings(ScheduledResources.encodings())
              .build();
      BackupKey key = key(spec, before, backups);
      RestoreOrder order = spec.order(owner, key);
      if (!spec.isApproved()) {
        RestorePreview preview = restorer.preview(order);
        return before
            .of(generation)
            .awaiting(
                key.toString(), preview.lines(), "nothing is changed before approvedBy is set");
      }
      restorer.restore(order, backups, progress);
      EtcdRestoreStatus after = progress.lastKnown().of(generation);
      boolean back = RestoreStep.ROLLED_BACK.name().equals(after.step());
      return after.ended(
          back ? EtcdRestoreStatus.ROLLED_BACK : EtcdRestoreStatus.SUCCEEDED,
          String.valueOf(after.message()),
          now());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the result is left out, so that it is begun again
      return failed(progress, generation, e);
    } catch (IOException | IllegalArgumentException e) {
      return failed(progress, generation, e);
    }
  }

  /** What was shown is what is restored, although there may be a newer one. */
  private static BackupKey key(
      EtcdRestoreSpec spec, EtcdRestoreStatus before, BackupService backups) throws IOException {
    String shown = before.backup();
    if (shown != null && spec.isApproved() && spec.named().isEmpty()) {
      BackupKey key = BackupKey.parse(shown);
      if (key.project().equals(spec.project())) {
        return key;
      }
    }
    return spec.choose(backups);
  }

  private EtcdRestoreStatus failed(
      StatusProgress progress, @Nullable Long generation, Exception cause) {
    EtcdRestoreStatus last;
    try {
      last = progress.status();
    } catch (IOException unreadable) {
      cause.addSuppressed(unreadable);
      last = progress.lastKnown();
    }
    return last.of(generation)
        .ended(EtcdRestoreStatus.FAILED, String.valueOf(cause.getMessage()), now());
  }

  private String now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
