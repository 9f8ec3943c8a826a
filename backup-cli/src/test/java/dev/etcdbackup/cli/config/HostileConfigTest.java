package dev.etcdbackup.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Configurations that are made to harm: nothing is made of them but a line that says no. */
@Timeout(120)
class HostileConfigTest {
  @TempDir Path directory;

  private void assertRefused(String name, String text) throws IOException {
    Path file = Files.writeString(directory.resolve(name), text);
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> BackupConfig.read(file, Optional.empty()))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1_000).doesNotContain("\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL ['http://127.0.0.1:1/']]]]",
        "clusters: !!java.util.ArrayList []",
        "store: !local s3://bucket\nclusters: []",
        "clusters: !<tag:yaml.org,2002:java.lang.Runtime> []",
        "!!map {clusters: []}",
        "%TAG ! tag:x,2000:\n---\nclusters: !y []",
        "store: !!binary aGVsbG8=\nclusters: []",
      })
  void noTagMakesAnObject(String text) throws IOException {
    assertRefused("c.yaml", text);
  }

  @Test
  void aliasesThatMultiplyAreNotFollowed() throws IOException {
    StringBuilder laughs = new StringBuilder("a0: &a0 [haha]\n");
    for (int i = 1; i <= 9; i++) {
      String ten = ("*a" + (i - 1) + ",").repeat(10);
      laughs.append("a%d: &a%d [%s]\n".formatted(i, i, ten));
    }
    assertRefused("c.yaml", laughs + "clusters: *a9\n");
    assertRefused("c.yaml", "clusters: &a [*a]");
    assertRefused("c.yaml", "base: &b {project: p}\nclusters:\n- <<: *b\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"c.yaml", "c.json"})
  void depthWithoutMeasureIsRefused(String name) throws IOException {
    assertRefused(name, "[".repeat(200_000));
    assertRefused(name, "{\"a\":".repeat(200_000));
    assertRefused(name, "{\"clusters\": " + "[".repeat(900) + "]".repeat(900) + "}");
  }

  @Test
  void blocksWithoutMeasureInOneAnotherAreRefused() throws IOException {
    assertRefused("c.yaml", "- ".repeat(100_000) + "x");
    StringBuilder steps = new StringBuilder();
    for (int i = 0; i < 1_000; i++) {
      steps.append(" ".repeat(i)).append("a:\n");
    }
    assertRefused("c.yaml", steps.toString());
  }

  @Test
  void noTextOfAnySortIsMoreThanRefused() throws IOException {
    long seed = 20_200_203;
    Random random = new Random(seed);
    String[] pieces = {
      "clusters",
      ": ",
      "[",
      "]",
      "{",
      "}",
      "- ",
      "\n",
      "  ",
      "&a ",
      "*a",
      "!!x ",
      "'",
      "\"",
      "|",
      ">",
      "%",
      "---",
      "project",
      ", ",
      "#",
      "\\",
      "\t",
      "\0",
      "\u0085",
      "\u2028",
      "\ud83d",
      "?",
      "store",
      "@"
    };
    for (int i = 0; i < 50 * Integer.getInteger("etcdbackup.test.share", 100); i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(20); n >= 0; n--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      String name = i % 3 == 0 ? "c.json" : i % 3 == 1 ? "c.yaml" : "c.txt";
      Path file =
          Files.write(directory.resolve(name), text.toString().getBytes(StandardCharsets.UTF_8));
      try {
        BackupConfig.read(file, Optional.empty());
      } catch (ConfigException e) {
        assertThat(e.getMessage()).as("seed %d, text %d", seed, i).doesNotContain("\n");
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed " + seed + ", text " + i + ": " + text, e);
      }
    }
  }
}
