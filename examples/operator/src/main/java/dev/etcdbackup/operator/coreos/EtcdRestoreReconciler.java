package dev.etcdbackup.operator.coreos;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.operator.ChangedSpec;
import dev.etcdbackup.operator.Owner;
import dev.etcdbackup.operator.ScheduledResources;
import dev.etcdbackup.operator.StatusWriter;
import dev.etcdbackup.operator.StoreAddress;
import dev.etcdbackup.operator.Tasks;
import dev.etcdbackup.operator.WokenReconciler;
import dev.etcdbackup.operator.restore.RestoreOrder;
import dev.etcdbackup.operator.restore.Restorer;
import dev.etcdbackup.service.BackupService;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.io.IOException;
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
public final class EtcdRestoreReconciler extends WokenReconciler<EtcdRestore> {
  private final ScheduledResources stores;
  private final Tasks<EtcdRestoreStatus> tasks;
  private final Restorer restorer;

  /**
   * Creates the reconciler.
   *
   * @param stores has the stores
   * @param tasks works on the restores
   * @param restorer restores
   */
  public EtcdRestoreReconciler(
      ScheduledResources stores, Tasks<EtcdRestoreStatus> tasks, Restorer restorer) {
    super(EtcdRestore.class);
    this.stores = stores;
    this.tasks = tasks;
    this.restorer = restorer;
    tasks.onDone(this::wake);
  }

  @Override
  protected void deleted(Owner owner, EtcdRestore resource, Context<EtcdRestore> context) {
    tasks.cancel(owner);
  }

  @Override
  protected UpdateControl<EtcdRestore> reconcile(
      Owner owner, EtcdRestore resource, KubernetesClient client) {
    if (resource.getStatus() != null) {
      tasks.forget(owner);
      return UpdateControl.noUpdate();
    }
    Optional<EtcdRestoreStatus> status;
    try {
      status = tasks.result(owner, task(owner, resource.getSpec(), client));
    } catch (IllegalArgumentException e) {
      status = Optional.of(failed(e));
    }
    if (status.isPresent() && !StatusWriter.write(client, resource, status.get())) {
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
    } catch (IOException | IllegalArgumentException e) {
      return failed(e);
    }
  }

  private static EtcdRestoreStatus failed(Exception e) {
    return new EtcdRestoreStatus(false, EtcdBackupStatus.cut(String.valueOf(e.getMessage())));
  }
}
