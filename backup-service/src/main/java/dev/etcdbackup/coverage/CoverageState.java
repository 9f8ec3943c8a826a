package dev.etcdbackup.coverage;

import java.util.Locale;

/** The state of the backups of a project. */
public enum CoverageState {
  /** Automated, and its newest backup is recent enough. */
  FRESH,
  /** Automated, and its newest backup is too old. */
  STALE,
  /** Automated, without any backup, and one was due. */
  MISSING,
  /** Automated, without any backup, and too new for one to be due. */
  YOUNG,
  /** Not automated: its data is rebuilt from elsewhere when it is lost. */
  NOT_AUTOMATED,
  /** Found in the store and not configured. */
  UNCONFIGURED,
  /** Automated, and the store could not be listed. */
  UNKNOWN;

  /**
   * Whether a project in this state needs attention.
   *
   * @return true for {@link #STALE}, {@link #MISSING} and {@link #UNKNOWN}
   */
  public boolean isAlarming() {
    return this == STALE || this == MISSING || this == UNKNOWN;
  }

  /**
   * The name of the state in texts and documents.
   *
   * @return the name in lower case, {@code -} between words
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
