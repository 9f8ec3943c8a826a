package dev.etcdbackup.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class ReportTest {
  @TempDir Path directory;

  @BeforeEach
  void write() throws IOException {
    new Report(
            "./run bench --pairs 2",
            Map.of("processor", "2 × some"),
            2,
            List.of(0.5, 1.5),
            List.of(
                new Verdict("backup", "warm → rgw", "save + copy", "×", List.of(0.5, 0.7), 0.7),
                new Verdict("backup", "warm <&> 'odd'", "save", "×", List.of(2.5, 1.5), 1.0),
                Verdict.alone("jmh", "parse", "ns", List.of(61.0, 60.0), 500.0)),
            Map.of(
                "save",
                List.of(
                    new Measurement(6, 4, 37 << 20).beside(Map.of("etcd", 3.0)),
                    new Measurement(8, 4, 0).beside(Map.of("etcd", 3.5)))),
            List.of("aws is not installed"))
        .write(directory);
  }

  @Test
  void markdownShowsEachFigureBesideItsBar() throws IOException {
    assertThat(Files.readString(directory.resolve("report.md")))
        .contains("| warm → rgw | 0.60 (0.50-0.70) × | ≤ 0.70 | met | save + copy |")
        .contains("| 2.00 (1.50-2.50) × | ≤ 1.00 | missed | save |")
        .contains("| parse | 61 (60-61) ns | ≤ 500 | met |")
        .contains("| save | 7.00 (6.00-8.00) | 4.00 | 19 (0-37) | etcd 3.25 (3.00-3.50) |")
        .contains("| processor | 2 × some |")
        .contains("- aws is not installed");
  }

  @Test
  void fewPairsAreCalledATry() throws IOException {
    assertThat(Files.readString(directory.resolve("report.md"))).contains("Only 2 pairs");
  }

  @Test
  void jsonHoldsEveryRound() throws IOException {
    JsonNode json = new ObjectMapper().readTree(directory.resolve("report.json").toFile());

    assertThat(json.at("/verdicts/0/values/1").asDouble()).isEqualTo(0.7);
    assertThat(json.at("/steps/save/0/seconds").asDouble()).isEqualTo(6);
    assertThat(json.at("/loads/1").asDouble()).isEqualTo(1.5);
  }

  @Test
  void thePlotIsOfTheRatiosAloneAndIsXml() throws Exception {
    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(directory.resolve("ratios.svg").toFile());

    assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(2);
    assertThat(svg.getDocumentElement().getTextContent()).contains("warm <&> 'odd'", "missed");
  }
}
