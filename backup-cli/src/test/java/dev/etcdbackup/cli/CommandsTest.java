package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import picocli.CommandLine.Option;

/** Commands are made when the command line names them. */
class CommandsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @FieldSource("dev.etcdbackup.cli.Commands#NAMES")
  void theNameOfACommandIsThatOfItsAnnotation(String name) {
    String help = Cli.run(name, "--help").out();
    assertThat(help).contains("Usage: etcd-backup " + name + " ");
  }

  /** {@code -Dupdate=true} writes the help that the tool has in a file. */
  @Test
  void theHelpInTheFileIsThatOfTheOptions() throws Exception {
    String made = Cli.run("--help", "list").out();
    if (Boolean.getBoolean("update")) {
      Files.writeString(Path.of("src/main/resources/dev/etcdbackup/cli/help.txt"), made);
    }
    assertThat(HelpText.read()).as("run this test with -Dupdate=true").isEqualTo(made);
    assertThat(Cli.run("-h")).isEqualTo(new Cli(0, made, ""));
  }

  @Test
  void theHelpListsAllCommandsWhateverFollowsIt() {
    String all = Cli.run("--help").out();
    assertThat(Commands.NAMES).allSatisfy(name -> assertThat(all).contains("\n  " + name + " "));
    assertThat(Cli.run("--help", "list").out()).isEqualTo(all);
    assertThat(Cli.run("-h", "list").out()).isEqualTo(all);
  }

  @Test
  void theParameterOfAnOptionMayBeTheNameOfACommand() throws Exception {
    Cli.storeIn(directory, List.of("list/a"));
    assertThat(Cli.on(directory, "--tarball-zone", "UTC", "list", "list").out()).contains("list/a");
  }

  @Test
  void snapshotsOfK3sAreRecognisedByNamesThatWereGiven() throws Exception {
    Cli.storeIn(directory, List.of("k3s/nightly-server-0-1714557600"));
    assertThat(Cli.on(directory, "list", "-o", "json").out()).contains("\"other\"");
    assertThat(Cli.on(directory, "list", "--k3s-name=nightly", "-o", "json").out())
        .contains("\"k3s\"");
    assertThat(Cli.on(directory, "--k3s-name", "nightly", "audit", "--list-only").out())
        .contains("k3s");
  }

  /**
   * Picocli is shown the options that are named, so that the names must be those of the options.
   */
  @Test
  void theNamesOfTheOptionsOfAllCommandsAreThoseOfTheirAnnotations() {
    Map<Class<?>, Set<String>> listed =
        Map.of(
            StoreOptions.class, StoreOptions.NAMES,
            EtcdOptions.class, EtcdOptions.NAMES,
            EncodingOptions.class, EncodingOptions.NAMES,
            GlobalOptions.class, GlobalOptions.NAMES);
    listed.forEach(
        (options, names) ->
            assertThat(
                    Stream.of(options.getDeclaredFields())
                        .map(field -> field.getAnnotation(Option.class))
                        .filter(Objects::nonNull)
                        .flatMap(option -> Stream.of(option.names())))
                .as("%s", options)
                .containsExactlyInAnyOrderElementsOf(names));
  }

  @Test
  void theHelpOfACommandHasAllOptionsHoweverItIsAskedFor() {
    String help = Cli.run("list", "--help").out();
    assertThat(help).contains("--store", "--etcd", "--decrypt-with", "--timeout", "--version");
    assertThat(Cli.run("list", "-h")).isEqualTo(new Cli(0, help, ""));
    assertThat(Cli.run("list", "-lh")).isEqualTo(new Cli(0, help, ""));
  }

  @Test
  void anOptionMayBeGivenInEveryForm() throws Exception {
    Cli.storeIn(directory, List.of("p/a"));
    String store = "--store=" + directory.toUri();
    for (List<String> form :
        List.of(
            List.of("list", "-l", "-o", "json", store),
            List.of("list", "-lojson", store),
            List.of("-ojson", store, "list", "--long"),
            List.of("list", "--output=json", "--store", directory.toUri().toString()))) {
      assertThat(Cli.run(form.toArray(String[]::new)).out()).as("%s", form).contains("\"p/a\"");
    }
    assertThat(Cli.run("list", store, "-x").err()).contains("unknown option '-x'");
    assertThat(Cli.run("list", store, "--etc=a").err()).contains("unknown option '--etc'");
  }

  @Test
  void theVersionIsThatOfTheOption() {
    Cli version = Cli.run("--version");
    assertThat(version).isEqualTo(new Cli(0, "etcd-backup (not packaged)\n", ""));
    assertThat(Cli.run("-V")).isEqualTo(version);
    assertThat(Cli.run("--version", "list")).isEqualTo(version);
  }
}
