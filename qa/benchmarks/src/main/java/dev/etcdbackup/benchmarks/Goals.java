package dev.etcdbackup.benchmarks;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The newest figure of each goal, for each kind and size of data that it was measured with. */
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
    Map<Goal, Map<String, String>> rows = new LinkedHashMap<>();
    for (History.Entry entry : entries) {
      Map<String, Integer> seen = new HashMap<>();
      for (History.Figure figure : entry.figures()) {
        int number = seen.merge(figure.title(), 1, Integer::sum);
        if (figure.bar() != null) {
          Map<String, String> newest =
              rows.computeIfAbsent(new Goal(figure.title(), number), goal -> new TreeMap<>());
          newest.put(data(entry), figure.row() + " | " + origin(entry) + " |\n");
        }
      }
    }
    StringBuilder table =
        new StringBuilder(
            "\n| case | figure | beside | goal | measured |\n|---|---|---|---|---|\n");
    rows.values().forEach(newest -> newest.values().forEach(table::append));
    return table.toString();
  }

  /** What the command filled etcd with, as it was asked to. */
  private static String data(History.Entry entry) {
    return option(entry, "--size") + ' ' + option(entry, "--values");
  }

  private static String option(History.Entry entry, String name) {
    Matcher value = Pattern.compile(name + "[ =](\\S+)").matcher(entry.command());
    return value.find() ? value.group(1) : "";
  }

  private static String origin(History.Entry entry) {
    String database = entry.metadata().getOrDefault("database", "");
    return entry.version() + ", " + entry.date() + (database.isEmpty() ? "" : ": " + database);
  }
}
