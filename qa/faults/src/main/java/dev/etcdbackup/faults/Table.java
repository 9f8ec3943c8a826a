package dev.etcdbackup.faults;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The results as Markdown: the counts, then a line for each job and fault. */
final class Table {
  private static final int POSITIONS_SHOWN = 8;

  private static final String INTRODUCTION =
      """
      # What happens when something goes wrong

      Written by `./run faults`, which runs all of it again; `./run faults "kill -9" "prune | LIST"` runs the cases whose
      names contain one of these texts. Ceph takes part when `ETCDBACKUP_RGW_...` is set (`fixtures/ceph`), the full disk
      when a tmpfs can be mounted. The tests of `qa/faults` run a share that `ETCDBACKUP_FAULTS_SEED` chooses.

      A case is a job, a fault and a position on one kind of backend, run once by itself. It is good when

      - the fault is verified to have happened;
      - the job succeeded or ended with the right kind of exception, within three times the request timeout and 10 s;
      - nothing half or damaged is there as a backup, and a backup is there if and only if that was said (an outcome that is
        unknown, and a death, leave it open);
      - every earlier backup has the same bytes, but those that a prune may delete; so have backups that others store
        meanwhile;
      - no multipart upload, temporary file, connection or thread is left within 15 s. Where a process was killed, where
        the completion of an upload is in doubt, where the server went away for good and where the answer that tells an
        upload's id was lost, the sweepers of the stores remove what is left; gRPC's shared threads do not count, nor the
        temporary files of a killed read, which are in the reader's directory;
      - the same job succeeds when the fault is over.

      Faults of requests affect the first call of its kind, at its first byte, unless it says otherwise; "every call" affects
      the repetitions, too. In a directory there are no requests: a store that fails its calls stands before it, as do a
      source that fails and, for an etcd, a proxy that knows nothing but bytes, or the real thing happens to real members.
      A number in parentheses counts cases.

      """;

  private final List<CaseRun.Result> results;
  private final List<String> notRun;

  Table(List<CaseRun.Result> results, List<String> notRun) {
    this.results = results;
    this.notRun = notRun;
  }

  String text() {
    StringBuilder text = new StringBuilder(INTRODUCTION).append(counts()).append('\n');
    notRun.forEach(line -> text.append("Not run: ").append(line).append("\n\n"));
    return text.append(outcomes()).toString();
  }

  /** Jobs by backends. */
  private String counts() {
    StringBuilder text = new StringBuilder("| cases |");
    Backend.Kind[] backends = Backend.Kind.values();
    for (Backend.Kind backend : backends) {
      text.append(' ').append(backend).append(" |");
    }
    text.append(" all | bad |\n|---|").append("---|".repeat(backends.length + 2)).append('\n');
    for (Job job : Job.values()) {
      line(
          text,
          job.toString(),
          results.stream().filter(result -> result.testCase().job() == job).toList());
    }
    line(text, "all", results);
    return text.toString();
  }

  private static void line(StringBuilder text, String name, List<CaseRun.Result> some) {
    text.append("| ").append(name);
    for (Backend.Kind backend : Backend.Kind.values()) {
      long count = some.stream().filter(result -> result.testCase().backend() == backend).count();
      text.append(" | ").append(count == 0 ? "" : Long.toString(count));
    }
    long bad = some.stream().filter(result -> !result.complaints().isEmpty()).count();
    text.append(" | %d | %d |%n".formatted(some.size(), bad));
  }

  private String outcomes() {
    Map<String, List<CaseRun.Result>> rows = new LinkedHashMap<>();
    for (Job job : Job.values()) {
      for (CaseRun.Result result : results) {
        if (result.testCase().job() == job) {
          rows.computeIfAbsent(job + " | " + result.testCase().fault(), k -> new ArrayList<>())
              .add(result);
        }
      }
    }
    StringBuilder text = new StringBuilder("| what | fault | positions |");
    for (Backend.Kind backend : Backend.Kind.values()) {
      text.append(' ').append(backend).append(" |");
    }
    text.append("\n|---|---|---|").append("---|".repeat(Backend.Kind.values().length)).append('\n');
    rows.forEach(
        (name, row) ->
            text.append("| %s | %s%s |%n".formatted(name, positions(row), columns(row))));
    return text.toString();
  }

  /** Calls and bytes, those of one operation together; only their number when they are many. */
  private static String positions(List<CaseRun.Result> row) {
    Map<String, Set<String>> byOperation = new LinkedHashMap<>();
    for (CaseRun.Result result : row) {
      String position = result.testCase().position();
      String operation = position.split(" ", 2)[0];
      boolean request = operation.equals(operation.toUpperCase(Locale.ROOT));
      byOperation
          .computeIfAbsent(request ? operation : "", k -> new LinkedHashSet<>())
          .add(request ? position.substring(operation.length()).strip() : position);
    }
    return byOperation.entrySet().stream()
        .map(entry -> (entry.getKey() + ' ' + shown(entry.getValue())).strip())
        .collect(Collectors.joining("<br>"));
  }

  private static String shown(Set<String> positions) {
    return positions.size() > POSITIONS_SHOWN
        ? "(" + positions.size() + " positions)"
        : String.join("; ", positions);
  }

  private static String columns(List<CaseRun.Result> row) {
    Map<Backend.Kind, Map<String, Integer>> counts = new EnumMap<>(Backend.Kind.class);
    for (CaseRun.Result result : row) {
      String bad = result.complaints().isEmpty() ? "" : " **BAD**";
      counts
          .computeIfAbsent(result.testCase().backend(), k -> new TreeMap<>())
          .merge(result.outcome() + bad, 1, Integer::sum);
    }
    StringBuilder columns = new StringBuilder();
    for (Backend.Kind backend : Backend.Kind.values()) {
      String outcomes =
          counts.getOrDefault(backend, Map.of()).entrySet().stream()
              .map(e -> e.getKey() + (e.getValue() == 1 ? "" : " (" + e.getValue() + ")"))
              .collect(Collectors.joining("<br>"));
      columns.append(" | ").append(outcomes);
    }
    return columns.toString();
  }
}
