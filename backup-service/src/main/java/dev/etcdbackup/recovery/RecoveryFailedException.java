package dev.etcdbackup.recovery;

import dev.etcdbackup.internal.FailureText;
import java.io.IOException;

/**
 * Reports that a step of a recovery failed. The steps after it were not run. The old data that
 * {@link ClusterOperations#stopOld} set aside are kept, unless the step that failed is {@link
 * RecoveryStep#DISCARD_OLD}: then the new cluster is in service, and some of the old data may have
 * been deleted.
 */
public final class RecoveryFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final RecoveryStep step;

  RecoveryFailedException(String project, RecoveryStep step, Exception cause) {
    super(
        "recovery of "
            + project
            + " failed at "
            + step
            + ": "
            + FailureText.of(cause)
            + (step == RecoveryStep.DISCARD_OLD
                ? "; the new cluster is in service, and some of the old data may be left"
                : "; the old data are kept"),
        cause);
    this.step = step;
  }

  /**
   * Returns the step that failed.
   *
   * @return the step
   */
  public RecoveryStep step() {
    return step;
  }
}
