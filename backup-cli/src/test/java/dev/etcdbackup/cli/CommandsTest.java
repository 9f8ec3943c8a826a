package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

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
    Cli.storeIn(directory, java.util.List.of("list/a"));
    assertThat(Cli.on(directory, "--tarball-zone", "UTC", "list", "list").out()).contains("list/a");
  }

  @Test
  void snapshotsOfK3sAreRecognisedByNamesThatWereGiven() throws Exception {
    Cli.storeIn(directory, java.util.List.of("k3s/nightly-server-0-1714557600"));
    assertThat(Cli.on(directory, "list", "-o", "json").out()).contains("\"other\"");
    assertThat(Cli.on(directory, "list", "--k3s-name=nightly", "-o", "json").out())
        .contains("\"k3s\"");
    assertThat(Cli.on(directory, "--k3s-name", "nightly", "audit", "--list-only").out())
        .contains("k3s");
  }
}
