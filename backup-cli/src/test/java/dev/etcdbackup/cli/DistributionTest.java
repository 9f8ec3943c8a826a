package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.s3.EmbeddedS3;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** The tarball that people install, unpacked and started. Runs after the tarball was built. */
@Timeout(180)
@Tag("server")
class DistributionTest {
  private static final int MOST_CLASSES_OF_A_LISTING = 4_100;

  @TempDir Path directory;

  private Path home;

  @BeforeEach
  void unpack() throws Exception {
    Path tarball;
    try (Stream<Path> built = Files.list(Path.of("target"))) {
      tarball =
          built
              .filter(file -> file.getFileName().toString().matches("etcd-backup-.*\\.tar\\.gz"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no tarball; 'mvn package' builds it"));
    }
    Process tar =
        new ProcessBuilder("tar", "-xzf", tarball.toString(), "-C", directory.toString())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
    home = directory.resolve(tarball.getFileName().toString().replace(".tar.gz", ""));
  }

  private Cli run(Path launcher, Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(args));
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ends").isTrue();
    return new Cli(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  private Path launcher() {
    return home.resolve("bin/etcd-backup");
  }

  @Test
  void itStartsFromAnyDirectoryWithAnArchiveOfItsClasses(@EmbeddedS3 S3Server s3) throws Exception {
    assertThat(home.resolve("LICENSE")).exists();
    assertThat(home.resolve("README.md")).exists();
    Path link = Files.createSymbolicLink(directory.resolve("link"), launcher());

    Cli version = run(link, Map.of(), "--version");

    assertThat(version.err()).isEmpty();
    assertThat(version.out()).matches("etcd-backup [0-9]+\\.[0-9]+\\.[0-9]+\\S*\n");
    assertThat(home.resolve("lib/etcd-backup.jsa")).isNotEmptyFile();
    Cli help = run(link, Map.of(), "--help");
    assertThat(help.out()).contains("prune", "restore-live", "Exit codes:");
    assertThat(help.code()).isZero();
    Path store = Cli.seedIn(Files.createDirectory(directory.resolve("store")));
    assertThat(run(link, Map.of(), "list", "--store", store.toUri().toString()))
        .isEqualTo(new Cli(0, Cli.seedListing(), ""));
    Path file = Goldens.write(directory.resolve("snap.db"), Goldens.bytes("3.5.30-plain"));
    String[] create = {
      "create", "p", "--name=n", "--from-file=" + file, "--store=" + store.toUri()
    };
    assertThat(run(link, Map.of(), create)).isEqualTo(new Cli(0, "p/n\n", ""));
    assertThat(run(link, Map.of(), "lst").code()).isEqualTo(2);
    theArchiveHasTheClassesOfAListingAndOfABackup(s3);
  }

  /**
   * The archive is made with servers that answer, so that it has what reads their answers. It takes
   * ten seconds to make, so this is no test of its own.
   */
  private void theArchiveHasTheClassesOfAListingAndOfABackup(S3Server s3) throws Exception {
    assertThat(run(launcher(), Map.of(), "--version").code()).isZero();
    try (S3Client client =
        S3Clients.forRgw(s3.endpoint())
            .region(s3.region())
            .credentials(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(s3.accessKey(), s3.secretKey())))
            .build()) {
      client.createBucket(bucket -> bucket.bucket("backups"));
      client.putObject(
          object -> object.bucket("backups").key("p/etcd.backup_v1_2020-01-01-00:00:00"),
          RequestBody.fromString("x"));
    }
    assertThat(runAndCountClasses(s3, "list", "p"))
        .isEqualTo(new Cli(0, "p/etcd.backup_v1_2020-01-01-00:00:00\n", ""));
    assertThat(loadedFromJar())
        .as("the archive has picocli's converters: no lambda implements their interface")
        .noneMatch(line -> line.contains(" picocli.CommandLine$BuiltIn"));
    assertThat(loadedFromJar()).as("the archive has all but a few classes").hasSizeLessThan(10);
    assertThat(Files.readAllLines(directory.resolve("loaded")))
        .as("a listing over http logs nothing, asks no etcd and looks for no ciphers of TLS")
        .noneMatch(line -> line.contains(" java.util.logging.") || line.contains(" io.grpc."))
        .noneMatch(line -> line.contains(" sun.security.ssl.SSLContextImpl"))
        .as("picocli reads the options that are named")
        .noneMatch(line -> line.contains("cli.Converters$Etcd "))
        .hasSizeLessThan(MOST_CLASSES_OF_A_LISTING);
    try (EtcdServer etcd = EtcdServer.start()) {
      String endpoint = etcd.endpoint().toString();
      assertThat(runAndCountClasses(s3, "create", "p", "--name", "n", "--etcd", endpoint))
          .isEqualTo(new Cli(0, "p/n\n", ""));
    }
  }

  private Stream<String> loadedFromJar() throws IOException {
    return Files.readAllLines(directory.resolve("loaded")).stream()
        .filter(line -> line.contains("source: file:"));
  }

  /** Runs a command that takes nearly all of its classes from the archive. */
  private Cli runAndCountClasses(S3Server s3, String... command) throws Exception {
    Path loaded = directory.resolve("loaded");
    String[] java = {
      "-XX:SharedArchiveFile=" + home.resolve("lib/etcd-backup.jsa"),
      "-Xlog:class+load:file=" + loaded,
      "-jar",
      home.resolve("lib/etcd-backup.jar").toString()
    };
    String[] store = {"--store=s3://backups", "--s3-endpoint=" + s3.endpoint()};
    Cli result =
        run(
            Path.of(System.getProperty("java.home"), "bin", "java"),
            Map.of("AWS_ACCESS_KEY_ID", s3.accessKey(), "AWS_SECRET_ACCESS_KEY", s3.secretKey()),
            Stream.of(java, command, store).flatMap(Stream::of).toArray(String[]::new));
    List<String> classes = Files.readAllLines(loaded);
    List<String> others =
        classes.stream().filter(line -> !line.contains("source: shared objects file")).toList();
    assertThat(others.size() * 100.0 / classes.size())
        .as("%d of %d classes are not from the archive: %s", others.size(), classes.size(), others)
        .isLessThan(5);
    return result;
  }

  @Test
  void argumentsAreUtf8WhateverTheLocale() throws Exception {
    Files.createFile(home.resolve("lib/etcd-backup.jsa")); // none can be made
    Path store = Cli.storeIn(directory.resolve("store"), List.of("z\u00fcrich/by-hand"));
    String url = store.toUri().toString();
    for (Map<String, String> locale :
        List.of(
            Map.of("LC_ALL", "", "LANG", ""), Map.of("LC_ALL", "C"), Map.of("LC_ALL", "C.UTF-8"))) {
      assertThat(run(launcher(), locale, "list", "z\u00fcrich", "--store", url))
          .as("%s", locale)
          .isEqualTo(new Cli(0, "z\u00fcrich/by-hand\n", ""));
    }
  }

  /** The JVM refuses two collectors, and takes the last of two thresholds. */
  @Test
  void optionsInJavaOptsWin() throws Exception {
    Files.createFile(home.resolve("lib/etcd-backup.jsa")); // none is made
    String none = directory.resolve("none.db").toString();
    for (String command : List.of("--version", "status", "create", "run")) {
      Cli flags =
          run(
              launcher(),
              Map.of(
                  "JAVA_OPTS",
                  "-XX:+UseParallelGC -XX:TieredStopAtLevel=2 -XX:Tier4CompileThreshold=77777"
                      + " -XX:+PrintFlagsFinal"),
              command,
              none);
      assertThat(flags.out().replaceAll(" +", " "))
          .as(command)
          .contains("bool UseParallelGC = true", "bool UseSerialGC = false")
          .contains("intx TieredStopAtLevel = 2", "intx Tier4CompileThreshold = 77777");
    }
    Cli small = run(launcher(), Map.of("JAVA_OPTS", "-XX:+PrintFlagsFinal"), "status", none);
    assertThat(small.out().replaceAll(" +", " ")).contains("bool UseSerialGC = true");
  }

  /** Several first starts at once, one of which is killed: a later one has a whole archive. */
  @Test
  void firstStartsAtOnceAndAKilledOneLeaveAWholeArchive() throws Exception {
    ProcessBuilder first =
        new ProcessBuilder(launcher().toString(), "--version")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("first").toFile());
    first.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process killed = first.start();
    Process other = first.start();
    killed.destroyForcibly();
    Cli version = run(launcher(), Map.of(), "--version");
    assertThat(version.out()).startsWith("etcd-backup ");
    assertThat(version.err()).isEmpty();
    assertThat(other.waitFor(2, TimeUnit.MINUTES)).as("ends").isTrue();
    assertThat(other.exitValue()).isZero();
    Path archive = home.resolve("lib/etcd-backup.jsa");
    Cli checked =
        run(
            Path.of(System.getProperty("java.home"), "bin", "java"),
            Map.of(),
            "-Xshare:on", // fails without a usable archive
            "-XX:SharedArchiveFile=" + archive,
            "-cp",
            home.resolve("lib/etcd-backup.jar").toString(),
            "dev.etcdbackup.cli.EtcdBackupCommand",
            "--version");
    assertThat(checked.code()).as(checked.err()).isZero();
  }

  /**
   * A first start that is killed removes nothing; a later one does, unless its process is there.
   */
  @Test
  void whatAKilledFirstStartLeftIsRemoved() throws Exception {
    Path lib = home.resolve("lib");
    Files.createFile(lib.resolve("etcd-backup.jsa")); // none is made
    Process ended = new ProcessBuilder("true").start();
    assertThat(ended.waitFor()).isZero();
    Path left = Files.createDirectory(lib.resolve("etcd-backup.jsa." + ended.pid()));
    Files.writeString(left.resolve("classes"), "x");
    long other =
        ended.pid() + (1L << 23); // beyond the numbers of Linux; earlier versions left files
    Path file = Files.writeString(lib.resolve("etcd-backup.jsa." + other), "x");
    Path running =
        Files.createDirectory(lib.resolve("etcd-backup.jsa." + ProcessHandle.current().pid()));
    assertThat(run(launcher(), Map.of(), "--version").code()).isZero();
    assertThat(left).doesNotExist();
    assertThat(file).doesNotExist();
    assertThat(running).exists();
  }

  /** An archive of another JVM, or half of one, is no reason to fail or to say anything. */
  @Test
  void anArchiveThatCannotBeUsedIsIgnored() throws Exception {
    Path archive = home.resolve("lib/etcd-backup.jsa");
    Files.write(archive, new byte[100_000]);
    Cli version = run(launcher(), Map.of(), "--version");
    assertThat(version.out()).startsWith("etcd-backup ");
    assertThat(version.err()).isEmpty();
    assertThat(version.code()).isZero();
    assertThat(Files.size(archive)).isEqualTo(100_000);
  }

  @Test
  void withoutJavaItSaysWhatToDo() throws Exception {
    Cli run = run(launcher(), Map.of("JAVA_HOME", "/none"), "--version");
    assertThat(run.err())
        .isEqualTo(
            "etcd-backup: there is no /none/bin/java; install Java 17 or newer, or set"
                + " JAVA_HOME\n");
    assertThat(run.code()).isEqualTo(2);
  }
}
