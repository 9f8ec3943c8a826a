package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that people get, as a process of its own. Runs after the jar was built. */
@Tag("server")
class JarTest {
  private static final Path JAR = Path.of("target/etcd-backup.jar");

  @TempDir Path directory;
  private String locale = "C.UTF-8";

  private Process start(File stdout, String... args) throws IOException {
    assertThat(JAR).as("built by 'mvn package'").exists();
    List<String> command = Jvm.command();
    command.addAll(List.of("-jar", JAR.toString()));
    command.addAll(List.of(args));
    ProcessBuilder process =
        new ProcessBuilder(command)
            .redirectOutput(stdout)
            .redirectError(directory.resolve("err").toFile());
    process.environment().put("LC_ALL", locale);
    return process.start();
  }

  private Cli run(String... args) throws Exception {
    Path out = directory.resolve("out");
    Process process = start(out.toFile(), args);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ends").isTrue();
    return new Cli(process.exitValue(), Files.readString(out), err());
  }

  private String err() throws IOException {
    return Files.readString(directory.resolve("err"));
  }

  @Test
  void itListsTheSeedAndTellsItsVersion() throws Exception {
    Path store = Cli.seedIn(Files.createDirectory(directory.resolve("store")));
    assertThat(run("list", "--store", store.toUri().toString()))
        .isEqualTo(new Cli(0, Cli.seedListing(), ""));
    assertThat(run("--version").out()).matches("etcd-backup [0-9]+\\.[0-9]+\\.[0-9]+\\S*\n");
    assertThat(run("lst"))
        .isEqualTo(
            new Cli(2, "", "etcd-backup: unknown command 'lst'; see 'etcd-backup --help'\n"));
  }

  /** Containers have no locale, and Java 17 then replaces what is not ASCII. */
  @Test
  void argumentsAreUtf8InALocaleThatIsNot() throws Exception {
    Path file = Goldens.write(directory.resolve("snap.db"), Goldens.bytes("3.5.30-plain"));
    locale = "C";
    Cli run = run("extract", file.toString(), "z\u00fcrich");
    assertThat(run.err())
        .isEqualTo("etcd-backup: " + file + ": there is no key z\u00fcrich at revision 230\n");
    assertThat(run.code()).isEqualTo(1);
  }

  @Test
  void itBacksUpARealEtcdAndSaysNothingElse() throws Exception {
    String store = "--store=" + directory.resolve("store").toUri();
    try (EtcdServer etcd = EtcdServer.start()) {
      String endpoint = etcd.endpoint().toString();
      assertThat(run("create", "p", store, "--create-store", "--etcd", endpoint, "--name", "n"))
          .isEqualTo(new Cli(0, "p/n\n", ""));
      Cli tarball = run("create", "p", store, "--etcd", endpoint, "--tarball");
      assertThat(tarball.err()).isEmpty();
      Path file = directory.resolve("back.db");
      assertThat(run("get", tarball.out().strip(), store, "--to", file.toString()).code())
          .isEqualTo(0);
      assertThat(etcd.etcdctl("snapshot", "status", file.toString())).isNotEmpty();
    }
  }

  @Test
  void itTalksToS3AndSaysInOneLineThatNoServerAnswers() throws Exception {
    Cli run = run("list", "--store=s3://b-1", "--s3-endpoint=http://127.0.0.1:1");
    assertThat(run.err()).startsWith("etcd-backup: ").matches("[^\n]*\n");
    assertThat(run.code()).isEqualTo(4);
  }

  @Test
  void sigtermEndsABackupAndLeavesNothing() throws Exception {
    Path store = directory.resolve("store");
    try (EtcdServer paused = EtcdServer.start()) {
      paused.pause();
      Process process =
          start(
              directory.resolve("out").toFile(),
              "create",
              "p",
              "--create-store",
              "--store=" + store.toUri(),
              "--etcd=" + paused.endpoint());
      long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
      while (!Files.exists(store) && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      process.destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("ends").isTrue();
      assertThat(process.exitValue()).isEqualTo(128 + 15);
    }
    assertThat(err()).matches("etcd-backup: [^\n]*\n").doesNotContain("did not end");
    try (Stream<Path> files = Files.walk(store)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void aListingThatCannotBeWrittenIsNotCalledDone() throws Exception {
    Path store = Cli.seedIn(Files.createDirectory(directory.resolve("store")));
    Process process = start(new File("/dev/full"), "list", "--store=" + store.toUri());
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isEqualTo(4);
    assertThat(err()).isEqualTo("etcd-backup: standard output cannot be written\n");
  }

  @Test
  void aReaderThatHasSeenEnoughIsNoError() throws Exception {
    List<String> names =
        IntStream.range(0, 3000)
            .mapToObj("p/a-rather-long-name-of-a-backup-%04d"::formatted)
            .toList();
    Path store = Cli.storeIn(directory.resolve("store"), names);
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "\"$@\" 2>err | head -n 1",
                "sh",
                Jvm.command().get(0),
                "-jar",
                JAR.toAbsolutePath().toString(),
                "list",
                "--store=" + store.toUri())
            .directory(directory.toFile())
            .redirectOutput(directory.resolve("out").toFile())
            .start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(directory.resolve("out")).content().isEqualTo(names.get(0) + "\n");
    assertThat(err()).isEmpty();
  }
}
