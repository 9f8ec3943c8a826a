package dev.etcdbackup.coverage;

import dev.etcdbackup.Backup;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.service.BackupNote;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The coverage of all projects: whether each has a recent backup, now and on the days before.
 *
 * <p>Immutable and thread-safe. Names and notes may contain any character; {@link #text}, {@link
 * #json} and {@link #page} escape them.
 *
 * @param at the time of the report
 * @param projects the coverage of each project
 */
public record Coverage(Instant at, List<ProjectCoverage> projects) {
  /** Copies the list. */
  public Coverage {
    Objects.requireNonNull(at, "at");
    projects = List.copyOf(projects);
  }

  /**
   * Computes the coverage from the configured projects and a listing, without failures and due
   * times, which only a scheduler knows. A day without a backup is missing when the project is
   * automated, has an older backup, and its {@code maxAge} is at most 25 hours.
   *
   * @param expected the configured projects
   * @param backups the complete listing of the store, in any order
   * @param now the time of the listing
   * @param days the number of days to report, including today, at least 1
   * @return the coverage
   * @throws IllegalArgumentException when a project is configured twice, or days is less than 1
   */
  public static Coverage of(
      Collection<CoveredProject> expected, Collection<Backup> backups, Instant now, int days) {
    return of(expected, backups, Catalogue.utc(), now, days);
  }

  /**
   * Computes the coverage, as above, and recognises the backups of other tools with a catalogue.
   *
   * @param expected the configured projects
   * @param backups the complete listing of the store, in any order
   * @param catalogue recognises the names of other tools
   * @param now the time of the listing
   * @param days the number of days to report, including today, at least 1
   * @return the coverage
   * @throws IllegalArgumentException when a project is configured twice, or days is less than 1
   */
  public static Coverage of(
      Collection<CoveredProject> expected,
      Collection<Backup> backups,
      Catalogue catalogue,
      Instant now,
      int days) {
    return of(expected, backups, catalogue, Map.of(), now, days);
  }

  /**
   * Computes the coverage, as above, with the failed runs that a scheduler recorded in the store.
   *
   * @param expected the configured projects
   * @param backups the complete listing of the store, in any order
   * @param catalogue recognises the names of other tools
   * @param failures the failed runs by project, in any order; see {@link
   *     dev.etcdbackup.schedule.FailureLog}
   * @param now the time of the listing
   * @param days the number of days to report, including today, at least 1
   * @return the coverage
   * @throws IllegalArgumentException when a project is configured twice, or days is less than 1
   */
  public static Coverage of(
      Collection<CoveredProject> expected,
      Collection<Backup> backups,
      Catalogue catalogue,
      Map<String, List<ProjectCoverage.Failure>> failures,
      Instant now,
      int days) {
    Objects.requireNonNull(catalogue, "catalogue");
    Objects.requireNonNull(failures, "failures");
    Map<String, List<Backup>> stored =
        backups.stream().collect(Collectors.groupingBy(one -> one.key().project()));
    CoverageReport report = CoverageReport.of(expected, backups, catalogue, now);
    Map<String, CoveredProject> configured =
        expected.stream().collect(Collectors.toMap(CoveredProject::project, one -> one));
    return new Coverage(
        now,
        report.rows().stream()
            .map(
                row -> {
                  List<Backup> own = stored.getOrDefault(row.project(), List.of());
                  List<ProjectCoverage.Failure> failed =
                      failures.getOrDefault(row.project(), List.of());
                  DailyExpectation daily =
                      new DailyExpectation(
                          Optional.ofNullable(configured.get(row.project())), own, now);
                  return new ProjectCoverage(
                      row,
                      row.newest().flatMap(Backup::time),
                      failed.stream().max(Comparator.comparing(ProjectCoverage.Failure::at)),
                      Optional.empty(),
                      0,
                      List.of(),
                      Optional.empty(),
                      CoverageDay.last(
                          days, now, own, catalogue.snapshots(own), byDay(failed), daily),
                      new RecoveryCoverage(RecoveryCoverage.recordedTo(own, now), List.of()));
                })
            .toList());
  }

  /** The reason of the last failure of each day. */
  private static Map<LocalDate, String> byDay(List<ProjectCoverage.Failure> failures) {
    Map<LocalDate, String> days = new HashMap<>();
    failures.stream()
        .sorted(Comparator.comparing(ProjectCoverage.Failure::at))
        .forEach(one -> days.put(CoverageDay.dayOf(one.at()), one.reason()));
    return days;
  }

  /**
   * Returns the same coverage with information on the encryption of some projects.
   *
   * @param encryption by project
   * @return the coverage
   */
  public Coverage withEncryption(Map<String, EncryptionCoverage> encryption) {
    Objects.requireNonNull(encryption, "encryption");
    return new Coverage(
        at,
        projects.stream()
            .map(
                one ->
                    Optional.ofNullable(encryption.get(one.row().project()))
                        .map(one::withEncryption)
                        .orElse(one))
            .toList());
  }

  /**
   * Returns the same coverage with the notes of the backups of some projects.
   *
   * @param notes by project, as {@link dev.etcdbackup.service.BackupNotes#list} returns them
   * @return the coverage
   */
  public Coverage withNotes(Map<String, List<BackupNote>> notes) {
    Objects.requireNonNull(notes, "notes");
    return new Coverage(
        at,
        projects.stream()
            .map(
                one ->
                    one.withRecovery(
                        new RecoveryCoverage(
                            one.recovery().recordedTo(),
                            notes.getOrDefault(one.row().project(), one.recovery().notes()))))
            .toList());
  }

  /**
   * Returns whether all projects are healthy.
   *
   * @return true when no project {@linkplain ProjectCoverage#needsAttention needs attention}
   */
  public boolean healthy() {
    return projects.stream().noneMatch(ProjectCoverage::needsAttention);
  }

  /**
   * Returns the number of projects in each state.
   *
   * @return the numbers, including zeros, in the order of the states
   */
  public Map<CoverageState, Integer> counts() {
    Map<CoverageState, Integer> counts = new EnumMap<>(CoverageState.class);
    for (CoverageState state : CoverageState.values()) {
      counts.put(state, 0);
    }
    projects.forEach(one -> counts.merge(one.row().state(), 1, Integer::sum));
    return counts;
  }

  /**
   * Returns a table for a terminal: a header line and one line for each project.
   *
   * @return the text; each line ends with {@code \n}
   */
  public String text() {
    return CoverageText.of(this);
  }

  /**
   * Returns a JSON document: an object with {@code at}, {@code healthy}, {@code counts} by state,
   * and {@code projects}, each with {@code project}, {@code state}, {@code newest} (with {@code
   * key}, {@code time}, {@code size}, {@code ageSeconds}), {@code lastSuccess}, {@code lastFailure}
   * (with {@code at}, {@code reason}), {@code nextDue}, {@code missed}, {@code note}, {@code
   * suspicions}, {@code encryptedTo} (key ids), {@code lastOpened}, {@code recordedTo} and {@code
   * rpoSeconds} (when changes are recorded), {@code lastVerified} (with {@code key}, {@code at}),
   * {@code lastDrill} (with {@code key}, {@code at}, {@code rtoSeconds}, {@code rpoSeconds}),
   * {@code pins} and {@code bad} (each with {@code key}, {@code text}, {@code until}) and {@code
   * days} (each with {@code day}, {@code state}, {@code note}). Times are ISO 8601, states are
   * {@link CoverageState#label() labels}; fields whose value is not known are absent. Fields may be
   * added in later versions. ASCII without control characters: names are escaped.
   *
   * @return the document
   */
  public String json() {
    return CoverageJson.of(this);
  }

  /**
   * Returns a page for a browser. It is one document without scripts, images or anything else to
   * load. It has a row for each project, those that need attention first, and a cell for each day.
   *
   * @return the HTML document, to be served or saved as UTF-8
   */
  public String page() {
    return CoveragePage.of(this);
  }
}
