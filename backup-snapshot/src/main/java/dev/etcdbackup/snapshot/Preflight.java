package dev.etcdbackup.snapshot;

import java.util.ArrayList;
import java.util.List;

/**
 * What to know before starting a member that is restored from a snapshot.
 *
 * @param findings the findings, each with what to do
 */
public record Preflight(List<Finding> findings) {
  /** Copies the list. */
  public Preflight {
    findings = List.copyOf(findings);
  }

  /**
   * The findings that need a decision or an action.
   *
   * @return the findings with advice
   */
  public List<Finding> toDo() {
    return findings.stream().filter(finding -> !finding.advice().isEmpty()).toList();
  }

  /**
   * The findings as text.
   *
   * @return a line for each
   */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    findings.forEach(finding -> lines.add(finding.toString()));
    return lines;
  }

  /** What a finding is about. */
  public enum Topic {
    /** Which versions of etcd start from it. */
    VERSION,
    /** The version of the storage. */
    STORAGE_VERSION,
    /** Authentication, and who has the role root. */
    AUTH,
    /** An alarm that is raised. */
    ALARM,
    /** A member without a vote. */
    LEARNER,
    /** A downgrade of the cluster that was under way. */
    DOWNGRADE,
    /** A compaction that was under way. */
    COMPACTION,
    /** Values that Kubernetes encrypted, and with which key. */
    ENCRYPTION
  }

  /**
   * A finding.
   *
   * @param topic what it is about
   * @param what what was found, a line
   * @param advice what to do, a line; empty when nothing is
   */
  public record Finding(Topic topic, String what, String advice) {
    /** What was found, and what to do. */
    @Override
    public String toString() {
      return advice.isEmpty() ? what : what + ": " + advice;
    }
  }
}
