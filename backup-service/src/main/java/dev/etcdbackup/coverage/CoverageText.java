package dev.etcdbackup.coverage;

import dev.etcdbackup.internal.DurationText;
import dev.etcdbackup.page.Html;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes coverage as a table for a terminal. */
final class CoverageText {
  private CoverageText() {}

  static String of(Coverage coverage) {
    boolean recorded =
        coverage.projects().stream().anyMatch(one -> one.recovery().recordedTo().isPresent());
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        recorded
            ? List.of("PROJECT", "STATE", "NEWEST", "RPO", "NEXT", "NOTE")
            : List.of("PROJECT", "STATE", "NEWEST", "NEXT", "NOTE"));
    for (ProjectCoverage one : coverage.projects()) {
      List<String> row = new ArrayList<>();
      row.add(Html.printable(one.row().project()));
      row.add(one.row().state().label());
      row.add(one.lastSuccess().map(at -> Html.ago(at, coverage.at())).orElse("-"));
      if (recorded) {
        row.add(rpo(one, coverage.at()).orElse("-"));
      }
      row.add(due(one.nextDue(), coverage.at()));
      row.add(Html.printable(one.remarks(coverage.at())));
      rows.add(row);
    }
    int[] widths = new int[rows.get(0).size() - 1];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).codePointCount(0, row.get(i).length()));
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = row.get(i);
        line.append(cell);
        line.append(" ".repeat(widths[i] - cell.codePointCount(0, cell.length()) + 2));
      }
      text.append(line.append(row.get(widths.length)).toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  /** Formats in seconds what would be lost; empty when changes are not recorded. */
  static Optional<String> rpo(ProjectCoverage project, Instant now) {
    return project.recovery().dataLoss(now).map(loss -> loss.toSeconds() + "s");
  }

  /** Formats when a backup is due. */
  static String due(Optional<Instant> due, Instant now) {
    if (due.isEmpty()) {
      return "-";
    }
    Duration left = Duration.between(now, due.get());
    return left.isNegative()
        ? DurationText.format(left.negated()) + " overdue"
        : "in " + DurationText.format(left);
  }
}
