package dev.etcdbackup.audit;

import java.util.Locale;
import java.util.Objects;

/**
 * Something that an audit found about the backups of one series.
 *
 * <p>Immutable and thread-safe.
 *
 * @param severity how serious it is
 * @param text what it is, in one line; it may contain keys as they are
 */
public record AuditFinding(Severity severity, String text) {
  /** How serious a finding is. */
  public enum Severity {
    /** A backup is damaged, unreadable or missing, or looks newer than it is. */
    PROBLEM,
    /** Worth knowing: a gap, copies, objects that are no backups. */
    NOTE;

    /**
     * Returns the name in documents.
     *
     * @return {@code problem} or {@code note}
     */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Checks the values. */
  public AuditFinding {
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(text, "text");
  }

  static AuditFinding problem(String text) {
    return new AuditFinding(Severity.PROBLEM, text);
  }

  static AuditFinding note(String text) {
    return new AuditFinding(Severity.NOTE, text);
  }
}
