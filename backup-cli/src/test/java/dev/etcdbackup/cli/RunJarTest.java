package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** {@code run} as a container would run it: the jar, a configuration, SIGTERM. */
@Tag("server")
@Timeout(120)
class RunJarTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MIB = 1024 * 1024;

  @TempDir Path directory;

  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void endWhatIsLeft() throws Exception {
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
  }

  private Process start(Map<String, String> environment, String config, String... more)
      throws IOException {
    List<String> command = Jvm.command();
    command.addAll(List.of("-jar", "target/etcd-backup.jar", "run"));
    command.add("--config=" + Files.writeString(directory.resolve("config.yaml"), config));
    command.addAll(List.of(more));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private String out() throws IOException {
    return Files.readString(directory.resolve("out"));
  }

  private void awaitOutput(String text) throws Exception {
    await(() -> out().contains(text), text);
  }

  private int terminate(Process process) throws Exception {
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
    assertThat(Files.readString(directory.resolve("err"))).isEmpty();
    return process.exitValue();
  }

  @Test
  void backupsAppearTheirStateIsServedAndSigtermEndsItWithZero() throws Exception {
    try (EtcdServer etcd = EtcdServer.start();
        EtcdServer locks = EtcdServer.start()) {
      Process process =
          start(
              Map.of(),
              """
              store: %s
              createStore: true
              lock: {etcd: ["%s"], ttl: 5s}
              listen: 127.0.0.1:0
              clusters:
              - {project: quick, endpoints: ["%s"], interval: 2s, keepLast: 2}
              - {project: nightly, endpoints: ["%s"], cron: 15 2 * * *}
              - {project: dead, endpoints: ["http://127.0.0.1:1"]}
              - {project: cps, automated: false, recovery: remount}
              """
                  .formatted(
                      directory.resolve("store").toUri(),
                      locks.endpoint(),
                      etcd.endpoint(),
                      etcd.endpoint()));
      awaitOutput("pruned quick quick/etcd.backup_v");
      awaitOutput("stored nightly nightly/etcd.backup_v");
      awaitOutput("failed dead source, try 1: ");

      String server = text(Pattern.compile("(http://[0-9.:]+)/metrics and /coverage"), out());
      assertThat(get(server + "/metrics", "*/*").body())
          .contains("etcd_backup_successes_total{project=\"nightly\"} 1.0")
          .contains("etcd_backup_failures_total{project=\"dead\",reason=\"source\"}");
      assertCoverageIsServed(server);
      assertThat(locks.etcdctl("get", "/etcd-backup/lock/", "--prefix", "--keys-only"))
          .as("locks are given back between the runs of a project, and are nowhere else")
          .doesNotContain("nightly");

      assertThat(terminate(process)).isZero();
    }
    assertThat(out().lines().toList())
        .allMatch(line -> line.matches("20\\d\\d-\\d\\d-\\d\\dT[0-9:.]+Z [a-z-]+ .*"))
        .last()
        .asString()
        .endsWith(" stopped all runs have ended");
    try (Stream<Path> files = Files.list(directory.resolve("store/quick"))) {
      assertThat(files.filter(Files::isRegularFile)).hasSizeBetween(2, 3);
    }
    assertThat(temporaries(directory.resolve("store"))).isEmpty();
  }

  private static void assertCoverageIsServed(String server) throws Exception {
    HttpResponse<String> page = get(server + "/coverage", "text/html,application/xml;q=0.9");
    assertThat(page.body()).startsWith("<!DOCTYPE html>").contains(">nightly<", ">cps<");
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    for (HttpResponse<String> json :
        List.of(
            get(server + "/coverage", "application/json"),
            get(server + "/coverage.json", "text/html"))) {
      JsonNode coverage = JSON.readTree(json.body());
      assertThat(coverage.at("/counts/not-automated").asInt()).isEqualTo(1);
      assertThat(coverage.at("/projects/1/state").asText()).isEqualTo("fresh");
      assertThat(coverage.at("/projects/2/lastFailure/reason").asText()).isNotEmpty();
    }
    assertThat(get(server + "/etc/passwd", "*/*").statusCode()).isEqualTo(404);
    HttpRequest post =
        HttpRequest.newBuilder(URI.create(server + "/metrics"))
            .POST(HttpRequest.BodyPublishers.ofString("x"))
            .build();
    assertThat(
            HttpClient.newHttpClient()
                .send(post, HttpResponse.BodyHandlers.discarding())
                .statusCode())
        .isEqualTo(405);
  }

  @Test
  void sigtermInTheMiddleOfABackupLeavesNoFile() throws Exception {
    Path store = directory.resolve("store");
    try (EtcdServer etcd = filled(4);
        StallingRelay relay = new StallingRelay(etcd.endpoint(), 2 * MIB)) {
      Process process =
          start(
              Map.of(),
              "store: %s\ncreateStore: true\nclusters:\n- {project: p, endpoints: [\"%s\"]}\n"
                  .formatted(store.toUri(), relay.endpoint()),
              "--grace=1s");
      relay.stalled().await();
      await(() -> !temporaries(store).isEmpty(), "a temporary file");
      assertThat(terminate(process)).isEqualTo(1);
    }
    assertThat(out()).contains(" cancelled p it stored nothing\n");
    try (Stream<Path> files = Files.walk(store)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void sigtermInTheMiddleOfABackupLeavesNoUpload() throws Exception {
    try (S3Server server = S3Server.embedded();
        S3Client s3 =
            S3Clients.forRgw(server.endpoint())
                .credentials(
                    StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
                .build();
        EtcdServer etcd = filled(40);
        StallingRelay relay = new StallingRelay(etcd.endpoint(), 30 * MIB)) {
      s3.createBucket(request -> request.bucket("b-1"));
      Process process =
          start(
              Map.of(
                  "AWS_ACCESS_KEY_ID", server.accessKey(),
                  "AWS_SECRET_ACCESS_KEY", server.secretKey()),
              "store: s3://b-1\nclusters:\n- {project: p, endpoints: [\"%s\"]}\n"
                  .formatted(relay.endpoint()),
              "--s3-endpoint=" + server.endpoint(),
              "--grace=1s");
      relay.stalled().await();
      await(() -> uploads(s3) == 1, "an upload");
      assertThat(terminate(process)).isEqualTo(1);
      assertThat(uploads(s3)).isZero();
      assertThat(s3.listObjectsV2(request -> request.bucket("b-1")).contents()).isEmpty();
    }
  }

  private static int uploads(S3Client s3) {
    return s3.listMultipartUploads(request -> request.bucket("b-1")).uploads().size();
  }

  @Test
  void aBackupUnderWayMayEndWithinTheGrace() throws Exception {
    try (EtcdServer etcd = filled(4)) {
      etcd.pause();
      Process process =
          start(
              Map.of(),
              "store: %s\ncreateStore: true\nclusters:\n- {project: p, endpoints: [\"%s\"]}\n"
                  .formatted(directory.resolve("store").toUri(), etcd.endpoint()),
              "-ojson",
              "--grace=40s");
      awaitOutput("\"started\"");
      process.destroy();
      awaitOutput("\"stopping\"");
      etcd.resume();
      assertThat(terminate(process)).isZero();
    }
    List<String> events = new ArrayList<>();
    for (String line : out().lines().toList()) {
      events.add(JSON.readTree(line).get("event").asText());
    }
    assertThat(events).containsExactly("running", "started", "stopping", "stored", "stopped");
  }

  private static EtcdServer filled(int mib) throws IOException {
    EtcdServer etcd = EtcdServer.start();
    for (int i = 0; i < mib; i++) {
      etcd.put("k" + i, new byte[MIB]);
    }
    return etcd;
  }

  private static List<Path> temporaries(Path store) throws IOException {
    Path temporary = store.resolve(".etcd-backup/tmp");
    if (!Files.isDirectory(temporary)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(temporary)) {
      return files.toList();
    }
  }

  private static HttpResponse<String> get(String url, String accept) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).header("Accept", accept).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static String text(Pattern pattern, String in) {
    Matcher matcher = pattern.matcher(in);
    assertThat(matcher.find()).as(in).isTrue();
    return matcher.group(1);
  }

  private void await(Callable<Boolean> condition, String what) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.call()) {
      assertThat(System.nanoTime() - end)
          .as("waiting for %s; so far:%n%s", what, out())
          .isNegative();
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }
}
