package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code extract}, {@code restore-live} and {@code plan}, with backups of a real etcd. */
@Tag("server")
class RestoreCommandsTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String NOW = "--now=2020-02-03T21:00:00Z";
  private static EtcdServer etcd;

  @TempDir static Path shared;
  private static Path store;
  private static String key; // holds /app/0 to /app/9 and /other, the latter changed to "new"
  private static String tarball;

  @TempDir Path directory;

  @BeforeAll
  static void backUp() throws Exception {
    store = Files.createDirectory(shared.resolve("store"));
    etcd = EtcdServer.start();
    for (int i = 0; i < 10; i++) {
      etcd.put("/app/" + i, "value-" + i);
    }
    etcd.put("/other", new byte[] {0, (byte) 0xff, '\n'});
    etcd.put("/other", "new");
    String endpoint = etcd.endpoint().toString();
    key = Cli.on(store, "create", "p", NOW, "--etcd", endpoint).out().strip();
    tarball = Cli.on(store, "create", "p", NOW, "--tarball", "--etcd", endpoint).out().strip();
  }

  @AfterAll
  static void stop() throws Exception {
    if (etcd != null) { // there may be no etcd on this machine
      etcd.close();
    }
  }

  private static Cli on(String... args) {
    return Cli.on(store, args);
  }

  // extract

  @Test
  void oneKeyIsPrintedByteForByte() {
    assertThat(on("extract", key, "/app/3")).isEqualTo(new Cli(0, "value-3", ""));
    assertThat(on("extract", tarball, "/app/3")).isEqualTo(new Cli(0, "value-3", ""));
    assertThat(on("extract", key, "/other")).isEqualTo(new Cli(0, "new", ""));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String at = "--store=" + store.toUri();
    int code =
        EtcdBackupCommand.run(
            Interruption.none(),
            out,
            new ByteArrayOutputStream(),
            false,
            "extract",
            key,
            "/other",
            "--rev=12",
            at);
    assertThat(code).isZero();
    assertThat(out.toByteArray()).containsExactly(0, 0xff, '\n');
  }

  @Test
  void aPrefixIsPrintedAsJson() throws Exception {
    JsonNode rows = JSON.readTree(on("extract", key, "--prefix=/app/", "-ojson", "--rev=6").out());
    assertThat(rows).hasSize(5);
    assertThat(rows.get(4).get("key").asText()).isEqualTo("/app/4");
    assertThat(rows.get(4).get("value").asText()).isEqualTo("value-4");
    assertThat(rows.get(4).get("modRevision").asLong()).isEqualTo(6);
    assertThat(JSON.readTree(on("extract", key, "/app/4", "-ojson").out())).hasSize(1);
  }

  @Test
  void whatIsNotThereIsSaidToBeNotThere() {
    assertThat(on("extract", key, "/none"))
        .isEqualTo(
            new Cli(1, "", "etcd-backup: " + key + ": there is no key /none at revision 13\n"));
    assertThat(on("extract", key, "--prefix=/n", "-ojson").code()).isEqualTo(1);
    assertThat(on("extract", key, "/app/1", "--rev=99").code()).isEqualTo(2);
    assertThat(on("extract", "p/none", "/app/1").code()).isEqualTo(1);
  }

  // restore-live

  @Test
  void keysComeBackIntoARunningCluster() throws Exception {
    try (EtcdServer to = EtcdServer.start()) {
      to.put("/app/1", "another");
      String endpoint = "--etcd=" + to.endpoint();
      Cli dry = on("restore-live", key, endpoint, "--prefix=/app/", "--dry-run");
      assertThat(dry.err()).isEmpty();
      assertThat(dry.out())
          .startsWith(
              """
              dry run: nothing was written
              revision: 13
              created: 9
              overwritten: 0
              unchanged: 0
              kept as they are: 1
              leases granted: 0, existing: 0
              not restored: revisions, versions and history of keys\
              """);
      assertThat(on("restore-live", key, endpoint, "--prefix=\\x2fapp/", "--dry-run"))
          .isEqualTo(dry);
      assertThat(to.revision()).isEqualTo(2);
      assertThat(on("restore-live", tarball, endpoint, "--prefix=/app/").out())
          .contains("created: 9\n", "kept as they are: 1\n");
      assertThat(to.etcdctl("get", "/app/1", "--print-value-only")).isEqualTo("another\n");
      JsonNode all =
          JSON.readTree(on("restore-live", key, endpoint, "--mode=overwrite", "-ojson").out());
      assertThat(all.get("created").asLong()).isEqualTo(1);
      assertThat(all.get("overwritten").asLong()).isEqualTo(1);
      assertThat(all.get("unchanged").asLong()).isEqualTo(9);
      assertThat(to.etcdctl("get", "/app/1", "--print-value-only")).isEqualTo("value-1\n");
    }
  }

  @Test
  void aDamagedBackupIsNotRestored() throws Exception {
    byte[] bytes = Goldens.damaged(Files.readAllBytes(store.resolve(key)));
    Path file = Goldens.write(directory.resolve("bad"), bytes);
    try (EtcdServer to = EtcdServer.start()) {
      Cli run = on("restore-live", file.toString(), "--etcd=" + to.endpoint());
      assertThat(run.code()).isEqualTo(5);
      assertThat(run.err()).contains("is corrupt, nothing was restored").hasLineCount(1);
      assertThat(to.revision()).isEqualTo(1);
      to.kill();
      Cli dead = on("restore-live", key, "--etcd=" + to.endpoint());
      assertThat(dead.code()).isEqualTo(3);
      assertThat(dead.err()).contains("connection refused").hasLineCount(1);
    }
  }

  @Test
  void aClusterThatIsFullOrClosedSaysWhatToDo() throws Exception {
    Path large = directory.resolve("large.db");
    try (EtcdServer from = EtcdServer.start()) {
      for (int i = 0; i < 30; i++) {
        from.put("/large/" + i, new byte[500_000]);
      }
      from.etcdctl("snapshot", "save", large.toString());
    }
    try (EtcdServer small = EtcdServer.builder().quotaBytes(8 << 20).start()) {
      Cli run = on("restore-live", large.toString(), "--etcd=" + small.endpoint());
      assertThat(run.code()).isEqualTo(3);
      assertThat(run.err())
          .contains("database space exceeded: raise etcd's --quota-backend-bytes")
          .contains("run it again to go on from there")
          .hasLineCount(1);
    }
    try (EtcdServer closed = EtcdServer.builder().rootPassword("root-secret").start()) {
      closed.etcdctl("user", "add", "eve:eve-secret");
      String password = Files.writeString(directory.resolve("password"), "eve-secret").toString();
      Cli run =
          on(
              "restore-live",
              key,
              "--etcd=" + closed.endpoint(),
              "--etcd-user=eve",
              "--etcd-password-file=" + password);
      assertThat(run.code()).isEqualTo(3);
      assertThat(run.err()).contains("the user needs READWRITE on the keys").hasLineCount(1);
      assertThat(closed.revision()).isEqualTo(1);
    }
  }

  @Test
  void whatADeadMemberLeavesBecomesABackup() throws Exception {
    Path copy = directory.resolve("db");
    try (EtcdServer dying = EtcdServer.start()) {
      dying.put("a", "1");
      dying.restart(); // writes all of it to its database
      dying.kill();
      Files.copy(dying.dataDir().resolve("member/snap/db"), copy);
    }
    Path own = Files.createDirectory(directory.resolve("store"));
    Cli run = Cli.on(own, "create", "p", NOW, "--from-file", copy.toString());
    assertThat(run).isEqualTo(new Cli(0, "p/etcd.backup_v2_2020-02-03-21:00:00\n", ""));
    String made = run.out().strip();
    assertThat(Cli.on(own, "verify", made, "--deep").code()).isEqualTo(0);
    assertThat(Cli.on(own, "extract", made, "a").out()).isEqualTo("1");
    assertThat(Cli.on(own, "create", "p", "--from-file", own + "/none"))
        .isEqualTo(new Cli(3, "", "etcd-backup: there is no file " + own + "/none\n"));
  }

  // drill

  @Test
  void aDrillStartsAnEtcdFromABackup() throws Exception {
    Path binary = EtcdBinaries.all().get(0).directory().resolve("etcd");
    Cli run = on("drill", key, "--etcd-bin=" + binary);
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(0);
    assertThat(run.out())
        .contains(" started from it and is healthy\n", "a key was written, read and deleted\n")
        .endsWith(key + ": passed\n");
    JsonNode json = JSON.readTree(on("drill", tarball, "--etcd-bin=/bin/false", "-ojson").out());
    assertThat(json.get("passed").asBoolean()).isFalse();
    assertThat(json.get("keys").asLong()).isEqualTo(11);
    assertThat(on("drill", tarball, "--etcd-bin=/bin/false").code()).isEqualTo(1);
    byte[] bytes = Goldens.damaged(Files.readAllBytes(store.resolve(key)));
    assertThat(on("drill", Goldens.write(directory.resolve("bad"), bytes).toString()).code())
        .isEqualTo(5);
  }

  // plan

  private Cli plan(String... more) throws Exception {
    Path config = directory.resolve("clusters.yaml");
    Files.writeString(
        config,
        """
        store: %s
        clusters:
          - project: p
            endpoints: [http://127.0.0.1:1]
          - project: q
            automated: false
            recovery: run the discovery
        """
            .formatted(store.toUri()));
    String[] args = new String[more.length + 3];
    args[0] = "plan";
    System.arraycopy(more, 0, args, 1, more.length);
    args[more.length + 1] = "--config=" + config;
    args[more.length + 2] = NOW;
    return Cli.run(args);
  }

  @Test
  void theNewestGoodBackupIsPlannedToBeRestored() throws Exception {
    assertThat(plan("p")).isEqualTo(new Cli(0, "restore " + key + ", 0s old\n", ""));
    assertThat(plan("p", "--now=2020-02-20T21:00:00Z").code()).isEqualTo(2); // given twice
    JsonNode json = JSON.readTree(plan("p", "-ojson").out());
    assertThat(json.get("way").asText()).isEqualTo("backup");
    assertThat(json.get("needsConfirmation").asBoolean()).isFalse();
  }

  @Test
  void aMemberThatAnswersComesFirst() throws Exception {
    Cli run = plan("p", "--etcd=http://127.0.0.1:1," + etcd.endpoint());
    assertThat(run.out().lines())
        .containsExactly(
            "PASSED OVER etcd at [http://127.0.0.1:1]: no member provides a snapshot:"
                + " http://127.0.0.1:1: connection refused",
            "save and restore the last survivor: " + etcd.endpoint() + ", at revision 13 or later",
            "there is also " + key + ", 0s old");
    assertThat(on("list", "p").out().lines()).hasSize(2);
  }

  @Test
  void whatIsNotAutomatedIsRebuiltByItsNote() throws Exception {
    assertThat(plan("q"))
        .isEqualTo(new Cli(0, "rebuild q: it is not automated\nrun the discovery\n", ""));
    assertThat(plan("r").err()).contains("has no project r");
    assertThat(plan("r").code()).isEqualTo(2);
  }
}
