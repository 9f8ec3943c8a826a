package dev.etcdbackup.recovery;

/**
 * Somebody's word that a plan be carried out.
 *
 * @param by who gave it, for the log
 * @param toOldData whether it was given knowing that the backup is old
 */
public record Approval(String by, boolean toOldData) {
  /** Checks the values. */
  public Approval {
    if (by.isBlank()) {
      throw new IllegalArgumentException("consent must say by whom it was given");
    }
  }

  /**
   * Consent to a plan that needs no confirmation.
   *
   * @param by who gives it
   * @return the consent
   */
  public static Approval by(String by) {
    return new Approval(by, false);
  }

  /**
   * Consent to a plan that may go back to an old backup.
   *
   * @return the wider consent
   */
  public Approval evenToOldData() {
    return new Approval(by, true);
  }
}
