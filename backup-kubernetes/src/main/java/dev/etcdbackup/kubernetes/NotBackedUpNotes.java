package dev.etcdbackup.kubernetes;

import dev.etcdbackup.coverage.Coverage;
import dev.etcdbackup.coverage.CoverageRow;
import dev.etcdbackup.coverage.CoverageState;
import dev.etcdbackup.coverage.ProjectCoverage;
import dev.etcdbackup.kubernetes.ClusterDiscovery.NotBackedUp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Notes in a report of the scheduler about clusters that were found and are not backed up. */
final class NotBackedUpNotes {
  private NotBackedUpNotes() {}

  static Coverage add(Coverage coverage, List<NotBackedUp> found) {
    Map<String, String> notes = new LinkedHashMap<>();
    for (NotBackedUp one : found) {
      notes.merge(
          one.cluster().project(),
          "found as " + one.cluster().place() + " and not backed up: " + one.reason(),
          (before, more) -> before + "; " + more);
    }
    List<ProjectCoverage> projects = new ArrayList<>();
    for (ProjectCoverage one : coverage.projects()) {
      String note = notes.remove(one.row().project());
      projects.add(note == null ? one : withNote(one, note));
    }
    notes.forEach((project, note) -> projects.add(unconfigured(project, note)));
    return new Coverage(coverage.at(), projects);
  }

  private static ProjectCoverage withNote(ProjectCoverage one, String note) {
    CoverageRow row = one.row();
    return new ProjectCoverage(
        new CoverageRow(
            row.project(),
            row.state(),
            row.newest(),
            row.age(),
            row.note().isEmpty() ? note : row.note() + "; " + note),
        one.lastSuccess(),
        one.lastFailure(),
        one.nextDue(),
        one.missed(),
        one.anomalies(),
        one.encryption(),
        one.days());
  }

  private static ProjectCoverage unconfigured(String project, String note) {
    return new ProjectCoverage(
        new CoverageRow(
            project, CoverageState.UNCONFIGURED, Optional.empty(), Optional.empty(), note),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        List.of(),
        Optional.empty(),
        List.of());
  }
}
