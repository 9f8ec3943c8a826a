package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import java.util.List;
import java.util.Objects;

/**
 * The results of a scrub.
 *
 * <p>Immutable and thread-safe.
 *
 * @param checked the backups in the order of their keys, as far as the scrub came
 * @param remaining how many selected backups were not checked, because the store failed too often
 *     in a row; else 0
 */
public record ScrubReport(List<Checked> checked, int remaining) {
  /** The result for one backup. */
  public enum Result {
    /** The backup verified. */
    GOOD,
    /** The backup is damaged or is no snapshot. */
    BAD,
    /** The backup needs an encoding that the service does not have, or was deleted meanwhile. */
    SKIPPED,
    /** The store could not read the backup, or time ran out. */
    UNREADABLE
  }

  /**
   * A backup and its result.
   *
   * @param backup the backup
   * @param result the result
   * @param problems what is wrong, or why it was not verified, one line each; empty for {@link
   *     Result#GOOD} only
   */
  public record Checked(Backup backup, Result result, List<String> problems) {
    /** Copies the list. */
    public Checked {
      Objects.requireNonNull(backup, "backup");
      Objects.requireNonNull(result, "result");
      problems = List.copyOf(problems);
    }
  }

  /** Copies the list. */
  public ScrubReport {
    checked = List.copyOf(checked);
  }

  /**
   * Counts results.
   *
   * @param result a result
   * @return how many backups have it
   */
  public int count(Result result) {
    return (int) checked.stream().filter(one -> one.result() == result).count();
  }

  /**
   * Whether all selected backups were checked and none of them is bad or unreadable.
   *
   * @return whether it is so; skipped backups do not count
   */
  public boolean ok() {
    return remaining == 0 && count(Result.BAD) == 0 && count(Result.UNREADABLE) == 0;
  }
}
