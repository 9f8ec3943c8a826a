package dev.etcdbackup.benchmarks;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The newest figure of each goal. */
final class Goals {
  private final List<History.Entry> entries;

  /**
   * @param entries what is kept, the oldest first
   */
  Goals(List<History.Entry> entries) {
    this.entries = entries;
  }

  /**
   * A goal is that of the figures of one title; a report may have several figures of one title,
   * each beside something else, in an order that stays.
   */
  private record Goal(String title, int number) {}

  /** The table, a row for each goal. */
  String table() {
    Map<Goal, String> rows = new LinkedHashMap<>();
    for (History.Entry entry : entries) {
      Map<String, Integer> seen = new HashMap<>();
      for (History.Figure figure : entry.figures()) {
        int number = seen.merge(figure.title(), 1, Integer::sum);
        if (figure.bar() != null) {
          rows.put(new Goal(figure.title(), number), figure.row() + " | " + origin(entry) + " |\n");
        }
      }
    }
    return "\n| case | figure | beside | goal | measured |\n|---|---|---|---|---|\n"
        + String.join("", rows.values());
  }

  private static String origin(History.Entry entry) {
    String database = entry.metadata().getOrDefault("database", "");
    return entry.version() + ", " + entry.date() + (database.isEmpty() ? "" : ": " + database);
  }
}
