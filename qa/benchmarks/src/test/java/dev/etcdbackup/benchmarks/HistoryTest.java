package dev.etcdbackup.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
  @TempDir Path documents;

  private static Report report(String command, double... values) {
    return new Report(
        command,
        Map.of("etcd", "etcd 3.5", "kernel", "any"),
        5,
        List.of(),
        List.of(
            new Verdict(
                "backup",
                "warm <&> backup",
                "save",
                "×",
                Arrays.stream(values).boxed().toList(),
                0.7)),
        Map.of(),
        List.of());
  }

  private Path performance() throws IOException {
    return Files.writeString(
        documents.resolve("performance.md"),
        """
        <!-- goals, written -->
        old goals
        <!-- end of the goals -->
        between
        <!-- figures, written -->
        old
        <!-- end of the figures -->
        after
        """);
  }

  @Test
  void theFirstTableHasTheNewestFigureOfEachGoal() throws IOException {
    Path file = performance();
    History history = new History(documents);
    history.keep("0.1.0", report("./run bench --size 1g", 0.5));
    history.keep("0.2.0", report("./run bench --size 1g --pairs 3", 0.8));
    String text = Files.readString(file);
    String goals = text.substring(0, text.indexOf("between"));
    assertThat(goals.lines().filter(line -> line.contains("warm")))
        .singleElement()
        .asString()
        .startsWith("| warm <&> backup | **0.80** × | save | ≤ 0.7, missed | 0.2.0, 20");
    assertThat(text.substring(goals.length())).contains("0.50", "0.80");
  }

  @Test
  void theFirstTableHasARowForEachKindAndSizeOfData() throws IOException {
    Path file = performance();
    History history = new History(documents);
    history.keep("0.1.0", report("./run bench --values json --size 1g", 0.8));
    history.keep("0.1.0", report("./run bench --size 1g --values random --cases backup", 0.5));
    history.keep("0.1.0", report("./run bench --size 1g --values random --pairs 9", 0.6));
    String text = Files.readString(file);
    String goals = text.substring(0, text.indexOf("between"));
    assertThat(goals.lines().filter(line -> line.contains("warm")))
        .hasSize(2)
        .anyMatch(line -> line.contains("| **0.80** ×"));
  }

  @Test
  void theNewestFigureOfADayIsTheOneThatWasKeptLast() throws IOException {
    Path file = performance();
    History history = new History(documents);
    history.keep("0.1.0", report("./run bench --pairs 3 a", 0.6));
    history.keep("0.1.0", report("./run bench --pairs 3 b", 0.5));
    Path first = documents.resolve("benchmarks/0.1.0-pairs-3-a.json");
    Path second = documents.resolve("benchmarks/0.1.0-pairs-3-b.json");
    keptAt(first, "2026-11-29T18:00:01Z");
    keptAt(second, "2026-11-29T18:00:00Z");
    history.write();
    String text = Files.readString(file);
    assertThat(text.substring(0, text.indexOf("between")))
        .contains("| 0.60 ×")
        .doesNotContain("| 0.50 ×");
  }

  private static void keptAt(Path file, String time) throws IOException {
    String entry = Files.readString(file);
    Files.writeString(
        file, entry.replaceFirst("\"kept\" : \"[^\"]*\"", "\"kept\" : \"" + time + "\""));
  }

  /** {@code -Dupdate=true} writes them again. */
  @Test
  void theTablesOfTheDocumentAreThoseOfTheFiguresThatAreKept() throws IOException {
    Path real = Path.of("../../docs");
    Files.createDirectories(documents.resolve("benchmarks"));
    Files.copy(real.resolve("performance.md"), documents.resolve("performance.md"));
    try (var files = Files.list(real.resolve("benchmarks"))) {
      for (Path file : files.toList()) {
        Files.copy(file, documents.resolve("benchmarks").resolve(file.getFileName()));
      }
    }
    new History(documents).write();
    for (String name : List.of("performance.md", "benchmarks/history.svg")) {
      if (Boolean.getBoolean("update")) {
        Files.writeString(real.resolve(name), Files.readString(documents.resolve(name)));
      }
      assertThat(real.resolve(name))
          .as("docs/%s; run this test with -Dupdate=true to write it again", name)
          .hasSameTextualContentAs(documents.resolve(name));
    }
  }

  @Test
  void theTablesHaveTheNewestFiguresOfEachCommand() throws IOException {
    Path file = performance();
    History history = new History(documents);
    history.keep("0.1.0", report("./run bench --size 1g", 0.5, 0.6, 0.7));
    history.keep("0.2.0", report("./run bench --size 1g", 0.8, 0.9, 1.0));
    history.keep("0.1.0", report("./run bench", 0.4));

    assertThat(Files.readString(file))
        .contains("between\n<!-- figures, written -->\n")
        .endsWith("\n<!-- end of the figures -->\nafter\n")
        .contains("`./run bench --size 1g`, version 0.2.0", "etcd 3.5")
        .contains("| warm <&> backup | **0.90** (0.80–1.00) × | save | ≤ 0.7, missed |")
        .contains("| warm <&> backup | 0.40 × | save | ≤ 0.7 |")
        .doesNotContain("old", "0.60");
    try (var files = Files.list(documents.resolve("benchmarks"))) {
      assertThat(files.map(f -> f.getFileName().toString()).sorted())
          .containsExactly("0.1.0-size-1g.json", "0.1.0.json", "0.2.0-size-1g.json", "history.svg");
    }
  }

  @Test
  void whatIsMeasuredAgainReplacesItsFigures() throws IOException {
    Path file = performance();
    History history = new History(documents);
    history.keep("0.1.0", report("./run bench", 0.5));
    history.keep("0.1.0", report("./run bench --install --to x/y --keep 0.1.0", 0.6));

    assertThat(Files.readString(file)).contains("`./run bench`", "0.60").doesNotContain("0.50");
  }

  @Test
  void thePictureIsValidAndHasAPointForEachVersion() throws Exception {
    performance();
    History history = new History(documents);
    history.keep("0.1.0", report("./run bench", 0.5));
    history.keep("0.2.0", report("./run bench", 0.6));

    Path svg = documents.resolve("benchmarks/history.svg");
    assertThat(
            DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(svg.toFile())
                .getElementsByTagName("circle")
                .getLength())
        .isEqualTo(2);
  }

  @Test
  void aDocumentWithoutAPlaceAndAVersionThatIsAPathAreRefused() throws IOException {
    Files.writeString(documents.resolve("performance.md"), "nothing\n");
    History history = new History(documents);
    assertThatIOException()
        .isThrownBy(() -> history.keep("0.1.0", report("./run bench", 0.5)))
        .withMessageEndingWith("performance.md has no place for the goals");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> history.keep("../x", report("./run bench", 0.5)))
        .withMessage("'../x' is not a version: write 0.2.0");
  }
}
