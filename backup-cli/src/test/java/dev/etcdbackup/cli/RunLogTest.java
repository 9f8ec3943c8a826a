package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RunLogTest {
  /**
   * Otherwise {@code run} said when it was stopped that it cancelled a backup, and ended with 1.
   */
  @Test
  void aRunThatIsSkippedAfterItsStartIsNotUnderWay() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    RunLog log = new RunLog(new Output(out, Output.Format.TEXT, new TerminalLine(out, false)));
    log.started("p");
    log.started("q");
    assertThat(log.underWay()).containsExactly("p", "q");

    log.skipped("p", "another process has backed it up");

    assertThat(log.underWay()).containsExactly("q");
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains(" skipped p another process has backed it up\n");
  }
}
