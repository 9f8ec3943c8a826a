package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.testkit.TestSnapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A mirror that is killed in the middle: 0 lost, 0 doubled, nothing half-written is visible. */
@Tag("server")
@Timeout(120)
class MirrorKillTest {
  private static final int BACKUPS = 12;
  private static final int PAGES = 1500; // 6 MB

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 5, 9})
  void theNextMirrorCompletesWhatAKilledOneLeft(int visible) throws Exception {
    kill(visible, 0);
  }

  /** Between the first and the last backup, each time some milliseconds later. */
  @Tag("night")
  @Timeout(600)
  @ParameterizedTest
  @MethodSource("points")
  void theNextMirrorCompletesWhatWasKilledAtAnyOfTwentyPoints(int point) throws Exception {
    kill(point % 10, 3L * point);
  }

  static IntStream points() {
    return IntStream.range(0, 20);
  }

  private void kill(int visible, long millisLater) throws Exception {
    Path from = Files.createDirectories(directory.resolve("from"));
    Path to = Files.createDirectory(directory.resolve("to"));
    Path project = Files.createDirectory(from.resolve("p"));
    for (int day = 1; day <= BACKUPS; day++) {
      Files.write(
          project.resolve(String.format("etcd.backup_v%d_2020-01-%02d-10:00:00", day, day)),
          TestSnapshots.bytes(day, PAGES));
    }
    Process process = start(from, to);
    try {
      awaitFiles(to, visible, process);
      boolean unused = process.waitFor(millisLater, TimeUnit.MILLISECONDS);
    } finally {
      process.destroyForcibly().waitFor();
    }
    names(to)
        .forEach(
            (name, file) ->
                assertThat(file).as("whole").hasSameBinaryContentAs(project.resolve(name)));

    Cli completed = Cli.on(from, "mirror", "p", "--to=" + to.toUri());

    assertThat(completed.code()).as(completed.err()).isZero();
    assertThat(Cli.on(to, "list").out()).isEqualTo(Cli.on(from, "list").out());
    names(to)
        .forEach((name, file) -> assertThat(file).hasSameBinaryContentAs(project.resolve(name)));
  }

  private Process start(Path from, Path to) throws IOException {
    List<String> command = Jvm.command();
    command.addAll(List.of("-XX:-UsePerfData", "-cp", System.getProperty("java.class.path")));
    command.add(EtcdBackupCommand.class.getName());
    command.addAll(List.of("mirror", "p", "--parallel=2", "--to=" + to.toUri()));
    command.add("--store=" + from.toUri());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("out").toFile())
        .start();
  }

  /** Until a number of backups is there and another one is being written, or the mirror is done. */
  private void awaitFiles(Path to, int visible, Process process) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (names(to).size() < visible || !Files.isDirectory(to.resolve(".etcd-backup"))) {
      if (!process.isAlive()) {
        assertThat(process.exitValue()).as(Files.readString(directory.resolve("out"))).isZero();
        return;
      }
      assertThat(System.nanoTime()).as("backups in time").isLessThan(end);
      process.waitFor(1, TimeUnit.MILLISECONDS);
    }
  }

  private static Map<String, Path> names(Path store) throws IOException {
    Path project = store.resolve("p");
    if (!Files.isDirectory(project)) {
      return Map.of();
    }
    try (Stream<Path> files = Files.list(project)) {
      Map<String, Path> names = new TreeMap<>();
      files
          .filter(Files::isRegularFile)
          .forEach(file -> names.put(file.getFileName().toString(), file));
      return names;
    }
  }
}
