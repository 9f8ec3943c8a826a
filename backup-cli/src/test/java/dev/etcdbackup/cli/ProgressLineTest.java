package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private static final long MIB = 1024 * 1024;
  private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();

  private TerminalLine terminalLine(boolean shown) {
    return new TerminalLine(new PrintStream(terminal, true, StandardCharsets.UTF_8), shown);
  }

  private ProgressLine line(boolean shown) {
    return new ProgressLine(terminalLine(shown), "cray-\u001bbss");
  }

  private String written() {
    return terminal.toString(StandardCharsets.UTF_8);
  }

  @Test
  void itTellsHowFarAndHowFast() {
    assertThat(ProgressLine.text(MIB, 4 * MIB, 0, 0)).isEqualTo("1.0 of 4.0 MiB, 25 %");
    assertThat(ProgressLine.text(3 * MIB, 4 * MIB, 2 * MIB, 500_000_000))
        .isEqualTo("3.0 of 4.0 MiB, 75 %, 4.0 MiB/s");
    assertThat(ProgressLine.text(4 * MIB - 1, 4 * MIB, 0, 0)).contains("99 %");
    assertThat(ProgressLine.text(0, 0, 0, 0)).isEqualTo("0.0 of 0.0 MiB, 100 %");
  }

  @Test
  void itIsDrawnOverItselfAndWipedInTheEnd() {
    try (ProgressLine line = line(true)) {
      line.moved(MIB, 4 * MIB);
      assertThat(written()).isEqualTo("\rcray-\\x1bbss: 1.0 of 4.0 MiB, 25 %");
      line.moved(2 * MIB, 4 * MIB); // too soon after the first to be drawn
      assertThat(written()).endsWith("25 %");
      line.moved(4 * MIB, 4 * MIB);
      assertThat(written()).contains("\rcray-\\x1bbss: 4.0 of 4.0 MiB, 100 %");
    }
    assertThat(written()).matches("(?s).* \r").doesNotContain("\n");
  }

  @Test
  void aWipedLineComesBack() {
    TerminalLine shown = terminalLine(true);
    try (ProgressLine line = new ProgressLine(shown, "cray-bss")) {
      line.moved(MIB, 4 * MIB);
      shown.wipe();
      assertThat(written()).matches("(?s).* \r");
      line.moved(4 * MIB, 4 * MIB);
      assertThat(written()).contains("4.0 of 4.0 MiB, 100 %");
    }
  }

  @Test
  void anotherPassIsMeasuredFromItsOwnBeginning() {
    try (ProgressLine line = line(true)) {
      line.moved(MIB / 2, 2 * MIB);
      line.moved(2 * MIB, 2 * MIB);
      assertThat(written()).contains("2.0 of 2.0 MiB, 100 %, ");
      line.moved(MIB, MIB); // the first of another pass, of which nothing can be measured yet
      assertThat(written()).contains("1.0 of 1.0 MiB, 100 %  ");
    }
  }

  @Test
  void whatIsPrintedBesideItBeginsAtTheMargin() {
    TerminalLine shown = terminalLine(true);
    Output output =
        new Output(
            new PrintStream(terminal, true, StandardCharsets.UTF_8), Output.Format.TEXT, shown);
    try (ProgressLine line = new ProgressLine(shown, "p")) {
      line.moved(MIB, 4 * MIB);
      output.line("a result");
    }
    assertThat(written()).matches("\rp: 1.0 of 4.0 MiB, 25 %\r +\ra result\n");
  }

  @Test
  void whereThereIsNoTerminalNothingIsDrawn() {
    try (ProgressLine line = line(false)) {
      line.moved(MIB, MIB);
    }
    assertThat(written()).isEmpty();
  }
}
