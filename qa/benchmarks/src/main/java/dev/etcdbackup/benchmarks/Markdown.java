package dev.etcdbackup.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The report for people. */
final class Markdown {
  private static final String HOW_TO_READ =
      """
      A ratio is our cost over that of the peer in the same round; below 1 we take less. Given are the median and, in
      brackets, the lowest and the highest of all rounds. The peer is the one with the lowest median wall time; what it
      does in several steps is added up.

      Not alike: we verify etcd's SHA-256 before anything is stored and keep no copy on disk; `etcdctl snapshot save` of
      etcd 3.4 verifies nothing while it saves. Our read back verifies the snapshot and has it on the disk (fsync) when it
      returns; `rclone` and `aws` copy bytes. CPU is the client's own, not the servers', which share the machine.
      """;

  private final Report report;
  private final StringBuilder text = new StringBuilder();

  Markdown(Report report) {
    this.report = report;
  }

  String text() {
    text.append("# Benchmarks\n\n`").append(report.command()).append("`\n\n");
    if (report.pairs() < Report.FEWEST_PAIRS) {
      text.append("**Only ").append(report.pairs()).append(" pairs: a try, not a report.**\n\n");
    }
    metadata();
    report.notes().forEach(note -> text.append("- ").append(note).append('\n'));
    text.append("\n## Figures\n\n");
    verdicts();
    if (report.verdicts().stream().anyMatch(verdict -> !verdict.against().isEmpty())) {
      text.append("\n![ratios](ratios.svg)\n");
    }
    text.append('\n').append(HOW_TO_READ);
    if (!report.steps().isEmpty()) {
      text.append("\n## Steps\n\n");
      steps();
    }
    return text.toString();
  }

  private void metadata() {
    row("what", "");
    row("---", "---");
    report.metadata().forEach(this::row);
    if (!report.loads().isEmpty()) {
      row("load average", Spread.of(report.loads()).text(1) + " at the beginning of a round");
    }
    text.append('\n');
  }

  private void verdicts() {
    row("case", "figure", "bar", "", "beside");
    row("---", "---", "---", "---", "---");
    for (Verdict verdict : report.verdicts()) {
      row(
          verdict.title(),
          verdict.figureText(),
          verdict.barText(),
          verdict.outcome(),
          verdict.against());
    }
  }

  private void steps() {
    row("step", "wall s", "CPU s", "peak RSS MiB", "servers' CPU s meanwhile");
    row("---", "---", "---", "---", "---");
    for (Map.Entry<String, List<Measurement>> step : report.steps().entrySet()) {
      row(
          step.getKey(),
          spread(step.getValue(), Measurement::seconds, 2),
          spread(step.getValue(), Measurement::cpuSeconds, 2),
          spread(step.getValue(), cost -> cost.peakRssBytes() >> 20, 0),
          servers(step.getValue()));
    }
  }

  private static String servers(List<Measurement> runs) {
    return runs.get(0).serverSeconds().keySet().stream()
        .map(program -> program + ' ' + spread(runs, cost -> cost.serverSeconds(program), 2))
        .collect(Collectors.joining(", "));
  }

  private static String spread(
      List<Measurement> runs, ToDoubleFunction<Measurement> what, int decimals) {
    return Spread.of(runs.stream().mapToDouble(what).boxed().toList()).text(decimals);
  }

  private void row(String... cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
