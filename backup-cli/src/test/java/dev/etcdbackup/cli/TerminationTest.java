package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM while a large backup is copied: nothing is left behind. */
@Tag("server")
@Timeout(120)
class TerminationTest {
  private static final long SIZE = 64L << 30; // sparse; the copy never comes near it

  @TempDir Path directory;

  @Test
  void sigtermLeavesNoTemporaryFile() throws Exception {
    Path store = Files.createDirectories(directory.resolve("store/p"));
    try (FileChannel file =
        FileChannel.open(
            store.resolve("large"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(Goldens.bytes("3.5.30-plain")), 0);
      file.write(ByteBuffer.allocate(1), SIZE - 1);
    }
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    for (List<String> command : List.of(List.of("verify", "p/large"), List.of("verify", "--all"))) {
      Process process = start(temporary, command);
      try {
        awaitFile(temporary, process);
        process.destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ends").isTrue();
        assertThat(process.exitValue()).isEqualTo(128 + 15);
        assertThat(temporary).as("%s", command).isEmptyDirectory();
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private Process start(Path temporary, List<String> arguments) throws IOException {
    List<String> command = Jvm.command();
    command.addAll(List.of("-Djava.io.tmpdir=" + temporary, "-XX:-UsePerfData"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(EtcdBackupCommand.class.getName());
    command.addAll(arguments);
    command.add("--store=" + directory.resolve("store").toUri());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("out").toFile())
        .start();
  }

  /** Until the copy is a file and grows. */
  private void awaitFile(Path temporary, Process process) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (size(temporary) < 40 << 20) {
      assertThat(process.isAlive()).as(Files.readString(directory.resolve("out"))).isTrue();
      assertThat(System.nanoTime()).as("a temporary file in time").isLessThan(end);
      process.waitFor(5, TimeUnit.MILLISECONDS);
    }
  }

  private static long size(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      long size = 0;
      for (Path file : files.toList()) {
        size += Files.size(file);
      }
      return size;
    }
  }
}
