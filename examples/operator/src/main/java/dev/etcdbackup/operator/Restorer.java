package dev.etcdbackup.operator;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.service.BackupService;
import java.io.IOException;

/** Restores a cluster that runs in Kubernetes. */
@FunctionalInterface
public interface Restorer {
  /**
   * Restores a cluster and returns when it is healthy. When the process ends before that, it is
   * called again, and continues.
   *
   * @param owner the resource that asks for it, which is the approval
   * @param cluster the name of the cluster's StatefulSet, in the namespace of the resource
   * @param store where the backup is
   * @param backups the service of that store
   * @param key the backup
   * @throws IOException when that fails; the old data are still there
   * @throws InterruptedException when the operator is stopped
   */
  void restore(
      Owner owner, String cluster, StoreAddress store, BackupService backups, BackupKey key)
      throws IOException, InterruptedException;
}
