package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command on a store whose names are made to act on a terminal, with arguments that are:
 * whatever comes of it, nothing of them gets through, and no file appears where none was asked for.
 */
@Tag("slow")
class HostileNamesTest {
  private static final String EVIL =
      "\u001b[2J\u001b]0;x\u0007\r\n\u009b31m\u007f\u202egpj.exe\u2028\u200b\ufeff";
  private static final String KEY = "p/" + EVIL + "_v230_2020-02-03-20:45:48";
  private static final String DAMAGED = "p/" + EVIL + "_v231_2020-02-03-20:55:48";

  @TempDir Path directory;

  private final Set<String> seen = new TreeSet<>();

  @Test
  void noCommandPrintsThemAsTheyAre() throws Exception {
    Path store = directory.resolve("store");
    byte[] snapshot = Goldens.bytes("3.6.14-rich-auth");
    Goldens.write(store.resolve(KEY), snapshot);
    Goldens.write(store.resolve(DAMAGED), Goldens.damaged(snapshot));
    Cli.storeIn(store, List.of("p/" + EVIL, EVIL + "/etcd.backup_v1_2020-02-03-20:45:48"));
    Path config =
        Files.writeString(
            directory.resolve("c.yaml"),
            "clusters:\n- {project: p, endpoints: ['http://127.0.0.1:1']}");
    Set<Path> before = files();
    for (String[] command : commands(config)) {
      check(store, command);
      check(store, append(command, "--debug"));
      check(store, append(command, "-o", "json"));
    }
    assertThat(seen).as("exit codes").contains("0", "1", "2", "3", "4", "5");
    assertThat(files()).isEqualTo(before);
  }

  private static List<String[]> commands(Path config) {
    List<String[]> commands = new ArrayList<>();
    for (String key : List.of(KEY, DAMAGED, "p/" + EVIL, "p/none" + EVIL, EVIL, "../../" + EVIL)) {
      commands.add(new String[] {"status", key});
      commands.add(new String[] {"inspect", key});
      commands.add(new String[] {"verify", key});
      commands.add(new String[] {"keys", key});
      commands.add(new String[] {"diff", key, KEY});
      commands.add(new String[] {"extract", key, "no" + EVIL});
      commands.add(new String[] {"get", key, "--to", config.resolveSibling("no/where").toString()});
      commands.add(new String[] {"get", key, "--to", config.toString()});
      commands.add(new String[] {"restore", key, "--data-dir", config.toString()});
      commands.add(new String[] {"restore-live", key, "--etcd=http://127.0.0.1:1"});
      commands.add(new String[] {"drill", key, "--etcd-bin", "/no/" + EVIL});
      commands.add(new String[] {"accept", key});
    }
    for (String project : List.of("p", EVIL, "..")) {
      commands.add(new String[] {"list", project});
      commands.add(new String[] {"latest", project});
      commands.add(new String[] {"create", project, "--etcd=http://127.0.0.1:1", "--timeout=1s"});
      commands.add(new String[] {"plan", project, "--config", config.toString()});
      commands.add(new String[] {"prune", project, "--keep-last=1"});
      commands.add(new String[] {"prune", project, "--keep-last=1", "--dry-run"});
      commands.add(new String[] {"verify", "--all", project});
    }
    commands.add(new String[] {"list"});
    commands.add(new String[] {"verify", "--all"});
    commands.add(new String[] {"coverage", "--config", config.toString()});
    commands.add(new String[] {"coverage", "--config", "/no/" + EVIL});
    commands.add(new String[] {"create", "p", "--name", EVIL, "--etcd=http://127.0.0.1:1"});
    commands.add(new String[] {"create", "p", "--from-file", "/no/" + EVIL});
    commands.add(new String[] {"list", "--s3-endpoint", EVIL});
    commands.add(new String[] {"list", "--etcd", EVIL});
    commands.add(new String[] {"list", "--now", EVIL});
    commands.add(new String[] {"list", "--" + EVIL});
    commands.add(new String[] {EVIL});
    return commands;
  }

  private static String[] append(String[] command, String... more) {
    return Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new);
  }

  private void check(Path store, String... command) throws Exception {
    String[] at = append(command, "--now=2020-02-03T21:00:00Z");
    Cli run = Cli.on(store, at);
    seen.add(String.valueOf(run.code()));
    String name = TerminalText.escape(String.join(" ", command));
    assertThat(run.err()).as("%s: standard error", name).satisfies(HostileNamesTest::isHarmless);
    assertThat(run.out()).as("%s: standard output", name).satisfies(HostileNamesTest::isHarmless);
    assertThat(run.err()).as(name).doesNotContain("a mistake in this tool");
    boolean debug = List.of(command).contains("--debug");
    if (!debug) {
      assertThat(run.err().lines()).as("%s: %s", name, run.err()).hasSizeLessThanOrEqualTo(1);
    }
    if (List.of(command).contains("json") && !run.out().isEmpty()) {
      assertThat(run.out().chars()).as(name).allMatch(c -> c < 0x7f);
      if (run.code() == 0) {
        assertThat(new JsonMapper().readTree(run.out())).as(name).isNotNull();
      }
    }
  }

  private static void isHarmless(String text) {
    assertThat(TerminalText.escape(text.replace("\n", ""))).isEqualTo(text.replace("\n", ""));
  }

  private Set<Path> files() throws Exception {
    try (Stream<Path> all = Files.walk(directory)) {
      return new TreeSet<>(all.toList());
    }
  }
}
