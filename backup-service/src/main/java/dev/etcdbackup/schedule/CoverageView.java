package dev.etcdbackup.schedule;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.catalogue.ForeignBackup;
import dev.etcdbackup.coverage.Coverage;
import dev.etcdbackup.coverage.CoverageDay;
import dev.etcdbackup.coverage.CoverageReport;
import dev.etcdbackup.coverage.CoverageRow;
import dev.etcdbackup.coverage.CoverageState;
import dev.etcdbackup.coverage.CoveredProject;
import dev.etcdbackup.coverage.EncryptionCoverage;
import dev.etcdbackup.coverage.ProjectCoverage;
import dev.etcdbackup.coverage.ProjectCoverage.Failure;
import dev.etcdbackup.coverage.RecoveryCoverage;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.service.BackupNote;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Computes the coverage from the status of a scheduler's clusters and a listing of its store. */
final class CoverageView {
  private static final Logger LOG = LoggerFactory.getLogger(BackupScheduler.class);
  private static final int DAYS = 14;
  private static final Duration GRACE = Duration.ofHours(1);
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final SchedulerContext with;
  private final Instant now;

  /**
   * The state of one cluster.
   *
   * @param cluster the cluster
   * @param since when the cluster was set up
   * @param status its status
   * @param failures the reasons of failed runs, by day
   * @param stores what is known of its second stores, a line each
   */
  record Known(
      ScheduledCluster cluster,
      Instant since,
      ClusterStatus status,
      Map<LocalDate, String> failures,
      List<String> stores) {}

  CoverageView(SchedulerContext with, Instant now) {
    this.with = with;
    this.now = now;
  }

  static Known known(ClusterState state, Instant now) {
    return new Known(
        state.cluster(),
        state.since(),
        state.status(now),
        Map.copyOf(state.failedDays()),
        state.copyRemarks(now));
  }

  Coverage of(List<Known> clusters) {
    Map<String, List<Backup>> stored;
    try {
      stored =
          with.service().listReadable("", e -> {}).stream()
              .collect(Collectors.groupingBy(one -> one.key().project()));
    } catch (BackupException e) {
      return unknown(clusters, String.valueOf(e.getMessage()));
    }
    Map<String, Known> byProject =
        clusters.stream()
            .collect(Collectors.toMap(one -> one.cluster().project(), Function.identity()));
    CoverageReport report =
        CoverageReport.of(
            clusters.stream().map(one -> expected(one, stored(stored, one))).toList(),
            stored.values().stream().flatMap(List::stream).toList(),
            now);
    return new Coverage(
        now,
        report.rows().stream()
            .map(
                row ->
                    project(
                        row,
                        byProject.get(row.project()),
                        stored.getOrDefault(row.project(), List.of())))
            .toList());
  }

  private Coverage unknown(List<Known> clusters, String why) {
    return new Coverage(
        now,
        clusters.stream()
            .map(
                one -> {
                  boolean automated = one.cluster().automated();
                  CoverageRow row =
                      new CoverageRow(
                          one.cluster().project(),
                          automated ? CoverageState.UNKNOWN : CoverageState.NOT_AUTOMATED,
                          Optional.empty(),
                          Optional.empty(),
                          automated ? why : one.cluster().recovery());
                  RecoveryCoverage recovery =
                      new RecoveryCoverage(recordedByOthers(one.cluster().project()), List.of());
                  return remembered(row, one, List.of(), one.status().newest(), recovery);
                })
            .toList());
  }

  private ProjectCoverage project(CoverageRow row, @Nullable Known known, List<Backup> own) {
    Optional<Instant> lastSuccess = row.newest().flatMap(Backup::time);
    List<ForeignBackup> others = Catalogue.utc().snapshots(own);
    if (known != null) {
      List<BackupNote> notes = List.of();
      String checks;
      try {
        notes = with.service().notes().list(row.project());
        checks = new Checks(with, known.cluster()).remark(notes, now);
      } catch (BackupException e) {
        checks = "pins and the results of checks cannot be read: " + e.getMessage();
      }
      ExpectedDays expected = new ExpectedDays(known.cluster(), since(known, own), now, DAYS);
      String schedule = problemOfSchedule(known.cluster());
      String more = String.join("; ", known.stores());
      return remembered(
          withNote(withNote(withNote(row, schedule), checks), more),
          known,
          CoverageDay.last(DAYS, now, own, others, known.failures(), expected),
          lastSuccess,
          new RecoveryCoverage(recordedTo(row.project(), own), notes));
    }
    return new ProjectCoverage(
        row,
        lastSuccess,
        Optional.empty(),
        Optional.empty(),
        0,
        List.of(),
        Optional.empty(),
        CoverageDay.last(DAYS, now, own, others, Map.of(), day -> false));
  }

