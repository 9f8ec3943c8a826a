package dev.etcdbackup.snapshot;

import java.util.ArrayList;
import java.util.List;

/**
 * The result of a verification.
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

  /**
   * The problems for people.
   *
   * @return a line for each that is listed, and one that says how many more there are
   */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    problems.forEach(problem -> lines.add(problem.toString()));
    long more = problemCount - lines.size();
    if (more > 0) {
      lines.add("and " + more + " more problems");
    }
    return lines;
  }
}
