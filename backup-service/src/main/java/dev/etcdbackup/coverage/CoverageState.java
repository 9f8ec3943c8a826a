package dev.etcdbackup.coverage;

import java.util.Locale;

/** The state of a project's backups. */
public enum CoverageState {
  /** The project is automated, and its newest backup is recent enough. */
  FRESH,
  /** The project is automated, and its newest backup is too old. */
  STALE,
  /** The project is automated and has no backup, although one was due. */
  MISSING,
  /** The project is automated and has no backup, and none was due yet. */
  YOUNG,
  /**
   * This library has no backup of the project, and another tool has a recent one: at most as old as
   * an automated project's newest backup may be, or 25 hours for a project that is not configured.
   */
  COVERED_BY_OTHERS,
  /**
   * The project is not automated: when its data are lost, they are rebuilt from their original
   * sources.
   */
  NOT_AUTOMATED,
  /** The project is in the store but is not configured. */
  UNCONFIGURED,
  /** The project is automated, and the store could not be listed. */
  UNKNOWN;

  /**
   * Returns whether a project in this state needs attention.
   *
   * @return true for {@link #STALE}, {@link #MISSING} and {@link #UNKNOWN}
   */
  public boolean isAlarming() {
    return this == STALE || this == MISSING || this == UNKNOWN;
  }

  /**
   * Returns the name of the state in texts and documents.
   *
   * @return the name in lower case, {@code -} between words
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