  /** A schedule that fails makes one cluster stale, and leaves the coverage of the others. */
  private String problemOfSchedule(ScheduledCluster cluster) {
    try {
      Optional<Instant> unused = cluster.nextDue(now);
      return "";
    } catch (RuntimeException e) {
      return "its schedule fails: " + FailureText.of(e);
    }
  }

  private static CoverageRow withNote(CoverageRow row, String more) {
    if (more.isEmpty()) {
      return row;
    }
    String note = row.note().isEmpty() ? more : row.note() + "; " + more;
    return new CoverageRow(row.project(), row.state(), row.newest(), row.age(), note);
  }

  private Optional<Instant> recordedTo(String project, List<Backup> own) {
    return Stream.concat(
            RecoveryCoverage.recordedTo(own, now).stream(), recordedByOthers(project).stream())
        .max(Comparator.naturalOrder());
  }

  private Optional<Instant> recordedByOthers(String project) {
    try {
      return with.recordedTo().apply(project);
    } catch (RuntimeException e) {
      LOG.warn("it is not known up to when {} is recorded: {}", project, FailureText.of(e));
      return Optional.empty();
    }
  }

  private static ProjectCoverage remembered(
      CoverageRow row,
      Known known,
      List<CoverageDay> days,
      Optional<Instant> lastSuccess,
      RecoveryCoverage recovery) {
    ClusterStatus status = known.status();
    return new ProjectCoverage(
        row,
        lastSuccess,
        status.lastFailure().map(one -> new Failure(one.at(), one.message())),
        status.nextDue(),
        status.missed(),
        status.anomalies().stream().map(Anomaly::toString).toList(),
        row.newest()
            .filter(newest -> newest.name().isEncrypted())
            .map(newest -> new EncryptionCoverage(List.of(), status.lastOpened())),
        days,
        recovery);
  }

  /**
   * Returns the expectation: a backup of the maximum age, or by the point after the newest one,
   * plus 1 hour of grace.
   */
  private CoveredProject expected(Known known, List<Backup> own) {
    ScheduledCluster cluster = known.cluster();
    if (!cluster.automated()) {
      return CoveredProject.notAutomated(cluster.project(), cluster.recovery());
    }
    Duration allowed = cluster.maxAge().orElseGet(() -> untilNextDue(known, own));
    if (cluster.unchanged().isPresent()) {
      Duration skipping = cluster.unchangedMaxAge().plus(GRACE);
      allowed = allowed.compareTo(skipping) < 0 ? skipping : allowed;
    }
    return CoveredProject.automated(cluster.project(), Duration.ofDays(1))
        .withMaxAge(allowed.compareTo(LONGEST) > 0 ? LONGEST : allowed)
        .withSince(known.since());
  }

  private Duration untilNextDue(Known known, List<Backup> own) {
    Instant from = counted(own).max(Comparator.naturalOrder()).orElse(known.since());
    try {
      return known
          .cluster()
          .nextDue(from)
          .map(next -> Duration.between(from, next).plus(GRACE))
          .orElse(LONGEST);
    } catch (RuntimeException scheduleFails) { // then the cluster is no longer backed up
      return GRACE;
    }
  }

  /** Returns when the cluster was set up; its backups may be older than this process. */
  private Instant since(Known known, List<Backup> own) {
    Instant oldest = counted(own).min(Comparator.naturalOrder()).orElse(known.since());
    return oldest.isBefore(known.since()) ? oldest : known.since();
  }

  private Stream<Instant> counted(List<Backup> own) {
    return own.stream()
        .filter(one -> one.kind().hasSeries() && !one.isDatedAhead(now))
        .flatMap(one -> one.time().stream());
  }

  private static List<Backup> stored(Map<String, List<Backup>> stored, Known known) {
    return stored.getOrDefault(known.cluster().project(), List.of());
  }
}
