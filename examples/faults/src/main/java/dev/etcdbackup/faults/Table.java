package dev.etcdbackup.faults;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The results as Markdown: a count of each ground and job, then how each cell ended. */
final class Table {
  private final List<CellRun.Result> results;

  Table(List<CellRun.Result> results) {
    this.results = results;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    Map<String, Map<String, Integer>> counts = new LinkedHashMap<>();
    Map<String, Map<Ground.Kind, String>> cells = new LinkedHashMap<>();
    for (CellRun.Result result : results) {
      Cell cell = result.cell();
      counts
          .computeIfAbsent(cell.ground() + " | " + cell.job(), k -> new TreeMap<>())
          .merge(result.complaints().isEmpty() ? "good" : "bad", 1, Integer::sum);
      String ending = result.ending() + (result.complaints().isEmpty() ? "" : " **BAD**");
      cells
          .computeIfAbsent(cell.job() + " | " + cell.fault(), k -> new TreeMap<>())
          .put(cell.ground(), ending);
    }
    text.append("| where | what | cells | bad |\n|---|---|---|---|\n");
    counts.forEach(
        (name, count) -> {
          int bad = count.getOrDefault("bad", 0);
          int all = bad + count.getOrDefault("good", 0);
          text.append("| %s | %d | %d |%n".formatted(name, all, bad));
        });
    text.append("\n| what | fault | ").append(columns()).append(" |\n|---|---|");
    text.append("---|".repeat(Ground.Kind.values().length)).append('\n');
    cells.forEach(
        (name, endings) -> {
          text.append("| ").append(name);
          for (Ground.Kind ground : Ground.Kind.values()) {
            text.append(" | ").append(endings.getOrDefault(ground, ""));
          }
          text.append(" |\n");
        });
    return text.toString();
  }

  private static String columns() {
    StringBuilder columns = new StringBuilder();
    for (Ground.Kind ground : Ground.Kind.values()) {
      columns.append(columns.isEmpty() ? "" : " | ").append(ground);
    }
    return columns.toString();
  }
}
