package dev.etcdbackup;

import java.util.List;

/**
 * What a verification found.
 *
 * <p>Immutable and thread-safe.
 *
 * @param problems one line each; empty when the backup is good
 */
public record Verification(List<String> problems) {
  /** Copies the list. */
  public Verification {
    problems = List.copyOf(problems);
  }

  /**
   * Whether the backup is good.
   *
   * @return true when nothing was found wrong
   */
  public boolean ok() {
    return problems.isEmpty();
  }
}
