package dev.etcdbackup.operator.coreos;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.operator.ChangedSpec;
import dev.etcdbackup.operator.Owner;
import dev.etcdbackup.operator.ScheduledResources;
import dev.etcdbackup.operator.StatusWriter;
import dev.etcdbackup.operator.StoreAddress;
import dev.etcdbackup.operator.Tasks;
import dev.etcdbackup.operator.Wakeups;
import dev.etcdbackup.operator.restore.RestoreOrder;
import dev.etcdbackup.operator.restore.Restorer;
import dev.etcdbackup.service.BackupService;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Restores what an {@code EtcdRestore} names, once. As with the etcd operator, one that has a
 * status is done and is never looked at again: delete it before another restore of the cluster.
 */
@ControllerConfiguration(
    name = "coreos-etcd-restore",
    triggerReconcilerOnAllEvents = true,
    generationAwareEventProcessing = false,
    informer = @Informer(onUpdateFilter = ChangedSpec.class))
public final class EtcdRestoreReconciler implements Reconciler<EtcdRestore> {
  private final ScheduledResources stores;
  private final Tasks<EtcdRestoreStatus> tasks;
  private final Restorer restorer;
  private final Wakeups<EtcdRestore> wakeups = new Wakeups<>(EtcdRestore.class);

  /**
   * Creates the reconciler.
   *
   * @param stores has the stores
   * @param tasks works on the restores
   * @param restorer restores
   */
  public EtcdRestoreReconciler(
      ScheduledResources stores, Tasks<EtcdRestoreStatus> tasks, Restorer restorer) {
    this.stores = stores;
    this.tasks = tasks;
    this.restorer = restorer;
    tasks.onDone(wakeups::propagate);
  }

  @Override
  public List<EventSource<?, EtcdRestore>> prepareEventSources(
      EventSourceContext<EtcdRestore> context) {
    return List.of(wakeups.source());
  }

  @Override
  public UpdateControl<EtcdRestore> reconcile(EtcdRestore resource, Context<EtcdRestore> context) {
    Owner owner = Owner.of(resource);
    if (context.isPrimaryResourceDeleted()
        || resource.isMarkedForDeletion()
        || resource.getStatus() != null) {
      tasks.forget(owner);
      return UpdateControl.noUpdate();
    }
    Optional<EtcdRestoreStatus> status;
    try {
      status = tasks.result(owner, task(owner, resource.getSpec(), context.getClient()));
    } catch (IllegalArgumentException e) {
      status = Optional.of(failed(e));
    }
    if (status.isPresent() && !StatusWriter.write(context.getClient(), resource, status.get())) {
      tasks.forget(owner);
    }
    return UpdateControl.noUpdate();
  }

  private Supplier<EtcdRestoreStatus> task(
      Owner owner, EtcdRestoreSpec spec, KubernetesClient client) {
    S3Source s3 = spec.requireSupported();
    StoreAddress.Path path = s3.parsed();
    StoreAddress address = s3.address(owner.namespace());
    RestoreOrder order =
        new RestoreOrder(
            owner,
            spec.requireCluster(),
            address,
            BackupKey.of(path.project(), path.name()),
            owner.toString(), // to create the resource is to approve it
            RestoreOrder.Settings.DEFAULT);
    BackupService backups =
        BackupService.builder(stores.store(address))
            .encodings(ScheduledResources.encodings())
            .build();
    return () -> restore(order, backups, new AnnotatedProgress(client, owner));
  }

  private EtcdRestoreStatus restore(
      RestoreOrder order, BackupService backups, AnnotatedProgress progress) {
    try {
      restorer.restore(order, backups, progress);
      return new EtcdRestoreStatus(true, null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the result is left out, so that it is begun again
      return failed(e);
    } catch (IOException e) {
      return failed(e);
    }
  }

  private static EtcdRestoreStatus failed(Exception e) {
    return new EtcdRestoreStatus(false, String.valueOf(e.getMessage()));
  }
}
