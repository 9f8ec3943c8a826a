package dev.etcdbackup.s3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * What is found out about one server, for the table in docs/compatibility.md: a file {@code
 * target/s3-servers/NAME} with a line {@code COLUMN=TEXT} for each feature.
 */
final class ServerRow implements AfterTestExecutionCallback, TestExecutionExceptionHandler {
  /** Rules of the contract that a server is known to break, whatever the store does. */
  private static final Map<String, Set<String>> BROKEN =
      Map.of(
          "garage",
          // It ignores If-None-Match.
          Set.of("aNameTakenMeanwhileIsRefusedAtTheEnd", "ofTwoPutsOfOneKeyAtOnceExactlyOneWins"),
          "s3mock",
          Set.of(
              // To abort an upload removes the object of that name.
              "aNameTakenMeanwhileIsRefusedAtTheEnd",
              // It looks for the object and then writes it: of 300 pairs of puts with If-None-Match
              // at the same moment, both succeeded in 266.
              "ofTwoPutsOfOneKeyAtOnceExactlyOneWins",
              // On a busy machine 1,300 objects take more than two minutes.
              "moreThanAThousandAreListedToTheLastAndDeletedToTheLast"));

  private static final Map<String, String> ROW = new LinkedHashMap<>();
  private static String server = "";
  private static int passed;
  private static int failed;

  static synchronized void begin(String name, String version) {
    server = name;
    ROW.clear();
    passed = 0;
    failed = 0;
    put("version", version);
  }

  static synchronized void put(String column, String text) {
    ROW.put(column, text);
  }

  static synchronized void write(String name) throws IOException {
    put("contract", failed == 0 ? "all " + passed : passed + " of " + (passed + failed));
    Path file = Path.of("target", "s3-servers", name);
    Files.createDirectories(file.getParent());
    Files.write(file, ROW.entrySet().stream().map(Map.Entry::toString).sorted().toList());
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    String rule = context.getRequiredTestMethod().getName();
    if (BROKEN.getOrDefault(server, Set.of()).contains(rule)) {
      Assumptions.abort(server + " is known to break this rule: " + failure);
    }
    throw failure;
  }

  /** Counts the tests of the contract. */
  @Override
  public void afterTestExecution(ExtensionContext context) {
    synchronized (ServerRow.class) {
      if (context.getExecutionException().isEmpty()) {
        passed++;
      } else {
        failed++;
      }
    }
  }
}
