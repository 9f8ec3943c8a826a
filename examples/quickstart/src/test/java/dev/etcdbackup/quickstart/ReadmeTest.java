package dev.etcdbackup.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** The examples of the README, compiled from it and run as processes of their own. */
@Timeout(180)
class ReadmeTest {
  private static final String CLASS_PATH = System.getProperty("java.class.path");

  /** gRPC's informational lines are the embedder's to configure. */
  private static final String[] ALARMING = {"ERROR", "SEVERE", "WARN", "Exception"};

  @TempDir Path directory;

  @Test
  void theFirstExampleBacksUpIntoADirectory() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      etcd.put("a", "1");

      String err = run(backUp(etcd, examples().get(0)), List.of());

      assertThat(err).doesNotContain(ALARMING);

      try (Stream<Path> stored = Files.list(directory.resolve("backups/my-cluster"))) {
        assertThat(stored)
            .filteredOn(Files::isRegularFile)
            .singleElement()
            .asString()
            .contains("etcd.backup_v2_");
      }
      assertThat(directory.resolve("snapshot.db")).isNotEmptyFile();
    }
  }

  @Test
  void theSecondExampleIsTheSameWithS3() throws Exception {
    try (EtcdServer etcd = EtcdServer.start();
        S3Server s3 = S3Server.embedded();
        S3Client client = client(s3)) {
      client.createBucket(b -> b.bucket("etcd-backup"));
      String source =
          withStoreOf(examples().get(1), examples().get(0))
              .replace("https://s3.example.com", s3.endpoint().toString());

      String err =
          run(
              backUp(etcd, source),
              List.of(
                  "-Daws.accessKeyId=" + s3.accessKey(),
                  "-Daws.secretAccessKey=" + s3.secretKey()));

      assertThat(err).doesNotContain(ALARMING);
      assertThat(client.listObjectsV2(b -> b.bucket("etcd-backup")).contents())
          .singleElement()
          .satisfies(one -> assertThat(one.key()).startsWith("my-cluster/etcd.backup_v"));
      assertThat(directory.resolve("snapshot.db")).isNotEmptyFile();
    }
  }

  private static List<String> examples() throws IOException {
    return Arrays.stream(Files.readString(Path.of("../../README.md")).split("```java\n"))
        .skip(1)
        .map(text -> text.substring(0, text.indexOf("```")))
        .toList();
  }

  /** Replaces the line of the store, and puts the imports where imports are. */
  private static String withStoreOf(String snippet, String example) {
    String imports =
        snippet
            .lines()
            .filter(line -> line.startsWith("import "))
            .collect(Collectors.joining("\n"));
    String lines =
        snippet
            .lines()
            .filter(line -> !line.startsWith("import "))
            .collect(Collectors.joining("\n"));
    return imports
        + "\n"
        + example
            .lines()
            .map(line -> line.contains("BackupStore store =") ? lines : line)
            .collect(Collectors.joining("\n"));
  }

  private Path backUp(EtcdServer etcd, String source) throws IOException {
    return Files.writeString(
        directory.resolve("BackUp.java"),
        source.replace("http://127.0.0.1:2379", etcd.endpoint().toString()));
  }

  /** Compiles and runs the class, and returns what it prints to standard error. */
  private String run(Path source, List<String> properties) throws Exception {
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null, null, null, "-d", directory.toString(), "-cp", CLASS_PATH, source.toString());
    assertThat(compiled).as("compiles").isZero();
    List<String> command = java();
    command.addAll(properties);
    command.addAll(List.of("-cp", directory + ":" + CLASS_PATH, "BackUp"));
    return end(new ProcessBuilder(command));
  }

  /** The Java that runs the tests, with the options of docs/compatibility.md from Java 24 on. */
  private static List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1"); // it lives for seconds
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    return command;
  }

  private String end(ProcessBuilder builder) throws Exception {
    Path err = directory.resolve("err");
    Process process =
        builder
            .directory(directory.toFile())
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ends").isTrue();
    String text = Files.readString(err);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  /** A success prints no error of a library or server. */
  @Test
  @Tag("server")
  void theQuickstartPrintsNothingButItsOwnLines() throws Exception {
    List<String> command = java();
    command.addAll(List.of("-cp", CLASS_PATH, Quickstart.class.getName()));

    String err = end(new ProcessBuilder(command));

    assertThat(err).isEmpty();
    assertThat(Files.readString(directory.resolve("out"))).contains("4. Prune", "Done;");
  }

  private static S3Client client(S3Server server) {
    return S3Clients.forRgw(server.endpoint())
        .credentials(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
        .build();
  }
}
