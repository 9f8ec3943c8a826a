package dev.etcdbackup;

import java.util.List;

/**
 * The result of verifying a backup.
 *
 * <p>Immutable and thread-safe.
 *
 * @param problems the problems that were found, one line each; empty when the backup is good
 */
public record Verification(List<String> problems) {
  /** Copies the list. */
  public Verification {
    problems = List.copyOf(problems);
  }

  /**
   * Returns whether the backup is good.
   *
   * @return true when no problem was found
   */
  public boolean ok() {
    return problems.isEmpty();
  }
}
