package dev.etcdbackup.coverage;

import dev.etcdbackup.internal.DurationText;
import dev.etcdbackup.page.Html;
import dev.etcdbackup.service.BackupNote;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Writes coverage as a page for a browser: HTML that is also well-formed XML and contains its style
 * sheet. {@link Html#escape} is applied to every text from outside.
 */
final class CoveragePage {
  private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("MMM", Locale.ENGLISH);
  private static final DateTimeFormatter WEEKDAY =
      DateTimeFormatter.ofPattern("EEEE", Locale.ENGLISH);

  private static final String STYLE = Html.style("/dev/etcdbackup/coverage/coverage.css");

  /** Sorts projects that need attention first. */
  private static final List<CoverageState> ORDER =
      List.of(
          CoverageState.MISSING,
          CoverageState.STALE,
          CoverageState.UNKNOWN,
          CoverageState.YOUNG,
          CoverageState.FRESH,
          CoverageState.COVERED_BY_OTHERS,
          CoverageState.NOT_AUTOMATED,
          CoverageState.UNCONFIGURED);

  private final Coverage coverage;
  private final boolean dueKnown;
  private final boolean recorded;
  private final boolean drilled;
  private final StringBuilder html = new StringBuilder();

  private CoveragePage(Coverage coverage) {
    this.coverage = coverage;
    this.dueKnown = coverage.projects().stream().anyMatch(one -> one.nextDue().isPresent());
    this.recorded =
        coverage.projects().stream().anyMatch(one -> one.recovery().recordedTo().isPresent());
    this.drilled =
        coverage.projects().stream().anyMatch(one -> one.recovery().lastDrill().isPresent());
  }

  static String of(Coverage coverage) {
    CoveragePage page = new CoveragePage(coverage);
    page.write();
    return page.html.toString();
  }

  private void write() {
    html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
    html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
    html.append("<title>Backup coverage</title>\n<style>\n").append(STYLE);
    html.append("</style>\n</head>\n<body>\n<main>\n");
    header();
    table();
    legend();
    html.append("</main>\n</body>\n</html>\n");
  }

  private void header() {
    boolean healthy = coverage.healthy();
    html.append("<header class=\"").append(healthy ? "healthy" : "alarming").append("\">\n");
    html.append("<h1>Backup coverage</h1>\n<p class=\"verdict\">");
    long alarming = coverage.projects().stream().filter(ProjectCoverage::needsAttention).count();
    html.append(
        healthy ? "All projects are healthy" : alarming + " of " + automated() + " need attention");
    html.append("</p>\n<p class=\"at\">").append(time(coverage.at())).append("</p>\n");
    html.append("<ul class=\"counts\">\n");
    Map<CoverageState, Integer> counts = coverage.counts();
    for (CoverageState state : ORDER) {
      int count = counts.getOrDefault(state, 0);
      if (count > 0) {
        html.append("<li><span class=\"state ").append(state.label()).append("\">");
        html.append("<b>").append(count).append("</b> ").append(words(state));
        html.append("</span></li>\n");
      }
    }
    html.append("</ul>\n</header>\n");
  }

  private long automated() {
    return coverage.projects().stream()
        .map(one -> one.row().state())
        .filter(
            one ->
                one != CoverageState.NOT_AUTOMATED
                    && one != CoverageState.UNCONFIGURED
                    && one != CoverageState.COVERED_BY_OTHERS)
        .count();
  }

  private void table() {
    List<LocalDate> days =
        coverage.projects().stream()
            .map(ProjectCoverage::days)
            .max(Comparator.comparing(List::size))
            .orElse(List.of())
            .stream()
            .map(CoverageDay::day)
            .toList();
    html.append("<div class=\"scroll\">\n<table>\n<caption class=\"unseen\">");
    html.append("One row for each project, one cell for each day</caption>\n<thead>\n<tr>");
    html.append("<th scope=\"col\">Project</th><th scope=\"col\">State</th>");
    days.forEach(day -> date(day, day.equals(days.get(0)) || day.getDayOfMonth() == 1));
    html.append("<th scope=\"col\">Newest</th>");
    html.append(recorded ? "<th scope=\"col\" title=\"what would be lost now\">RPO</th>" : "");
    html.append(drilled ? "<th scope=\"col\">Last drill</th>" : "");
    html.append(dueKnown ? "<th scope=\"col\">Next</th>" : "");
    html.append("<th scope=\"col\">Note</th></tr>\n</thead>\n<tbody>\n");
    coverage.projects().stream()
        .sorted(
            Comparator.comparing((ProjectCoverage one) -> !one.needsAttention())
                .thenComparing(one -> ORDER.indexOf(one.row().state())))
        .forEach(one -> row(one, days.size()));
    html.append("</tbody>\n</table>\n</div>\n");
    if (coverage.projects().isEmpty()) {
      html.append("<p>There are no projects.</p>\n");
    }
  }

  private void date(LocalDate day, boolean withMonth) {
    html.append("<th scope=\"col\" class=\"date").append(weekend(day)).append(now(day));
    html.append("\" title=\"").append(day).append(", ").append(WEEKDAY.format(day)).append("\">");
    html.append("<span class=\"unseen\">").append(day).append("</span>");
    if (withMonth) {
      html.append("<span class=\"month\" aria-hidden=\"true\">");
      html.append(MONTH.format(day)).append("</span>");
    }
    html.append("<span aria-hidden=\"true\">").append(day.getDayOfMonth()).append("</span></th>");
  }

  private String now(LocalDate day) {
    return day.equals(CoverageDay.dayOf(coverage.at())) ? " now" : "";
  }

  private void row(ProjectCoverage project, int days) {
    CoverageState state = project.row().state();
    String name = Html.escape(project.row().project());
    html.append("<tr class=\"").append(state.label());
    html.append(project.needsAttention() ? " act" : "").append("\"><th scope=\"row\"><div>");
    html.append(name).append("</div></th><td class=\"states\">");
    html.append("<span class=\"state ").append(state.label()).append("\">");
    html.append(words(state)).append("</span>");
    if (!project.anomalies().isEmpty()) {
      html.append(" <span class=\"state paused\">not pruned</span>");
    }
    badge(project.recovery().of(BackupNote.Kind.BAD), "paused", "bad");
    badge(project.recovery().of(BackupNote.Kind.PIN), "pinned", "pinned");
    html.append("</td>");
    for (int i = project.days().size(); i < days; i++) {
      html.append("<td class=\"day none\"></td>");
    }
    project.days().forEach(this::cell);
    moment(project.lastSuccess(), project.lastSuccess().map(at -> ago(at)).orElse(""), "");
    if (recorded) {
      Optional<Instant> to = project.recovery().recordedTo();
      moment(to, CoverageText.rpo(project, coverage.at()).orElse(""), "");
    }
    if (drilled) {
      drill(project.recovery().lastDrill());
    }
    if (dueKnown) {
      boolean overdue = project.nextDue().map(due -> due.isBefore(coverage.at())).orElse(false);
      String due = CoverageText.due(project.nextDue(), coverage.at());
      moment(project.nextDue(), due.equals("-") ? "" : due, overdue ? " overdue" : "");
    }
    String remarks = Html.escape(project.remarks(coverage.at()));
    html.append("<td class=\"note\" title=\"").append(remarks).append("\"><div>");
    html.append(remarks).append("</div></td></tr>\n");
  }

  /** How many backups people pinned or marked, and which, as the title. */
  private void badge(List<BackupNote> notes, String classes, String text) {
    if (notes.isEmpty()) {
      return;
    }
    String which =
        notes.stream().map(one -> one.key().name() + " " + one).collect(Collectors.joining("; "));
    html.append(" <span class=\"state ").append(classes).append("\" title=\"");
    html.append(Html.escape(which)).append("\">").append(notes.size()).append(' ').append(text);
    html.append("</span>");
  }

  /** When, how long it took (RTO), and how old the restored data were (RPO). */
  private void drill(Optional<BackupNote> last) {
    String times =
        last.filter(one -> one.restoreTime().isPresent() && one.dataAge().isPresent())
            .map(
                one ->
                    "<br/>RTO "
                        + DurationText.format(one.restoreTime().orElseThrow())
                        + ", RPO "
                        + DurationText.format(one.dataAge().orElseThrow()))
            .orElse("");
    moment(last.map(BackupNote::since), last.map(one -> ago(one.since()) + times).orElse(""), "");
  }

  private void cell(CoverageDay day) {
    String state = day.state().name().toLowerCase(Locale.ROOT);
    html.append("<td class=\"day ").append(state).append(now(day.day())).append("\" title=\"");
    html.append(day.day()).append(day.note().isEmpty() ? "" : ": ").append(Html.escape(day.note()));
    html.append("\"><span aria-hidden=\"true\">").append(symbol(day.state())).append("</span>");
    html.append("<span class=\"unseen\">");
    html.append(day.state() == CoverageDay.State.NONE ? "nothing expected" : state);
    html.append("</span></td>");
  }

  private void moment(Optional<Instant> time, String text, String more) {
    html.append("<td class=\"moment").append(more).append('"');
    time.ifPresent(at -> html.append(" title=\"").append(Html.time(at)).append('"'));
    html.append('>').append(text).append("</td>");
  }

  private void legend() {
    html.append("<ul class=\"legend\">\n");
    legend("full", CoverageDay.State.FULL, "backed up");
    legend("others", CoverageDay.State.OTHERS, "backed up by another tool");
    legend("failed", CoverageDay.State.FAILED, "failed");
    legend("missing", CoverageDay.State.MISSING, "missing");
    legend("today now", CoverageDay.State.TODAY, "today, none yet");
    legend("none", CoverageDay.State.NONE, "nothing expected");
    html.append("</ul>\n");
  }

  private void legend(String classes, CoverageDay.State state, String text) {
    html.append("<li><span class=\"day ").append(classes).append("\" aria-hidden=\"true\"><span>");
    html.append(symbol(state)).append("</span></span> ").append(text).append("</li>\n");
  }

  private String ago(Instant then) {
    return Html.ago(then, coverage.at());
  }

  private static String time(Instant at) {
    return "<time datetime=\"" + at + "\">" + Html.time(at) + "</time>";
  }

  private static String weekend(LocalDate day) {
    return day.getDayOfWeek().getValue() > 5 ? " weekend" : "";
  }

  private static String words(CoverageState state) {
    return state.label().replace('-', ' ');
  }

  /** Returns a symbol, so that the states differ not only in colour. */
  private static String symbol(CoverageDay.State state) {
    return switch (state) {
      case FULL, OTHERS -> "&#10003;";
      case FAILED -> "&#10005;";
      case MISSING -> "!";
      case TODAY -> "&#8943;";
      case NONE -> "";
    };
  }
}
