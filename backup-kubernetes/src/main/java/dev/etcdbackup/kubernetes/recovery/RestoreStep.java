package dev.etcdbackup.kubernetes.recovery;

/**
 * The steps of a restore of a StatefulSet, in the order in which they run, and two for the way
 * back. {@link #afterFailure} says what a failure at a step leaves.
 */
public enum RestoreStep {
  /**
   * Marks the StatefulSet with the restore, so that there is no other one, and makes sure that no
   * volume is deleted with its claim: sets the reclaim policy of the members' volumes and the claim
   * retention policy of the StatefulSet to {@code Retain}.
   */
  PROTECT("the cluster runs as before"),
  /** Scales the StatefulSet down to 0 and waits until its pods are gone. */
  STOP("the members' volumes are unchanged; rolling back starts the old cluster"),
  /**
   * Creates a new claim for each member beside the old one, and restores the member's data into its
   * volume by a Job. All Jobs run at the same time. Without a backup it does nothing.
   */
  RESTORE_DATA("the members' volumes are unchanged; rolling back starts the old cluster"),
  /**
   * Moves each old volume to the claim {@code CLAIM-before-ID} and the restored one to the name
   * that the StatefulSet uses. A volume is moved by binding it to another claim; no data are copied
   * or deleted.
   */
  SWAP_VOLUMES(
      "the old volumes are bound to their own claims or to CLAIM-before-ID; rolling back moves them"
          + " back and starts the old cluster"),
  /** Scales the StatefulSet up again. */
  START("the old volumes are bound to CLAIM-before-ID; rolling back moves them back"),
  /** Waits until each member accepts writes, which needs a leader. */
  AWAIT_HEALTHY("the old volumes are bound to CLAIM-before-ID; rolling back moves them back"),
  /** Compares the HashKV of all members with that of the backup. */
  COMPARE("the old volumes are bound to CLAIM-before-ID; rolling back moves them back"),
  /** Restarts the workloads that depend on the cluster. */
  RESTART_DEPENDANTS("the new cluster is in service; the old volumes are kept"),
  /**
   * Removes the mark of the StatefulSet and restores its claim retention policy and the reclaim
   * policy of the new volumes. The old volumes keep the policy {@code Retain}.
   */
  FINISH("the new cluster is in service; the old volumes are kept"),
  /** The new cluster is in service; the old volumes are bound to {@code CLAIM-before-ID}. */
  DONE("the new cluster is in service; the old volumes are kept"),
  /**
   * Scales down, moves restored volumes to {@code CLAIM-undone-ID} and the old ones back to their
   * own claims, and scales up.
   */
  ROLL_BACK("the old volumes are bound to their own claims or to CLAIM-before-ID"),
  /** The StatefulSet has its old volumes and its old number of replicas. */
  ROLLED_BACK("the old cluster has its volumes");

  private final String afterFailure;

  RestoreStep(String afterFailure) {
    this.afterFailure = afterFailure;
  }

  /**
   * Returns where the old data are after a failure at this step.
   *
   * @return one clause, in which {@code CLAIM} stands for a member's claim and {@code ID} for the
   *     id of the restore
   */
  public String afterFailure() {
    return afterFailure;
  }

  /**
   * Returns whether nothing follows this step.
   *
   * @return true for {@link #DONE} and {@link #ROLLED_BACK}
   */
  public boolean isLast() {
    return this == DONE || this == ROLLED_BACK;
  }

  RestoreStep next() {
    return switch (this) {
      case PROTECT -> STOP;
      case STOP -> RESTORE_DATA;
      case RESTORE_DATA -> SWAP_VOLUMES;
      case SWAP_VOLUMES -> START;
      case START -> AWAIT_HEALTHY;
      case AWAIT_HEALTHY -> COMPARE;
      case COMPARE -> RESTART_DEPENDANTS;
      case RESTART_DEPENDANTS -> FINISH;
      case FINISH, DONE -> DONE;
      case ROLL_BACK, ROLLED_BACK -> ROLLED_BACK;
    };
  }
}
