package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run --check}. No server of the configurations here exists. */
class ConfigCheckTest {
  private static final String NOW = "--now=2020-02-03T21:07:00Z";

  @TempDir Path directory;

  private Cli check(String text, String... more) throws IOException {
    Path file = Files.writeString(directory.resolve("c.yaml"), text);
    String[] args = new String[more.length + 4];
    args[0] = "run";
    args[1] = "--check";
    args[2] = "--config=" + file;
    args[3] = NOW;
    System.arraycopy(more, 0, args, 4, more.length);
    return Cli.run(args);
  }

  @Test
  void itShowsHowChangesAreRecordedAndWhatIsSkipped() throws Exception {
    String text =
        """
        store: file:///
        clusters:
        - project: p
          endpoints: ["http://a:2379"]
          interval: 7d
          maxAge: 15d
          skipUnchanged: true
          changes: {period: 5s, consolidateEvery: 1d}
        """;
    assertThat(check(text).out())
        .contains(
            "  skips   a backup while the cluster is unchanged since the newest one\n"
                + "  changes recorded every 5s or 8MiB, a full backup of them when the newest is"
                + " 24h old\n");
    JsonNode changes =
        new JsonMapper().readTree(check(text, "-o=json").out()).at("/clusters/0/changes");
    assertThat(changes.path("periodSeconds").asLong()).isEqualTo(5);
    assertThat(changes.path("consolidateEverySeconds").asLong()).isEqualTo(86_400);
    assertThat(check(text.replace("1d}", "59s}")).err()).contains("must be 1m to 366d, not '59s'");
  }

  @Test
  void itRefusesThatAServerCopiesToAnother() throws Exception {
    String text =
        """
        store: %s
        copyTo:
        - {name: near, store: "s3://copies/near", endpoint: "http://127.0.0.1:2", serverSide: true}
        clusters: []
        """;
    assertThat(check(text.formatted("file:///")).err())
        .contains(
            "c.yaml: copyTo 'near': serverSide: both stores must be buckets of one S3 server\n");
    assertThat(check(text.formatted("s3://etcd-backup"), "--s3-endpoint=http://127.0.0.1:1").err())
        .contains("c.yaml: copyTo 'near': serverSide: ")
        .contains("two servers")
        .hasLineCount(1);
  }

  /** It would prune the backups as it prunes copies. */
  @Test
  void itRefusesASecondStoreThatIsTheFirst() throws Exception {
    Path store = Files.createDirectory(directory.resolve("store"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), store);
    String text =
        """
        store: %s
        copyTo:
        - {name: near, store: "%s", keepLast: 1}
        clusters: []
        """;
    String refused = "c.yaml: copyTo 'near': is the store of the backups";
    assertThat(check(text.formatted(store.toUri(), link.toUri())).err()).contains(refused);
    assertThat(check(text.formatted("s3://bucket/p", "s3://bucket/p")).err()).contains(refused);
    assertThat(check(text.formatted("s3://bucket/p", "s3://bucket/q")).err())
        .doesNotContain(refused);
  }

  @Test
  void itShowsWhatWouldBeBackedUpWhenUnderWhichNameAndWhatIsKept() throws Exception {
    Path store = directory.resolve("store");
    String text =
        """
        store: %s
        createStore: true
        lock: {etcd: ["http://l:2379"], ttl: 20s}
        listen: 9180
        clusters:
        - project: cray-bss
          endpoints: ["http://a:2379", "http://b:2379"]
          jitter: 10m
          prefix: nightly
          keepLast: 7
          keepDaily: 30
        - project: bare-metal
          endpoints: ["http://c:2379"]
          cron: "*/10 * * * *"
          tarball: true
          keep: last 144 then hourly 168
          timeout: 90s
        - {project: cray-cps, automated: false, recovery: mount it again}
        """
            .formatted(store.toUri());

    Cli run = check(text);

    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .isEqualTo(
            """
            store     %s
            lock      http://l:2379, lost after 20s
            listen    http://127.0.0.1:9180/metrics and /coverage
            cluster   cray-bss
              etcd    http://a:2379, http://b:2379
              due     every 24h, next 2020-02-04T00:00:00Z, up to 10m later
              name    cray-bss/nightly_vREVISION_TIME
              keeps   last 7 or daily 30
              timeout 10m
              stale   when the newest backup is older than 25h
            cluster   bare-metal
              etcd    http://c:2379
              due     cron */10 * * * *, next 2020-02-03T21:10:00Z
              name    bare-metal/etcd-backup-TIME.tar.gz
              keeps   last 144 then hourly 168
              timeout 1m30s
              stale   when the newest backup is older than 1h10m
            cluster   cray-cps
              due     never: not automated
              lost    mount it again
            """
                .formatted(store.toUri()));
    assertThat(run.code()).isZero();
    assertThat(store).as("nothing is written").doesNotExist();

    JsonNode json = new JsonMapper().readTree(check(text, "-o", "json").out());
    assertThat(json.at("/clusters/1/keep").asText()).isEqualTo("last 144 then hourly 168");
    assertThat(json.at("/clusters/1/next").asText()).isEqualTo("2020-02-03T21:10:00Z");
    assertThat(json.at("/clusters/2/due").isNull()).isTrue();
    assertThat(json.at("/lock/ttlSeconds").asInt()).isEqualTo(20);
  }

