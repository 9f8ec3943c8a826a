package dev.etcdbackup.audit;

import dev.etcdbackup.Inspection;
import dev.etcdbackup.Inspection.Outcome;
import dev.etcdbackup.page.Html;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Writes an audit as text: a table with the findings below their series. */
final class AuditText {
  private static final String[] HEADER = {
    "PROJECT", "FORMAT", "SERIES", "BACKUPS", "SIZE", "NEWEST", "REVISION", "ETCD", "READ"
  };

  private AuditText() {}

  static String of(Audit audit) {
    List<String[]> rows = new ArrayList<>();
    rows.add(HEADER);
    audit.series().forEach(one -> rows.add(row(audit, one)));
    int[] widths = new int[HEADER.length - 1];
    for (String[] row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row[i].codePointCount(0, row[i].length()));
      }
    }
    StringBuilder text = new StringBuilder();
    text.append(line(rows.get(0), widths));
    for (int i = 0; i < audit.series().size(); i++) {
      text.append(line(rows.get(i + 1), widths));
      for (AuditFinding finding : audit.series().get(i).findings()) {
        String mark = finding.severity() == AuditFinding.Severity.PROBLEM ? "  ! " : "  - ";
        text.append(mark).append(Html.printable(finding.text())).append('\n');
      }
    }
    return text.append(verdict(audit)).append('\n').toString();
  }

  /** One line about all of it. */
  static String verdict(Audit audit) {
    long problems = audit.series().stream().filter(AuditedSeries::needsAttention).count();
    long read = audit.series().stream().mapToLong(one -> one.examined().size()).sum();
    StringBuilder text = new StringBuilder();
    if (audit.series().isEmpty()) {
      return "There are no backups";
    }
    text.append(
        problems == 0
            ? "No problem in " + Html.count(audit.series().size()) + " series"
            : problems + " of " + Html.count(audit.series().size()) + " series need attention");
    text.append("; ").append(Html.count(read, "backup")).append(" read");
    List<String> results = results(audit);
    text.append(results.isEmpty() ? "" : ": " + String.join(", ", results));
    if (audit.notRead() > 0) {
      text.append("; gave up after 3 unreadable in a row, ");
      text.append(audit.notRead()).append(" not read");
    }
    return text.toString();
  }

  private static List<String> results(Audit audit) {
    List<String> results = new ArrayList<>();
    for (Outcome outcome : Outcome.values()) {
      if (audit.count(outcome) > 0) {
        results.add(Html.count(audit.count(outcome)) + ' ' + words(outcome));
      }
    }
    if (audit.unreadable() > 0) {
      results.add(Html.count(audit.unreadable()) + " unreadable");
    }
    return results;
  }

  private static String[] row(Audit audit, AuditedSeries one) {
    Optional<Inspection> found = one.newest().flatMap(AuditedBackup::inspection);
    return new String[] {
      shown(one.project()),
      one.format(),
      shown(one.name()),
      Html.count(one.snapshots()),
      Html.bytes(one.bytes()),
      one.newest().map(it -> Html.ago(it.time(), audit.at())).orElse("-"),
      found.filter(Inspection::ok).map(it -> "" + it.revision().orElse(0)).orElse("-"),
      found.map(Inspection::etcdVersion).filter(it -> !it.isEmpty()).orElse("-"),
      read(one)
    };
  }

  private static String shown(String text) {
    return text.isEmpty() ? "-" : Html.printable(text);
  }

  /** The result of the newest, and how many were read. */
  static String read(AuditedSeries one) {
    if (one.examined().isEmpty()) {
      return "not read";
    }
    String newest = one.newest().flatMap(AuditText::result).orElse("not read");
    long good = one.count(Outcome.GOOD);
    int read = one.examined().size();
    String of = ", " + good + " of " + read + (newest.equals("good") ? "" : " good");
    return read == 1 ? newest : newest + of;
  }

  static Optional<String> result(AuditedBackup one) {
    return one.unreadable().isPresent()
        ? Optional.of("unreadable")
        : one.inspection().map(it -> words(it.outcome()));
  }

  static String words(Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String line(String[] row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      line.append(row[i]);
      line.append(" ".repeat(widths[i] - row[i].codePointCount(0, row[i].length()) + 2));
    }
    return line.append(row[widths.length]).toString().stripTrailing() + '\n';
  }
}
