package dev.etcdbackup.testkit.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that are run by a test do not go on after it. */
class EtcdToolsTest {
  @TempDir Path directory;

  @Test
  void aToolIsKilledWhenItsCallerIsInterrupted() throws Exception {
    Path tool = directory.resolve("tool");
    Files.writeString(tool, "#!/bin/sh\nexec sleep 100\n");
    assertThat(tool.toFile().setExecutable(true)).isTrue();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> EtcdTools.run(tool, Map.of()))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    ProcessHandle.current()
        .children()
        .filter(one -> one.info().commandLine().orElse("").matches(".*(sleep 100|" + tool + ").*"))
        .forEach(one -> assertThat(one.onExit()).succeedsWithin(Duration.ofSeconds(10)));
  }

  @Test
  void theErrorsOfAToolAreInTheMessage() throws Exception {
    Path tool = directory.resolve("tool");
    Files.writeString(tool, "#!/bin/sh\necho why >&2\nexit 3\n");
    assertThat(tool.toFile().setExecutable(true)).isTrue();
    assertThatThrownBy(() -> EtcdTools.run(tool, Map.of(), "argument"))
        .isInstanceOf(IOException.class)
        .hasMessage(tool + " argument: why");
  }
}
