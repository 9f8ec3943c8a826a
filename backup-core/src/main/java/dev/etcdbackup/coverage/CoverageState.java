package dev.etcdbackup.coverage;

/** How a project stands. */
public enum CoverageState {
  /** Automated, and its newest backup is not older than it may be. */
  FRESH,
  /** Automated, and its newest backup is older than it may be. */
  STALE,
  /** Automated, without any backup that counts, and one was due. */
  MISSING,
  /** Automated, without any backup that counts, and too new for one to be due. */
  YOUNG,
  /** Not automated: its data is rebuilt from elsewhere when it is lost. */
  NOT_AUTOMATED,
  /** Found in the store, yet nobody configured it. */
  UNCONFIGURED;

  /**
   * Whether somebody has to act.
   *
   * @return true for {@link #STALE} and {@link #MISSING}
   */
  public boolean isAlarming() {
    return this == STALE || this == MISSING;
  }
}
