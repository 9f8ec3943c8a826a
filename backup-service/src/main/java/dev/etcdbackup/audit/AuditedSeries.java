package dev.etcdbackup.audit;

import dev.etcdbackup.Inspection.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The backups of one project, format and prefix in an audited store.
 *
 * <p>Immutable and thread-safe.
 *
 * @param project the project; empty for objects at the root of the store
 * @param format {@code periodic}, {@code tarball}, the format of another tool, or {@code other}
 * @param name the prefix or directory that distinguishes the series in its project; may be empty
 * @param snapshots the number of whole snapshots
 * @param further the number of objects that are no whole snapshots: recorded changes, increments
 *     and companions
 * @param bytes the size of all of them in the store
 * @param oldest when the oldest snapshot was taken; empty when there is none
 * @param newest the newest snapshot that is not dated more than an hour ahead
 * @param interval the usual time between two backups, recently; empty when there is none
 * @param gaps the times without a backup that are longer than is usual in the series, oldest first
 * @param duplicates the number of snapshots that have the size and version of another one
 * @param late the number of snapshots that the store received more than a day after the time in
 *     their names
 * @param examined the snapshots that were read, newest first
 * @param days the number of snapshots of each day (UTC) in the last 14
 * @param findings what was found, problems first
 */
public record AuditedSeries(
    String project,
    String format,
    String name,
    int snapshots,
    int further,
    long bytes,
    Optional<Instant> oldest,
    Optional<AuditedBackup> newest,
    Optional<Duration> interval,
    List<Gap> gaps,
    int duplicates,
    int late,
    List<AuditedBackup> examined,
    Map<LocalDate, Integer> days,
    List<AuditFinding> findings) {
  /**
   * A time without a backup.
   *
   * @param from the backup before it
   * @param to the backup after it
   */
  public record Gap(Instant from, Instant to) {
    /** Checks the values. */
    public Gap {
      Objects.requireNonNull(from, "from");
      Objects.requireNonNull(to, "to");
    }
  }

  /** Checks the values and copies the collections. */
  public AuditedSeries {
    Objects.requireNonNull(project, "project");
    Objects.requireNonNull(format, "format");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(oldest, "oldest");
    Objects.requireNonNull(newest, "newest");
    Objects.requireNonNull(interval, "interval");
    gaps = List.copyOf(gaps);
    examined = List.copyOf(examined);
    days = Map.copyOf(days);
    findings = List.copyOf(findings);
  }

  /**
   * Returns whether there is a problem.
   *
   * @return true when a finding is a {@linkplain AuditFinding.Severity#PROBLEM problem}
   */
  public boolean needsAttention() {
    return findings.stream().anyMatch(one -> one.severity() == AuditFinding.Severity.PROBLEM);
  }

  /**
   * Counts the snapshots that were read with a result.
   *
   * @param outcome the result
   * @return how many have it
   */
  public long count(Outcome outcome) {
    return examined.stream()
        .filter(one -> one.inspection().map(it -> it.outcome() == outcome).orElse(false))
        .count();
  }
}
