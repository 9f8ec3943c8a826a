package dev.etcdbackup.recovery;

import java.io.IOException;

/** A recovery did not come to its end. What was put aside of the old cluster is still there. */
public final class RecoveryFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final RecoveryStep step;

  RecoveryFailedException(String project, RecoveryStep step, IOException cause) {
    super(
        "recovery of "
            + project
            + " failed at "
            + step
            + ": "
            + cause.getMessage()
            + "; the old data are kept",
        cause);
    this.step = step;
  }

  /**
   * What failed.
   *
   * @return the step
   */
  public RecoveryStep step() {
    return step;
  }
}
