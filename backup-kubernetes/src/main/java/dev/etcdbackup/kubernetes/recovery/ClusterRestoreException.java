package dev.etcdbackup.kubernetes.recovery;

import java.io.IOException;

/**
 * Reports that a restore of a StatefulSet cannot go on by itself: a Job failed, a step did not
 * finish in time, the members differ, or the StatefulSet is not as expected. Nothing was deleted
 * that the old cluster needs. After the cause is removed, the step is tried again from {@link
 * RestoreState#retried}; or the restore is rolled back.
 */
public final class ClusterRestoreException extends IOException {
  private static final long serialVersionUID = 1L;

  private final RestoreStep step;

  ClusterRestoreException(RestoreStep step, String problem) {
    super("the restore stopped at " + step + ": " + problem + "; " + step.afterFailure());
    this.step = step;
  }

  /**
   * Returns the step that failed.
   *
   * @return the step
   */
  public RestoreStep step() {
    return step;
  }
}
