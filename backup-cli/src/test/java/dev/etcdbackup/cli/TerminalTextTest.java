package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names come from a store that others write to; none may act on a terminal. */
class TerminalTextTest {
  private static final String EVIL = "\u001b[2J\u0007x\ny\tz\u007f";
  private static final String SHOWN = "\\x1b[2J\\x07x\\x0ay\\x09z\\x7f";

  @TempDir Path store;

  @Test
  void controlCharactersAreShownAsNumbers() {
    assertThat(TerminalText.escape(EVIL)).isEqualTo(SHOWN);
    assertThat(TerminalText.escape("\u009b31m")).isEqualTo("\\x9b31m");
    assertThat(TerminalText.escape("a\u202eb\u200b\u2028")).isEqualTo("a\\u202eb\\u200b\\u2028");
    assertThat(TerminalText.escape("half \ud83d")).isEqualTo("half \\ud83d");
  }

  @ParameterizedTest
  @CsvSource({
    "cray-bss/etcd.backup_v1_2020-02-03-20:45:48",
    "'grün €\uD83D\uDE00'",
    "'a\\b'",
    "''"
  })
  void everythingElseStaysAsItIs(String text) {
    assertThat(TerminalText.escape(text)).isSameAs(text);
  }

  @Test
  void noTextOfAnySortLeavesAControlCharacter() {
    long seed = 20_200_203L;
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(12); n > 0; n--) {
        text.append((char) (random.nextBoolean() ? random.nextInt(0x100) : random.nextInt()));
      }
      assertThat(TerminalText.escape(text.toString()).chars())
          .as("seed %d, text %d", seed, i)
          .noneMatch(Character::isISOControl);
    }
  }

  @Test
  void everyCommandShowsNamesWithoutTheirControlCharacters() throws Exception {
    Cli.storeIn(
        store,
        List.of("p/" + EVIL, "p/" + EVIL + "_v1_2020-02-03-20:45:48", EVIL + "/e_v1_x", "p/z"));
    String at = "--now=2020-02-03T21:00:00Z";
    Path config = Files.writeString(store.resolveSibling("terminal.yaml"), "clusters: []");

    assertThat(Cli.on(store, "list").out())
        .isEqualTo(String.join("\n", SHOWN + "/e_v1_x", "p/" + SHOWN, periodic(), "p/z", ""));
    assertThat(Cli.on(store, "latest", "p", at).out()).isEqualTo(periodic() + "\n");
    assertThat(Cli.on(store, "prune", "p", "--keep-last", "1", "--dry-run", at).out())
        .isEqualTo("keep " + periodic() + " last 1: newest\n");
    assertThat(Cli.on(store, "coverage", "--config", config.toString(), at).out().lines())
        .hasSize(3)
        .anyMatch(line -> line.startsWith(SHOWN + "  unconfigured"));
    assertThat(Cli.on(store, "get", "p/" + EVIL + "1", "--to", store + "/f").err())
        .isEqualTo("etcd-backup: there is no backup p/" + SHOWN + "1\n");
    assertThat(Cli.on(store, EVIL).err()).startsWith("etcd-backup: unknown command '" + SHOWN);
    assertThat(Cli.on(store, "get", "p/" + EVIL, "--to", store + "/f", "--debug").err())
        .contains("\n  at ")
        .doesNotContain("\u001b", "\u0007", "\u007f");
  }

  private static String periodic() {
    return "p/" + SHOWN + "_v1_2020-02-03-20:45:48";
  }

  @Test
  void jsonTellsNamesExactlyAndIsPlainAscii() throws Exception {
    Cli.storeIn(store, List.of("p/" + EVIL));
    Cli run = Cli.on(store, "list", "-o", "json");
    JsonNode list = new JsonMapper().readTree(run.out());
    assertThat(list.get(0).get("key").asText()).isEqualTo("p/" + EVIL);
    assertThat(run.out().chars()).allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f));

    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    String odd = "grün \uD83D\uDE00 \u009b \u202e \u007f half \ud83d";
    new Output(stream, Output.Format.JSON, new TerminalLine(stream, false)).json(List.of(odd));
    String json = bytes.toString(StandardCharsets.UTF_8);
    assertThat(json.chars()).allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f));
    assertThat(new JsonMapper().readTree(json).get(0).asText()).isEqualTo(odd);
  }
}
