package dev.etcdbackup.coverage;

import java.util.Locale;

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
  UNCONFIGURED,
  /** Automated, and the store could not be listed. */
  UNKNOWN;

  /**
   * Whether somebody has to act.
   *
   * @return true for {@link #STALE}, {@link #MISSING} and {@link #UNKNOWN}
   */
  public boolean isAlarming() {
    return this == STALE || this == MISSING || this == UNKNOWN;
  }

  /**
   * The state as people and documents name it.
   *
   * @return the name in lower case, {@code -} between words
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
