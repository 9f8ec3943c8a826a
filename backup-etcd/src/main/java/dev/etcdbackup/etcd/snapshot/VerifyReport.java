package dev.etcdbackup.etcd.snapshot;

import java.util.List;

/**
 * What a verification found.
 *
 * @param problems the first problems, in the order they were found; empty when all is well
 * @param problemCount how many problems there are altogether
 */
public record VerifyReport(List<Problem> problems, long problemCount) {
  /** Copies the list. */
  public VerifyReport {
    problems = List.copyOf(problems);
  }

  /**
   * Whether the snapshot is good.
   *
   * @return true when there are no problems
   */
  public boolean ok() {
    return problemCount == 0;
  }
}
