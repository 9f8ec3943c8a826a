package dev.etcdbackup.coverage;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * The coverage of one project: its state and its recent history.
 *
 * <p>Immutable and thread-safe.
 *
 * @param row its state
 * @param lastSuccess when its newest backup was taken; the last known time when the store could not
 *     be listed
 * @param lastFailure its last failed run; empty when none is known
 * @param nextDue when the next backup is due, in the past while it is overdue; empty when it is not
 *     known or there is none
 * @param missed the number of points of its schedule that passed without a backup, as far as is
 *     known
 * @param anomalies the suspicious backups because of which its series is not pruned, one line each
 * @param encryption what is known of its encryption; empty when its newest backup is not encrypted
 *     or that was not looked at
 * @param days the last days, today last; may be empty
 * @param recovery what is known of restoring it
 */
public record ProjectCoverage(
    CoverageRow row,
    Optional<Instant> lastSuccess,
    Optional<Failure> lastFailure,
    Optional<Instant> nextDue,
    long missed,
    List<String> anomalies,
    Optional<EncryptionCoverage> encryption,
    List<CoverageDay> days,
    RecoveryCoverage recovery) {
  /** Creates the coverage of a project of whose restoring nothing is known. */
  public ProjectCoverage(
      CoverageRow row,
      Optional<Instant> lastSuccess,
      Optional<Failure> lastFailure,
      Optional<Instant> nextDue,
      long missed,
      List<String> anomalies,
      Optional<EncryptionCoverage> encryption,
      List<CoverageDay> days) {
    this(
        row,
        lastSuccess,
        lastFailure,
        nextDue,
        missed,
        anomalies,
        encryption,
        days,
        RecoveryCoverage.NONE);
  }

  /**
   * A failed run.
   *
   * @param at when the run ended
   * @param reason the reason, in one line
   */
  public record Failure(Instant at, String reason) {
    /** Checks the values. */
    public Failure {
      Objects.requireNonNull(at, "at");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /** Copies the lists. */
  public ProjectCoverage {
    Objects.requireNonNull(row, "row");
    Objects.requireNonNull(lastSuccess, "lastSuccess");
    Objects.requireNonNull(lastFailure, "lastFailure");
    Objects.requireNonNull(nextDue, "nextDue");
    Objects.requireNonNull(encryption, "encryption");
    Objects.requireNonNull(recovery, "recovery");
    anomalies = List.copyOf(anomalies);
    days = List.copyOf(days);
  }

  /**
   * Returns whether this project needs attention.
   *
   * @return true when the state {@linkplain CoverageState#isAlarming alarms}, or a suspicious
   *     backup keeps the series from being pruned
   */
  public boolean needsAttention() {
    return row.state().isAlarming() || !anomalies.isEmpty();
  }

  /** Returns the same with information on its encryption. */
  ProjectCoverage withEncryption(EncryptionCoverage known) {
    return new ProjectCoverage(
        row,
        lastSuccess,
        lastFailure,
        nextDue,
        missed,
        anomalies,
        Optional.of(known),
        days,
        recovery);
  }

  /** Returns the same with information on restoring it. */
  ProjectCoverage withRecovery(RecoveryCoverage known) {
    return new ProjectCoverage(
        row, lastSuccess, lastFailure, nextDue, missed, anomalies, encryption, days, known);
  }

  /**
   * Returns one line with the note, the reason why the series is not pruned, the last failure, to
   * whom it is encrypted, and the pins and marks.
   */
  String remarks(Instant now) {
    StringJoiner text = new StringJoiner("; ");
    if (!row.note().isEmpty()) {
      text.add(row.note());
    }
    if (!anomalies.isEmpty()) {
      int more = anomalies.size() - 1;
      text.add("not pruned: " + anomalies.get(0) + (more > 0 ? "; and " + more + " more" : ""));
    }
    if (lastFailure.isPresent() && isRecent(lastFailure.get())) {
      text.add("last try: " + lastFailure.get().reason());
    }
    if (encryption.isPresent()) {
      List<String> keyIds = encryption.get().keyIds();
      if (!keyIds.isEmpty()) {
        text.add("encrypted to " + String.join(", ", keyIds));
      }
      encryption.get().warning(now).ifPresent(text::add);
    }
    recovery.marks().forEach(text::add);
    return text.toString();
  }

  private boolean isRecent(Failure failure) {
    return lastSuccess.isEmpty() || failure.at().isAfter(lastSuccess.get());
  }
}
