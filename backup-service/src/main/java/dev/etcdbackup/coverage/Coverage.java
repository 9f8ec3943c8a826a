package dev.etcdbackup.coverage;

import dev.etcdbackup.Backup;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How all projects stood at one moment, and on the days before it.
 *
 * <p>Immutable and thread-safe. Names and notes are as they were found, control characters
 * included; the documents made here escape them.
 *
 * @param at the moment
 * @param projects one for each project
 */
public record Coverage(Instant at, List<ProjectCoverage> projects) {
  /** Copies the list. */
  public Coverage {
    Objects.requireNonNull(at, "at");
    projects = List.copyOf(projects);
  }

  /**
   * Makes what can be had of a report and a listing alone: no failures, and nothing due. A day
   * without a backup counts as missing when the project is automated, has an older backup, and was
   * to have one at least every day.
   *
   * @param report how the projects stand
   * @param backups everything that is stored, in any order
   * @param days how many days to look back, today included, at least 1
   * @param expected what was expected when the report was made
   * @return the coverage
   */
  public static Coverage of(
      CoverageReport report,
      Collection<CoveredProject> expected,
      Collection<Backup> backups,
      int days) {
    Map<String, List<Backup>> stored =
        backups.stream().collect(Collectors.groupingBy(one -> one.key().project()));
    Map<String, CoveredProject> configured =
        expected.stream().collect(Collectors.toMap(CoveredProject::project, one -> one));
    return new Coverage(
        report.at(),
        report.rows().stream()
            .map(
                row -> {
                  List<Backup> own = stored.getOrDefault(row.project(), List.of());
                  DailyExpectation daily =
                      new DailyExpectation(
                          Optional.ofNullable(configured.get(row.project())), own, report.at());
                  return new ProjectCoverage(
                      row,
                      row.newest().flatMap(Backup::time),
                      Optional.empty(),
                      Optional.empty(),
                      0,
                      List.of(),
                      CoverageDay.last(days, report.at(), own, Map.of(), daily));
                })
            .toList());
  }

  /**
   * Whether nobody has to act.
   *
   * @return true when no project {@linkplain ProjectCoverage#needsAttention needs attention}
   */
  public boolean healthy() {
    return projects.stream().noneMatch(ProjectCoverage::needsAttention);
  }

  /**
   * How many projects are in each state.
   *
   * @return the numbers, zeros included, in the order of the states
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
   * A table for a terminal: one line for each project, and one above them.
   *
   * @return the text, lines ended by {@code \n}
   */
  public String text() {
    return CoverageText.of(this);
  }

  /**
   * A JSON document: an object with {@code at}, {@code healthy}, {@code counts} by state and {@code
   * projects}. Times are in ISO 8601, states as {@link CoverageState#label()} has them, ages in
   * seconds; what is not known is absent. Fields may be added to it. ASCII, without control
   * characters: names are escaped.
   *
   * @return the document
   */
  public String json() {
    return CoverageJson.of(this);
  }

  /**
   * A page for a browser, whole in itself: no script, no image, nothing to load. One row for each
   * project, those to act on first, and one cell for each day.
   *
   * @return the HTML document, to be served or saved as UTF-8
   */
  public String page() {
    return CoveragePage.of(this);
  }
}
