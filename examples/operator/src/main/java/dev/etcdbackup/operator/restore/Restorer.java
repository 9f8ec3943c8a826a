package dev.etcdbackup.operator.restore;

import dev.etcdbackup.kubernetes.recovery.RestorePreview;
import dev.etcdbackup.kubernetes.recovery.RestoreProgress;
import dev.etcdbackup.service.BackupService;
import java.io.IOException;

/** Restores clusters that run in Kubernetes. */
public interface Restorer {
  /**
   * Returns what a restore would do. Changes nothing.
   *
   * @param order what is to be restored
   * @return the steps and the manifests
   * @throws IOException when the cluster cannot be restored
   */
  RestorePreview preview(RestoreOrder order) throws IOException;

  /**
   * Restores a cluster and returns when it is healthy. When the process ends before that, it is
   * called again, and continues.
   *
   * @param order what is restored
   * @param backups the service of its store
   * @param progress where the state is kept
   * @throws IOException when that fails; the old data are still there
   * @throws InterruptedException when the operator is stopped
   */
  void restore(RestoreOrder order, BackupService backups, RestoreProgress progress)
      throws IOException, InterruptedException;

  /**
   * Returns one that refuses.
   *
   * @param reason why
   * @return the restorer
   */
  static Restorer refusing(String reason) {
    return new Restorer() {
      @Override
      public RestorePreview preview(RestoreOrder order) throws IOException {
        throw new IOException(reason);
      }

      @Override
      public void restore(RestoreOrder order, BackupService backups, RestoreProgress progress)
          throws IOException {
        throw new IOException(reason);
      }
    };
  }
}
