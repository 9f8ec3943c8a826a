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
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"PROJECT", "STATE", "NEWEST", "NEXT", "NOTE"});
    for (ProjectCoverage one : coverage.projects()) {
      rows.add(
          new String[] {
            Html.printable(one.row().project()),
            one.row().state().label(),
            one.lastSuccess().map(at -> Html.ago(at, coverage.at())).orElse("-"),
            due(one.nextDue(), coverage.at()),
            Html.printable(one.remarks(coverage.at()))
          });
    }
    int[] widths = new int[4];
    for (String[] row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row[i].codePointCount(0, row[i].length()));
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row[i]);
        line.append(" ".repeat(widths[i] - row[i].codePointCount(0, row[i].length()) + 2));
      }
      text.append(line.append(row[4]).toString().stripTrailing()).append('\n');
    }
    return text.toString();
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
