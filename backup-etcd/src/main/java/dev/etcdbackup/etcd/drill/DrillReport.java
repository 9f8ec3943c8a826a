package dev.etcdbackup.etcd.drill;

import dev.etcdbackup.snapshot.HashKv;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The result of a test restore.
 *
 * @param booted whether an etcd was started from the restored data and became healthy
 * @param etcdVersion the version of that etcd; empty when it was not started
 * @param hashKv the hash of the history in the backup
 * @param keys how many keys there are in the backup
 * @param steps what was done and is well, a line each
 * @param problems what is not well, a line each; empty when the drill is passed
 * @param remarks what could not be tried, and what is to be known before a restore, a line each
 * @param duration how long it took
 */
public record DrillReport(
    boolean booted,
    String etcdVersion,
    HashKv hashKv,
    long keys,
    List<String> steps,
    List<String> problems,
    List<String> remarks,
    Duration duration) {
  /** Copies the lists. */
  public DrillReport {
    steps = List.copyOf(steps);
    problems = List.copyOf(problems);
    remarks = List.copyOf(remarks);
  }

  /**
   * Whether all that was tried is well.
   *
   * @return true when there is no problem
   */
  public boolean passed() {
    return problems.isEmpty();
  }

  /**
   * The report for people.
   *
   * @return a line for each step, remark and problem
   */
  public List<String> lines() {
    List<String> lines = new ArrayList<>(steps);
    lines.addAll(remarks);
    problems.forEach(problem -> lines.add("PROBLEM: " + problem));
    return lines;
  }
}
