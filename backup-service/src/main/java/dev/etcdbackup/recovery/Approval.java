package dev.etcdbackup.recovery;

/**
 * The approval of a recovery plan: who gave it, and whether it covers a plan that needs
 * confirmation.
 *
 * <p>Immutable and thread-safe.
 *
 * @param by the person or program that approves, for the log; not blank
 * @param toOldData whether the approval covers a plan for which {@link
 *     RecoveryPlan#needsConfirmation} is true, for example because the backup is old
 */
public record Approval(String by, boolean toOldData) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when {@code by} is blank
   */
  public Approval {
    if (by.isBlank()) {
      throw new IllegalArgumentException("by must name who approves the plan, not be blank");
    }
  }

  /**
   * Returns an approval of a plan that needs no confirmation.
   *
   * @param by the person or program that approves; not blank
   * @return the approval
   * @throws IllegalArgumentException when {@code by} is blank
   */
  public static Approval by(String by) {
    return new Approval(by, false);
  }

  /**
   * Returns an approval by the same person or program that also covers a plan that needs
   * confirmation, for example because it restores an old backup.
   *
   * @return the wider approval
   */
  public Approval evenToOldData() {
    return new Approval(by, true);
  }
}
