package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code run} with {@code changes}: what it records, and what its metrics and coverage say. */
@Tag("server")
@Timeout(120)
class RecordingRunTest {
  private static final Duration WAIT = Duration.ofSeconds(40);

  @TempDir Path directory;
  private final HttpClient http = HttpClient.newHttpClient();

  /** A {@code run}, until it is closed. */
  private static final class Running implements AutoCloseable {
    final String server;
    private final PrintedLines out = new PrintedLines();
    private final Thread thread;
    private final FutureTask<Integer> exit;

    Running(Path config) throws InterruptedException {
      exit =
          new FutureTask<>(
              () ->
                  EtcdBackupCommand.run(
                      Interruption.none(), out, out, false, "run", "--config=" + config));
      thread = new Thread(exit, "run");
      thread.start();
      String running = out.after(" running ");
      server = running.replaceAll(".*(http://[0-9.:]+)/metrics.*", "$1");
    }

    @Override
    public void close() {
      thread.interrupt();
      assertThat(exit).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(0);
    }
  }

  @Test
  void whatIsRecordedShowsInMetricsAndCoverageAlsoAfterARestart() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      Path config = recording(etcd);
      double objects;
      try (Running run = new Running(config)) {
        await(run, "lag_revisions", 0); // it follows, on a base of its own or the first backup
        for (int i = 1; i <= 3; i++) {
          etcd.put("key-" + i, "value");
          await(run, "events_total", i);
        }
        await(run, "lag_revisions", 0);
        objects = metric(run, "objects_total");
        assertThat(objects).isBetween(1.0, 3.0);
        assertThat(metric(run, "chain_length")).isEqualTo(objects);
        assertThat(metric(run, "bytes_total")).isGreaterThan(200);
        assertThat(metric(run, "rpo_seconds")).isBetween(0.0, 30.0);
        JsonNode project =
            new JsonMapper().readTree(get(run.server + "/coverage.json")).at("/projects/0");
        assertThat(project.path("rpoSeconds").asLong(-1)).isBetween(0L, 30L);
      }
      etcd.put("key-4", "value"); // while none records
      try (Running run = new Running(config)) {
        await(run, "events_total", 1);
        assertThat(metric(run, "chain_length")).isEqualTo(objects + 1);
        assertThat(metric(run, "bases_total")).isZero();
      }
      Cli plan =
          Cli.on(directory.resolve("store"), "plan", "p", "--config=" + config, "--to-revision=5");
      assertThat(plan.out()).contains("revision 5");
    }
  }

  @Test
  void aChainThatCannotBeContinuedShowsAndANewBaseIsTaken() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      Path config = recording(etcd);
      try (Running run = new Running(config)) {
        await(run, "lag_revisions", 0);
        etcd.put("recorded", "value");
        await(run, "events_total", 1);
        assertThat(metric(run, "chains_ended_total")).isZero();
      }
      etcd.put("lost", "1");
      etcd.put("lost", "2");
      etcd.etcdctl("compact", Long.toString(etcd.revision()));
      try (Running run = new Running(config)) {
        await(run, "chains_ended_total", 1);
        await(run, "bases_total", 1);
        etcd.put("recorded", "again");
        await(run, "events_total", 1);
        await(run, "lag_revisions", 0); // before, no check may have found all of it stored
        JsonNode project =
            new JsonMapper().readTree(get(run.server + "/coverage.json")).at("/projects/0");
        assertThat(project.path("rpoSeconds").asLong(-1)).isBetween(0L, 30L);
      }
    }
  }

  /** The backups that a recorder bases its changes on are signed, too, and so are the changes. */
  @Test
  void whatIsRecordedIsSigned() throws Exception {
    OpenPgpFiles keys = OpenPgpFiles.in(directory);
    String signWith =
        ", encoding: {signWith: %s, passphraseFile: %s}"
            .formatted(keys.privateKey(), keys.passphrase());
    Path store = directory.resolve("store");
    try (EtcdServer etcd = EtcdServer.start()) {
      try (Running run = new Running(recording(etcd, signWith))) {
        await(run, "lag_revisions", 0);
        etcd.put("key-1", "value");
        etcd.put("key-2", "value");
        await(run, "events_total", 2);
      }
      for (String data : List.of("p", "p/" + newest(store))) {
        Cli restored =
            Cli.on(
                store,
                "restore",
                data,
                "--to-revision=" + etcd.revision(),
                "--data-dir=" + directory.resolve(data.substring(data.length() - 1)),
                "--require-signature=" + keys.publicKey());
        assertThat(restored.code()).as(restored.err()).isZero();
        assertThat(restored.out()).contains(" at revision " + etcd.revision() + "\n");
      }
    }
  }

  private static String newest(Path store) {
    String key = Cli.on(store, "latest", "p").out().strip();
    return key.substring("p/".length());
  }

  private Path recording(EtcdServer etcd) throws IOException {
    return recording(etcd, "");
  }

  private Path recording(EtcdServer etcd, String more) throws IOException {
    return Files.writeString(
        directory.resolve("c.yaml"),
        """
        store: %s
        createStore: true
        listen: 127.0.0.1:0
        clusters:
        - {project: p, endpoints: ["%s"], interval: 7d, changes: {period: 1s}%s}
        """
            .formatted(directory.resolve("store").toUri(), etcd.endpoint(), more));
  }

  /** Waits until a metric is at least so much, or in the case of a lag, at most. */
  private void await(Running run, String name, double bound) throws Exception {
    long end = System.nanoTime() + WAIT.toNanos();
    double value = metric(run, name);
    while (!(name.startsWith("lag") ? value <= bound : value >= bound)) {
      assertThat(System.nanoTime()).as("%s is %s; %s", name, value, run.out.left()).isLessThan(end);
      value = metric(run, name);
    }
  }

  /** The value of a metric; NaN while there is none. */
  private double metric(Running run, String name) throws Exception {
    Matcher line =
        Pattern.compile("etcd_backup_changes_" + name + "\\{project=\"p\"} (\\S+)")
            .matcher(get(run.server + "/metrics"));
    return line.find() ? Double.parseDouble(line.group(1)) : Double.NaN;
  }

  private String get(String url) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
