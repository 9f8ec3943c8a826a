package dev.etcdbackup.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.restore.RestoredChanges;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.s3.S3Server;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** The programs in docs/embedding.md, compiled from it and used as an application uses them. */
@Tag("server")
@Timeout(180)
class EmbeddingDocumentTest {
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern CLASS = Pattern.compile("public class (\\w+)");

  /** Not their signatures, which are stored before them. */
  private static final Pattern CHANGES =
      Pattern.compile("my-cluster/etcd\\.changes_v\\d+-v(\\d+)_.*");

  @TempDir Path directory;

  @BeforeEach
  void makeKeys() throws Exception {
    for (String name : List.of("backup-a", "backup-b", "sign")) {
      String user = name + "@example.org";
      gpg("--passphrase", "", "--quick-generate-key", user, "rsa2048", "sign,encrypt", "never");
      gpg("--armor", "--output", keys().resolve(name + ".asc").toString(), "--export", user);
      gpg(
          "--armor",
          "--output",
          keys().resolve(name + ".key").toString(),
          "--export-secret-keys",
          user);
    }
  }

  @AfterEach
  void forgetCredentials() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  @Test
  void whatWasBackedUpAndRecordedIsRestoredAsOfATime() throws Exception {
    compile();
    URL[] classes = {directory.toUri().toURL()};
    long after;
    try (URLClassLoader loader = new URLClassLoader(classes);
        EtcdServer etcd = EtcdServer.builder().clientCertificates().start();
        S3Server s3 = S3Server.embedded()) {
      System.setProperty("aws.accessKeyId", s3.accessKey());
      System.setProperty("aws.secretAccessKey", s3.secretKey());
      try (S3Client client = S3Clients.forRgw(s3.endpoint()).build()) {
        client.createBucket(b -> b.bucket("etcd-backup"));
        etcd.put("before", "1");
        MeterRegistry registry = new SimpleMeterRegistry();
        Object backups = backups(loader, etcd, s3, registry);
        call(backups, "start");
        try {
          await(
              () ->
                  names(client).stream()
                      .anyMatch(name -> name.startsWith("my-cluster/etcd.backup_v")));
          await(() -> (boolean) call(backups, "healthy"));
          await(() -> age(registry) >= 0);
          etcd.put("after", "2");
          after = etcd.revision();
          await(() -> names(client).stream().anyMatch(name -> recordedTo(name) >= after));
        } finally {
          call(backups, "stop");
        }
        assertThat(names(client))
            .filteredOn(name -> name.startsWith("my-cluster/etcd."))
            .allMatch(name -> name.endsWith(".gpg"));
      }

      RestoredChanges restored =
          (RestoredChanges)
              loader
                  .loadClass("RestoreToTime")
                  .getMethod("restore", URI.class, Path.class, Instant.class, Path.class)
                  .invoke(
                      null, s3.endpoint(), keys(), Instant.now(), directory.resolve("restored"));

      assertThat(restored.member().revision()).isGreaterThanOrEqualTo(after);
    }
  }

  private Object backups(ClassLoader loader, EtcdServer etcd, S3Server s3, MeterRegistry registry)
      throws Exception {
    Path certificates = etcd.certificates().ca().getParent();
    return loader
        .loadClass("ClusterBackups")
        .getConstructor(URI.class, Path.class, URI.class, Path.class, MeterRegistry.class)
        .newInstance(etcd.endpoint(), certificates, s3.endpoint(), keys(), registry);
  }

  private static Object call(Object target, String method) throws Exception {
    return target.getClass().getMethod(method).invoke(target);
  }

  private static List<String> names(S3Client client) {
    return client.listObjectsV2(b -> b.bucket("etcd-backup")).contents().stream()
        .map(one -> one.key())
        .toList();
  }

  /** Of the newest backup in seconds; NaN as long as the scheduler knows of none. */
  private static double age(MeterRegistry registry) {
    Gauge age = registry.find("etcd.backup.age").tag("project", "my-cluster").gauge();
    return age == null ? Double.NaN : age.value();
  }

  private static long recordedTo(String key) {
    Matcher changes = CHANGES.matcher(key);
    return changes.matches() ? Long.parseLong(changes.group(1)) : 0;
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) { // until the time limit of the test
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private void compile() throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("-d", directory.toString(), "-cp", System.getProperty("java.class.path")));
    Matcher block = BLOCK.matcher(Files.readString(Path.of("../../docs/embedding.md")));
    while (block.find()) {
      Matcher name = CLASS.matcher(block.group(1));
      assertThat(name.find()).isTrue();
      Path file = directory.resolve(name.group(1) + ".java");
      Files.writeString(file, block.group(1));
      arguments.add(file.toString());
    }
    assertThat(arguments).as("two programs").hasSize(4 + 2);
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(compiled).as("compiles").isZero();
  }

  private Path keys() throws IOException {
    return Files.createDirectories(directory.resolve("keys"));
  }

  private void gpg(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("gpg", "--quiet", "--batch", "--homedir", directory.toString()));
    command.addAll(Arrays.asList(arguments));
    Process gpg = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(gpg.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(gpg.waitFor()).as(said).isZero();
  }
}
