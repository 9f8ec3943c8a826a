package dev.etcdbackup.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.testkit.Fixtures;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The alert rules, by Prometheus' own tool. */
@Timeout(60)
class AlertRulesTest {
  private static final Path RULES = Path.of("../docs/alerts.yaml");

  @TempDir Path directory;

  @Test
  void prometheusAcceptsThem() throws Exception {
    assertThat(promtool("check", "rules", RULES.toAbsolutePath().toString()))
        .contains("SUCCESS: 11 rules found");
  }

  @Test
  void theyFireWhenTheyShould() throws Exception {
    Files.copy(RULES, directory.resolve("alerts.yaml"));
    Path story = directory.resolve("alerts-test.yaml");
    Files.copy(Path.of("src/test/resources/alerts-test.yaml"), story);
    assertThat(promtool("test", "rules", story.toString())).contains("SUCCESS");
  }

  private static String promtool(String... arguments) throws Exception {
    Optional<Path> tool =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .map(directory -> Path.of(directory, "promtool"))
            .filter(Files::isExecutable)
            .findFirst();
    if (tool.isEmpty()) {
      throw Fixtures.missing("no promtool on the PATH; fixtures/promtool DIR gets Debian's");
    }
    Process process =
        new ProcessBuilder(
                Stream.concat(Stream.of(tool.get().toString()), Stream.of(arguments)).toList())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