  @Test
  void everyProblemOfTheFileIsALineOfItsOwn() throws Exception {
    Cli run =
        check(
            """
            store: backups
            lock: {etcd: ["http://l:2379"], ttl: 1s}
            clusters:
            - {project: p, keepLast: 0}
            - {project: q, keep: last 7 or}
            - {project: r}
            - {project: p}
            - project: s
              tarball: true
              prefix: x
            cluster: []
            """);

    String at = "etcd-backup: " + directory.resolve("c.yaml") + ":";
    assertThat(run.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith(at + "1: store: 'backups' is not a store"),
            line -> assertThat(line).startsWith(at + "2: ttl: must be 2s to 1h, not '1s'"),
            line -> assertThat(line).startsWith(at + "4: keepLast: must be a number"),
            line -> assertThat(line).startsWith(at + "5: keep: expected one of last, within"),
            line -> assertThat(line).startsWith(at + "7: project 'p' is configured twice"),
            line -> assertThat(line).startsWith(at + "10: 'tarball' and 'prefix' exclude"),
            line -> assertThat(line).startsWith(at + "11: 'cluster' is not a known key"));
    assertThat(run.out()).isEmpty();
    assertThat(run.code()).isEqualTo(2);
  }

  @Tag("slow")
  @Test
  void whatTheFileNamesIsLookedAtToo() throws Exception {
    Path ca = Files.writeString(directory.resolve("ca.crt"), "not a certificate");
    Cli run =
        check(
            """
            store: s3://b-1
            clusters:
            - {project: p}
            - {project: q, endpoints: ["https://q:2379"], tls: {ca: ca.crt}}
            - {project: r, endpoints: ["http://r:2379"], user: root, passwordFile: none}
            """,
            "--s3-endpoint=http://127.0.0.1:1");

    String at = "etcd-backup: " + directory.resolve("c.yaml") + ": ";
    assertThat(run.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith(at + "cluster 'p' has no endpoints"),
            line -> assertThat(line).startsWith(at + "cluster 'q': ").contains(ca.toString()),
            line ->
                assertThat(line)
                    .isEqualTo(at + "cluster 'r': there is no file " + directory.resolve("none")));
    assertThat(run.code()).isEqualTo(2);
  }

  @Test
  void aStoreThatDoesNotExistIsAProblemUnlessItMayBeCreated() throws Exception {
    Path store = directory.resolve("store");
    String text = "store: " + store.toUri() + "\nclusters: []\n";

    Cli run = check(text);
    assertThat(run.err())
        .isEqualTo(
            "etcd-backup: %s: there is no directory %s; mount its volume, or create it with"
                    .formatted(directory.resolve("c.yaml"), store)
                + " --create-store or createStore: true\n");
    assertThat(run.code()).isEqualTo(2);
    assertThat(check(text, "--create-store").code()).isZero();
    assertThat(check(text + "createStore: true\n").code()).isZero();
    assertThat(store).doesNotExist();

    Files.createFile(store);
    assertThat(check(text, "--create-store").err()).endsWith(store + " is not a directory\n");
  }

  @Test
  void noBucketIsCreated() throws Exception {
    Cli run = check("store: s3://b-1\ncreateStore: true\nclusters: []\n");
    assertThat(run.err()).contains(":2: 'createStore' is for file:/// stores");
    assertThat(run.code()).isEqualTo(2);
  }

  @Test
  void withoutAStoreThereIsNothingToCheck() throws Exception {
    Cli run = check("clusters: []");
    assertThat(run.err()).startsWith("etcd-backup: no store; give --store");
    assertThat(run.code()).isEqualTo(2);
  }
}
