package dev.etcdbackup.faults;

import dev.etcdbackup.testkit.Fixtures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs every case of the matrix and writes the table. Ends with 1 when a case is not good, or a
 * backend is missing where {@code ETCDBACKUP_FIXTURES=required}.
 *
 * <p>Arguments: the file to write the table to, and after it, if not all cases are to run, texts
 * one of which a case's name has to contain.
 */
public final class FaultMatrix {
  /** Cases spend their time waiting. */
  private static final int AT_ONCE = 8;

  private FaultMatrix() {}

  /**
   * Runs the matrix.
   *
   * @param arguments the file for the table; then what to choose cases by
   * @throws Exception when the servers cannot be had
   */
  public static void main(String[] arguments) throws Exception {
    Path table = Path.of(arguments[0]);
    List<String> texts = List.of(arguments).subList(1, arguments.length);
    Set<Backend.Kind> backends = EnumSet.noneOf(Backend.Kind.class);
    List<String> notRun = new ArrayList<>();
    for (Backend.Kind backend : Backend.Kind.values()) {
      Optional<String> missing = TestServers.missing(backend);
      missing.ifPresentOrElse(why -> notRun.add(backend + ": " + why), () -> backends.add(backend));
    }
    notRun.forEach(line -> System.out.println("not run: " + line));
    List<Case> cases =
        TestServers.cases(backends).stream()
            .filter(
                testCase -> texts.isEmpty() || texts.stream().anyMatch(testCase.name()::contains))
            .toList();
    long begun = System.nanoTime();
    List<CaseRun.Result> results;
    try (TestServers servers = new TestServers(backends)) {
      results = run(servers, cases);
    }
    long bad = results.stream().filter(result -> !result.complaints().isEmpty()).count();
    write(table, new Table(results, notRun).text());
    System.out.printf(
        "%d cases in %d s, %d of them bad; see %s%n",
        results.size(), (System.nanoTime() - begun) / 1_000_000_000, bad, table);
    boolean lacking = !notRun.isEmpty() && "required".equals(System.getenv(Fixtures.VARIABLE));
    System.exit(bad == 0 && !lacking ? 0 : 1);
  }

  /** Runs cases, some at a time; in their order. */
  static List<CaseRun.Result> run(TestServers servers, List<Case> cases)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Future<CaseRun.Result>> running = new ArrayList<>();
      for (Case testCase : cases) {
        running.add(threads.submit(() -> result(servers, testCase)));
      }
      List<CaseRun.Result> results = new ArrayList<>();
      for (Future<CaseRun.Result> result : running) {
        results.add(result.get());
        tell(result.get(), results.size(), cases.size());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  private static CaseRun.Result result(TestServers servers, Case testCase) {
    try {
      return servers.run(testCase);
    } catch (Exception e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      return new CaseRun.Result(
          testCase, Outcome.OTHER, "", Duration.ZERO, List.of(trace.toString()));
    }
  }

  private static void tell(CaseRun.Result result, int done, int all) {
    for (String complaint : result.complaints()) {
      System.out.println("BAD " + result.testCase().name() + ": " + complaint);
    }
    if (done % 50 == 0) {
      System.out.println(done + " of " + all + ", now at " + result.testCase().name());
    }
  }

  private static void write(Path table, String text) throws IOException {
    Path directory = table.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    Files.writeString(table, text);
  }
}
