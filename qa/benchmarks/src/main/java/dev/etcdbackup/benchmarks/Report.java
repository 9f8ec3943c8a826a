package dev.etcdbackup.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What came of it all.
 *
 * @param command what to type to have it again
 * @param metadata the machine, the versions, the settings
 * @param pairs rounds of the batch
 * @param loads the load average at the beginning of each
 * @param verdicts the figures beside their bars
 * @param steps what each step cost in each round
 * @param notes what was left out and why
 */
record Report(
    String command,
    Map<String, String> metadata,
    int pairs,
    List<Double> loads,
    List<Verdict> verdicts,
    Map<String, List<Measurement>> steps,
    List<String> notes) {
  /** Fewer say too little. */
  static final int FEWEST_PAIRS = 5;

  /** Writes {@code report.md}, {@code report.json} and {@code ratios.svg}. */
  void write(Path directory) throws IOException {
    ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    json.writeValue(directory.resolve("report.json").toFile(), this);
    Files.writeString(directory.resolve("report.md"), new Markdown(this).text());
    Files.writeString(directory.resolve("ratios.svg"), RatioPlot.of(verdicts).svg());
  }
}
