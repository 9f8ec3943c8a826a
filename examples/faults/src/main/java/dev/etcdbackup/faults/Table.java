package dev.etcdbackup.faults;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The results as Markdown: a count of each ground and job, then how each cell ended. */
final class Table {
  private static final String INTRODUCTION =
      """
      # What happens when something goes wrong

      Written by `./run faults`. Each cell is a job, a fault and a position on one kind of ground, run once by itself. A
      cell is good when

      - the fault struck;
      - the job succeeded or ended with the right kind of exception, within three times the request timeout and 10 s;
      - nothing half or damaged is there as a backup, and a backup is there if and only if that was said (an outcome that is
        unknown leaves it open);
      - every earlier backup has the same bytes, but those that a prune may delete;
      - no multipart upload, temporary file, connection or thread is left within 15 s. An upload may be left where its
        completion is in doubt, where the server went away for good, and where the answer that tells its id was lost; gRPC's
        shared threads do not count;
      - the same job succeeds when the fault is over.

      Faults of requests strike the first call of its kind, at its first byte, unless it says otherwise; "every call" strikes
      the repetitions, too. In a directory there are no requests: a store that fails its calls stands before it, as do a
      source that fails and, for an etcd, a proxy that knows nothing but bytes. "At rest" damages the newest backup before.

      """;

  private final List<CellRun.Result> results;

  Table(List<CellRun.Result> results) {
    this.results = results;
  }

  String text() {
    return INTRODUCTION + totals() + '\n' + counts() + '\n' + endings();
  }

  private String counts() {
    Map<String, int[]> counts = new LinkedHashMap<>();
    for (CellRun.Result result : results) {
      String name = result.cell().ground() + " | " + result.cell().job();
      int[] count = counts.computeIfAbsent(name, k -> new int[2]);
      count[0]++;
      count[1] += result.complaints().isEmpty() ? 0 : 1;
    }
    StringBuilder text = new StringBuilder("| where | what | cells | bad |\n|---|---|---|---|\n");
    counts.forEach(
        (name, count) -> text.append("| %s | %d | %d |%n".formatted(name, count[0], count[1])));
    return text.toString();
  }

  /** One line for all faults at one place that end alike on every ground. */
  private String endings() {
    Map<String, Map<Ground.Kind, String>> byCell = new LinkedHashMap<>();
    for (CellRun.Result result : results) {
      String bad = result.complaints().isEmpty() ? "" : " **BAD**";
      byCell
          .computeIfAbsent(
              result.cell().job() + " | " + result.cell().fault(), k -> new TreeMap<>())
          .put(result.cell().ground(), result.ending() + bad);
    }
    Map<String, String> lines = new LinkedHashMap<>();
    byCell.forEach(
        (name, endings) -> {
          int colon = name.lastIndexOf(": ");
          String key = name.substring(0, colon) + '\n' + columns(endings);
          lines.merge(key, name.substring(colon + 2), (some, more) -> some + "; " + more);
        });
    StringBuilder text = new StringBuilder("| what | where | fault |");
    for (Ground.Kind ground : Ground.Kind.values()) {
      text.append(' ').append(ground).append(" |");
    }
    text.append("\n|---|---|---|").append("---|".repeat(Ground.Kind.values().length)).append('\n');
    lines.forEach(
        (key, faults) -> {
          int end = key.indexOf('\n');
          text.append("| ").append(key, 0, end).append(" | ").append(faults);
          text.append(key.substring(end + 1)).append(" |\n");
        });
    return text.toString();
  }

  private static String columns(Map<Ground.Kind, String> endings) {
    StringBuilder columns = new StringBuilder();
    for (Ground.Kind ground : Ground.Kind.values()) {
      columns.append(" | ").append(endings.getOrDefault(ground, ""));
    }
    return columns.toString();
  }

  private String totals() {
    StringBuilder totals = new StringBuilder("| where | cells |\n|---|---|\n");
    for (Ground.Kind ground : Ground.Kind.values()) {
      long count = results.stream().filter(result -> result.cell().ground() == ground).count();
      totals.append("| %s | %d |%n".formatted(ground, count));
    }
    return totals.append("| all | %d |%n".formatted(results.size())).toString();
  }
}
