package dev.etcdbackup.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class CommandTest {
  @TempDir Path directory;

  @Test
  void aProgramIsMeasuredAndWhatItPrintsIsKept() throws Exception {
    Path out = directory.resolve("out");
    String busy =
        "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo $GREETING; echo oops >&2";

    Measurement cost =
        new Command(List.of("bash", "-c", busy), Map.of("GREETING", "hello")).run(out);

    assertThat(Files.readString(out)).isEqualTo("hello\noops\n");
    assertThat(cost.cpuSeconds()).isPositive().isLessThanOrEqualTo(cost.seconds() + 0.1);
    assertThat(cost.peakRssBytes()).isBetween(1L << 20, 1L << 28);
  }

  @Test
  void aFailureTellsTheProgramAndWhatItSaidButNotItsEnvironment() {
    Command command =
        new Command(List.of("bash", "-c", "echo no such bucket; exit 3"), Map.of("KEY", "s3cret"));

    assertThatIOException()
        .isThrownBy(() -> command.run(directory.resolve("out")))
        .withMessageContaining("no such bucket")
        .withMessageContaining("bash")
        .withMessageNotContaining("s3cret");
    assertThat(command).asString().doesNotContain("s3cret");
  }
}
