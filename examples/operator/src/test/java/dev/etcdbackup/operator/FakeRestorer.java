package dev.etcdbackup.operator;

import dev.etcdbackup.kubernetes.recovery.RestorePreview;
import dev.etcdbackup.kubernetes.recovery.RestoreProgress;
import dev.etcdbackup.operator.restore.RestoreOrder;
import dev.etcdbackup.operator.restore.Restorer;
import dev.etcdbackup.service.BackupService;
import java.io.IOException;
import java.util.List;

/** Does what a test says instead of a restore. */
record FakeRestorer(Work work) implements Restorer {
  /** What is done. */
  interface Work {
    void carryOut(RestoreOrder order, RestoreProgress progress)
        throws IOException, InterruptedException;
  }

  @Override
  public RestorePreview preview(RestoreOrder order) {
    return new RestorePreview(
        List.of("STOP: scale " + order.statefulSet() + " to 0", "RESTORE_DATA: " + order.backup()),
        List.of());
  }

  @Override
  public void restore(RestoreOrder order, BackupService backups, RestoreProgress progress)
      throws IOException, InterruptedException {
    work.carryOut(order, progress);
  }
}
