package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private static final long MIB = 1024 * 1024;
  private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();

  private ProgressLine line(boolean shown) {
    PrintStream stream = new PrintStream(terminal, true, StandardCharsets.UTF_8);
    return new ProgressLine(stream, "cray-\u001bbss", shown);
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
    try (ProgressLine line = line(true)) {
      line.moved(MIB, 4 * MIB);
      line.wipe();
      assertThat(written()).matches("(?s).* \r");
      line.moved(4 * MIB, 4 * MIB);
      assertThat(written()).contains("4.0 of 4.0 MiB, 100 %");
    }
  }

  @Test
  void whereThereIsNoTerminalNothingIsDrawn() {
    try (ProgressLine line = line(false)) {
      line.moved(MIB, MIB);
    }
    assertThat(written()).isEmpty();
  }
}
