package dev.etcdbackup.audit;

import static dev.etcdbackup.page.Html.escape;

import dev.etcdbackup.Inspection;
import dev.etcdbackup.Inspection.Outcome;
import dev.etcdbackup.internal.DurationText;
import dev.etcdbackup.page.Html;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes an audit as a page for a browser: HTML that is also well-formed XML and contains its style
 * sheets. {@link Html#escape} is applied to every text from outside.
 */
final class AuditPage {
  private static final int DAYS = 14;
  private static final int MAX_BAD = 200;
  private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("MMM", Locale.ENGLISH);
  private static final String STYLE =
      Html.style("/dev/etcdbackup/coverage/coverage.css")
          + Html.style("/dev/etcdbackup/audit/audit.css");

  private final Audit audit;
  private final List<LocalDate> days = new ArrayList<>();
  private final StringBuilder html = new StringBuilder();

  private AuditPage(Audit audit) {
    this.audit = audit;
    LocalDate today = SeriesAudit.day(audit.at());
    for (int i = DAYS - 1; i >= 0; i--) {
      days.add(today.minusDays(i));
    }
  }

  static String of(Audit audit) {
    AuditPage page = new AuditPage(audit);
    page.write();
    return page.html.toString();
  }

  private void write() {
    html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
    html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
    html.append("<title>Backup audit</title>\n<style>\n").append(STYLE);
    html.append("</style>\n</head>\n<body>\n<main>\n");
    header();
    totals();
    table();
    legend();
    bad();
    html.append("</main>\n</body>\n</html>\n");
  }

  private void header() {
    html.append("<header class=\"").append(audit.healthy() ? "healthy" : "alarming");
    html.append("\">\n<h1>Backup audit</h1>\n<p class=\"verdict\">");
    html.append(escape(AuditText.verdict(audit))).append("</p>\n<p class=\"at\"><time datetime=\"");
    html.append(audit.at()).append("\">").append(Html.time(audit.at()));
    html.append("</time></p>\n</header>\n");
  }

  private void totals() {
    long projects = audit.series().stream().map(AuditedSeries::project).distinct().count();
    long backups = audit.series().stream().mapToLong(AuditedSeries::snapshots).sum();
    long further = audit.series().stream().mapToLong(AuditedSeries::further).sum();
    long bytes = audit.series().stream().mapToLong(AuditedSeries::bytes).sum();
    long formats =
        audit.series().stream()
            .map(AuditedSeries::format)
            .filter(one -> !one.equals(SeriesContents.OTHER))
            .distinct()
            .count();
    html.append("<dl class=\"totals\">\n");
    total(Html.count(projects), projects == 1 ? "project" : "projects");
    total(Html.count(formats), formats == 1 ? "format" : "formats");
    total(Html.count(backups), backups == 1 ? "backup" : "backups");
    if (further > 0) {
      total(Html.count(further), further == 1 ? "further object" : "further objects");
    }
    total(Html.bytes(bytes), "in the store");
    html.append("</dl>\n");
  }

  private void total(String number, String what) {
    html.append("<div><dt>").append(what).append("</dt><dd>").append(number);
    html.append("</dd></div>\n");
  }

  private void table() {
    if (audit.series().isEmpty()) {
      html.append("<p>There are no backups in this store.</p>\n");
      return;
    }
    html.append("<div class=\"scroll\">\n<table class=\"audit\">\n<caption class=\"unseen\">");
    html.append("One row for each series, one cell for each day</caption>\n<thead>\n<tr>");
    html.append("<th scope=\"col\">Project</th><th scope=\"col\">Format, series</th>");
    days.forEach(this::date);
    html.append("<th scope=\"col\">Newest</th><th scope=\"col\">Read</th>");
    html.append("<th scope=\"col\" class=\"number\">Revision</th><th scope=\"col\">etcd</th>");
    html.append("<th scope=\"col\" class=\"number\">Backups</th>");
    html.append("<th scope=\"col\" class=\"number\">Size</th>");
    html.append("<th scope=\"col\">Findings</th></tr>\n</thead>\n");
    projects().forEach(this::project);
    html.append("</table>\n</div>\n");
  }

  /** The projects with problems first, and in each the series with problems. */
  private List<List<AuditedSeries>> projects() {
    Comparator<AuditedSeries> attentionFirst = Comparator.comparing(one -> !one.needsAttention());
    Map<String, List<AuditedSeries>> byProject =
        audit.series().stream()
            .sorted(attentionFirst)
            .collect(
                Collectors.groupingBy(
                    AuditedSeries::project, LinkedHashMap::new, Collectors.toList()));
    return List.copyOf(byProject.values());
  }

  private void date(LocalDate day) {
    boolean withMonth = day.equals(days.get(0)) || day.getDayOfMonth() == 1;
    html.append("<th scope=\"col\" class=\"date").append(now(day)).append("\" title=\"");
    html.append(day).append("\"><span class=\"unseen\">").append(day).append("</span>");
    if (withMonth) {
      html.append("<span class=\"month\" aria-hidden=\"true\">");
      html.append(MONTH.format(day)).append("</span>");
    }
    html.append("<span aria-hidden=\"true\">").append(day.getDayOfMonth()).append("</span></th>");
  }

  private String now(LocalDate day) {
    return day.equals(days.get(DAYS - 1)) ? " now" : "";
  }

  private void project(List<AuditedSeries> series) {
    html.append("<tbody>\n");
    for (int i = 0; i < series.size(); i++) {
      html.append("<tr class=\"").append(series.get(i).needsAttention() ? "act" : "calm");
      html.append("\">");
      if (i == 0) {
        String name = series.get(0).project();
        html.append("<th scope=\"rowgroup\" rowspan=\"").append(series.size()).append("\"><div>");
        html.append(name.isEmpty() ? "(root)" : escape(name)).append("</div></th>");
      }
      row(series.get(i));
      html.append("</tr>\n");
    }
    html.append("</tbody>\n");
  }

  private void row(AuditedSeries one) {
    html.append("<td class=\"series\"><span class=\"format\">").append(escape(one.format()));
    html.append("</span>");
    if (!one.name().isEmpty()) {
      html.append("<div>").append(escape(one.name())).append("</div>");
    }
    html.append("</td>");
    days.forEach(day -> cell(one, day));
    newest(one);
    Optional<Inspection> found = one.newest().flatMap(AuditedBackup::inspection);
    html.append("<td class=\"states\"><span class=\"state ").append(pill(one)).append("\">");
    html.append(escape(AuditText.read(one))).append("</span></td><td class=\"number\">");
    html.append(found.filter(Inspection::ok).map(it -> "" + it.revision().orElse(0)).orElse(""));
    html.append("</td><td>").append(escape(found.map(Inspection::etcdVersion).orElse("")));
    html.append("</td><td class=\"number\">").append(Html.count(one.snapshots()));
    if (one.further() > 0) {
      html.append("<div class=\"small\">+ ").append(Html.count(one.further())).append("</div>");
    }
    html.append("</td><td class=\"number\">").append(Html.bytes(one.bytes()));
    html.append("</td><td class=\"findings\">");
    findings(one);
    html.append("</td>");
  }

  private void newest(AuditedSeries one) {
    @Nullable AuditedBackup newest = one.newest().orElse(null);
    if (newest == null) {
      html.append("<td class=\"moment\"></td>");
      return;
    }
    html.append("<td class=\"moment\" title=\"").append(escape(newest.key().toString()));
    html.append(", ").append(Html.time(newest.time())).append("\">");
    html.append(Html.ago(newest.time(), audit.at()));
    html.append("<div class=\"small\">");
    html.append(
        one.interval()
            .map(it -> "every " + DurationText.format(it))
            .orElse(newest.timeSource().label().equals("name") ? "" : "by upload time"));
    html.append("</div></td>");
  }

  private void cell(AuditedSeries one, LocalDate day) {
    int count = one.days().getOrDefault(day, 0);
    boolean isGap = count == 0 && isExpected(one, day);
    boolean isToday = isGap && day.equals(days.get(DAYS - 1));
    String state = count > 0 ? "full" : isToday ? "today" : isGap ? "missing" : "none";
    html.append("<td class=\"day ").append(state).append(now(day)).append("\" title=\"");
    html.append(day).append(": ").append(Html.count(count, "backup"));
    html.append("\"><span aria-hidden=\"true\">");
    html.append(count > 0 ? (count > 99 ? "&#10003;" : count) : isGap && !isToday ? "!" : "");
    html.append("</span><span class=\"unseen\">").append(state).append("</span></td>");
  }

  /** A series with a backup a day or more, that began before. */
  private static boolean isExpected(AuditedSeries one, LocalDate day) {
    return one.interval().map(it -> it.toHours() <= 25).orElse(false)
        && one.oldest().map(it -> SeriesAudit.day(it).isBefore(day)).orElse(false);
  }

  private void findings(AuditedSeries one) {
    if (one.findings().isEmpty()) {
      return;
    }
    html.append("<ul>");
    for (AuditFinding finding : one.findings()) {
      html.append("<li class=\"").append(finding.severity().label()).append("\">");
      html.append(escape(finding.text())).append("</li>");
    }
    html.append("</ul>");
  }

  private static String pill(AuditedSeries one) {
    boolean bad =
        one.count(Outcome.DAMAGED) + one.count(Outcome.NO_SNAPSHOT) > 0
            || one.examined().stream().anyMatch(it -> it.unreadable().isPresent());
    boolean isOther = one.format().equals(SeriesContents.OTHER);
    if (bad) {
      return isOther ? "calm" : "missing";
    }
    if (one.count(Outcome.NOT_VERIFIED) > 0) {
      return "unknown";
    }
    return one.count(Outcome.GOOD) > 0 ? "fresh" : "calm";
  }

  private void legend() {
    html.append("<ul class=\"legend\">\n");
    legend("full", "3", "backups of that day (UTC), by the time in the name if it has one");
    legend("missing", "!", "none, in a series with one a day");
    legend("none", "", "none");
    html.append("</ul>\n");
  }

  private void legend(String classes, String symbol, String text) {
    html.append("<li><span class=\"day ").append(classes).append("\" aria-hidden=\"true\"><span>");
    html.append(symbol).append("</span></span> ").append(text).append("</li>\n");
  }

  /** Every backup that was read and is not good, with the reason. */
  private void bad() {
    List<AuditedBackup> bad =
        audit.series().stream()
            .flatMap(one -> one.examined().stream())
            .filter(one -> !one.inspection().map(Inspection::ok).orElse(false))
            .sorted(Comparator.comparing(AuditPage::isNotVerified)) // stable
            .toList();
    if (bad.isEmpty()) {
      return;
    }
    html.append("<h2>Not good, or not verified</h2>\n<div class=\"scroll\">\n<table>\n<thead><tr>");
    html.append("<th scope=\"col\">Key</th><th scope=\"col\">Result</th>");
    html.append("<th scope=\"col\">Taken</th><th scope=\"col\" class=\"number\">Size</th>");
    html.append("<th scope=\"col\">Reason</th></tr></thead>\n<tbody>\n");
    bad.stream().limit(MAX_BAD).forEach(this::bad);
    html.append("</tbody>\n</table>\n</div>\n");
    if (bad.size() > MAX_BAD) {
      html.append("<p class=\"small\">And ").append(Html.count(bad.size() - MAX_BAD));
      html.append(" more, which the JSON document has.</p>\n");
    }
  }

  private static boolean isNotVerified(AuditedBackup one) {
    return one.inspection().map(it -> it.outcome() == Outcome.NOT_VERIFIED).orElse(false);
  }

  private void bad(AuditedBackup one) {
    String reason =
        one.unreadable()
            .orElseGet(
                () -> one.inspection().map(it -> String.join("; ", it.problems())).orElse(""));
    html.append("<tr><td class=\"key\">").append(escape(one.key().toString()));
    html.append("</td><td class=\"states\">");
    html.append(escape(AuditText.result(one).orElse(""))).append("</td><td class=\"moment\">");
    Instant time = one.time();
    html.append(Html.time(time)).append("</td><td class=\"number\">");
    html.append(Html.bytes(one.backup().stored().size())).append("</td><td class=\"findings\">");
    html.append(escape(reason)).append("</td></tr>\n");
  }
}
