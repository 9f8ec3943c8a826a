package dev.etcdbackup.cli;

import static dev.etcdbackup.cli.OpenPgpFiles.SUBKEY;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.schedule.BackupListener;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clusters whose backups are compressed, encrypted and signed, from the backup to the restore. */
@Tag("slow")
@Timeout(120)
class EncryptedClustersTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path directory;
  private Path store;
  private OpenPgpFiles keys;

  @BeforeEach
  void writeKeys() throws IOException {
    store = Files.createDirectory(directory.resolve("store"));
    keys = OpenPgpFiles.in(directory);
  }

  private Path config(String text) throws IOException {
    return Files.writeString(directory.resolve("c.yaml"), "store: " + store.toUri() + "\n" + text);
  }

  private Cli withKey(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--decrypt-with=" + keys.privateKey());
    all.add("--passphrase-file=" + keys.passphrase());
    return Cli.on(store, all.toArray(String[]::new));
  }

  private String createFromFile(String project, String... more) throws IOException {
    Path snapshot = directory.resolve("snap.db");
    if (Files.notExists(snapshot)) {
      Goldens.write(snapshot, Goldens.bytes("3.5.30-plain"));
    }
    List<String> all = new ArrayList<>(List.of("create", project, "--from-file=" + snapshot));
    all.addAll(List.of(more));
    Cli made = Cli.on(store, all.toArray(String[]::new));
    assertThat(made.err()).isEmpty();
    return made.out().strip();
  }

  private String createEncrypted(String project, String... more) throws IOException {
    List<String> all = new ArrayList<>(List.of("--encrypt-to=" + keys.publicKey()));
    all.addAll(List.of(more));
    return createFromFile(project, all.toArray(String[]::new));
  }

  @Tag("server")
  @Test
  void scheduledBackupsAreSignedAsTheConfigurationSays() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      etcd.put("word", "secret");
      Path file =
          config(
              """
              encoding:
                compress: zstd
                encryptTo: [public.asc]
                signWith: private.asc
                passphraseFile: passphrase
              clusters:
              - {project: a, endpoints: ["%1$s"]}
              - {project: b, endpoints: ["%1$s"], tarball: true}
              - {project: c, endpoints: ["%1$s"], encoding: {compress: none}}
              """
                  .formatted(etcd.endpoint()));
      assertThat(Cli.run("run", "--check", "--config=" + file).code()).isZero();

      runUntilEachHasABackup(BackupConfig.read(file, Optional.empty()), 3);

      assertThat(signed("a", ".zst.gpg").code()).isZero();
      assertThat(signed("b", ".tar.gz.gpg").code()).isZero();
      Cli unsigned = signed("c", "");
      assertThat(unsigned.code()).isEqualTo(5);
      assertThat(unsigned.out()).contains("is not signed: there is no c/.etcd-backup/signatures/");
      assertThat(Cli.on(store, "list").out()).hasLineCount(3);
    }
  }

  private void runUntilEachHasABackup(BackupConfig config, int clusters) throws Exception {
    CountDownLatch stored = new CountDownLatch(clusters);
    BackupListener counting =
        new BackupListener() {
          @Override
          public void succeeded(String project, BackupResult result) {
            stored.countDown();
          }
        };
    try (SchedulerSetup setup =
        new SchedulerSetup(
            config,
            DirectoryBackupStore.builder(store).build(),
            new EncodingOptions().reading(),
            ZoneOffset.UTC,
            SecondStores.none(),
            builder -> builder.listener(counting).startStagger(Duration.ZERO))) {
      setup.addAll(List.of());
      setup.scheduler().start();
      assertThat(stored.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  private Cli signed(String project, String suffix) {
    String key = Cli.on(store, "latest", project).out().strip();
    assertThat(key).endsWith(suffix);
    return withKey("verify", key, "--signed-by=" + keys.publicKey());
  }

  @Test
  void aSigningKeyThatCannotBeUsedIsFoundBeforeTheFirstBackup() throws Exception {
    for (List<String> wrong :
        List.of(
            List.of("signWith: none.asc", "cluster 'p': signWith: ", "none.asc cannot be read"),
            List.of("signWith: private.asc", "and none is given; give passphraseFile", ""),
            List.of(
                "signWith: private.asc, passphraseFile: none",
                "cluster 'p': passphraseFile: ",
                "none cannot be read"),
            List.of("signWith: public.asc", "public.asc holds something else", ""),
            List.of("passphraseFile: passphrase", "'passphraseFile' needs 'signWith'", ""))) {
      Path file =
          config(
              "encoding: {"
                  + wrong.get(0)
                  + "}\nclusters:\n- {project: p, endpoints: [\"http://127.0.0.1:1\"]}\n");
      for (String[] command : new String[][] {{"run", "--check"}, {"before-upgrade", "pre_x"}}) {
        List<String> all = new ArrayList<>(List.of(command));
        all.add("--config=" + file);
        Cli run = Cli.run(all.toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains(wrong.get(1)).contains(wrong.get(2)).hasLineCount(1);
      }
    }
  }

  @Test
  void aPlanNamesTheKeyAndFailsAtOnceWithoutIt() throws Exception {
    createFromFile("p", "--now=2020-02-02T21:00:00Z");
    String key = createEncrypted("p", "--now=2020-02-03T21:00:00Z");
    String file = "--config=" + config("clusters:\n- {project: p, endpoints: [\"http://e:1\"]}\n");
    String now = "--now=2020-02-03T22:00:00Z";

    assertThat(Cli.on(store, "plan", "p", file, now))
        .isEqualTo(
            new Cli(
                2,
                "",
                "etcd-backup: "
                    + key
                    + " is encrypted to "
                    + SUBKEY
                    + ", and none of their private keys was given; give one of them with"
                    + " --decrypt-with KEYFILE\n"));
    assertThat(withKey("plan", "p", file, now).out())
        .isEqualTo(
            "restore "
                + key
                + ", 1h old\nit is encrypted to "
                + SUBKEY
                + "; the given private key is "
                + SUBKEY
                + "\n");
    JsonNode json = JSON.readTree(withKey("plan", "p", file, now, "-ojson").out());
    assertThat(json.at("/encryptedTo/0").asText()).isEqualTo(SUBKEY);
    assertThat(json.at("/keysAtHand/0").asText()).isEqualTo(SUBKEY);
  }

  @Test
  void inspectShowsTheRecipients() throws Exception {
    String plain = createFromFile("q");
    String key = createEncrypted("p", "--compress=zstd");

    assertThat(withKey("inspect", key).out()).contains("\nencrypted to: " + SUBKEY + "\n");
    String file = store.resolve(key).toString();
    assertThat(
            JSON.readTree(withKey("inspect", file, "-ojson").out()).at("/encryptedTo/0").asText())
        .isEqualTo(SUBKEY);
    assertThat(withKey("inspect", plain).out()).doesNotContain("encrypted to");
  }

  @Tag("server")
  @Test
  void anEncryptedBackupIsVerifiedRestoredAndStarted() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      etcd.put("word", "secret");
      Cli made =
          Cli.on(
              store,
              "create",
              "p",
              "--etcd=" + etcd.endpoint(),
              "--compress=zstd",
              "--encrypt-to=" + keys.publicKey());
      assertThat(made.err()).isEmpty();
    }
    String key = Cli.on(store, "latest", "p").out().strip();
    assertThat(key).endsWith(".zst.gpg");
    assertThat(Cli.on(store, "list", "p").out()).isEqualTo(key + "\n");
    assertThat(withKey("verify", key, "--deep").code()).isZero();
    assertThat(withKey("extract", key, "word").out()).isEqualTo("secret");
    try (EtcdServer restored =
        EtcdServer.builder()
            .dataDirs(
                (member, dataDir) -> {
                  Cli run =
                      withKey(
                          "restore",
                          key,
                          "--data-dir=" + dataDir,
                          "--name=" + member.name(),
                          "--initial-cluster=" + member.initialCluster(),
                          "--initial-cluster-token=" + member.token(),
                          "--initial-advertise-peer-urls=" + member.peerUrl());
                  assertThat(run.code()).as(run.err()).isZero();
                })
            .start()) {
      assertThat(restored.etcdctl("get", "word")).contains("secret");
    }

    Path etcd = EtcdBinaries.all().get(0).directory().resolve("etcd");
    Cli drill = withKey("drill", key, "--etcd-bin=" + etcd);
    assertThat(drill.err()).isEmpty();
    assertThat(drill.out())
        .contains(" started from it and is healthy\n")
        .endsWith(key + ": passed\n");
    assertThat(opened()).singleElement().asString().startsWith("key_" + SUBKEY + "_");
  }

  @Test
  void coverageSaysToWhomBackupsAreEncryptedAndWhenAKeyLastOpenedOne() throws Exception {
    String key = createEncrypted("p", "--now=2020-02-03T20:00:00Z");
    createFromFile("q", "--now=2020-02-03T20:00:00Z");
    Path file = config("clusters:\n- {project: p, endpoints: [\"http://e:1\"]}\n");

    assertThat(coverage(file, "2020-02-03T21:00:00Z"))
        .contains("ENCRYPTED TO")
        .contains(SUBKEY + "  no backup has been opened with a private key yet\n");
    assertThat(withKey("drill", key, "--now=2020-02-03T21:00:00Z", "--no-record").code()).isZero();
    assertThat(directory.resolve("store/p/.etcd-backup")).doesNotExist();
    assertThat(withKey("drill", key, "--now=2020-02-03T21:00:00Z").err()).isEmpty();
    assertThat(opened()).containsExactly("key_" + SUBKEY + "_2020-02-03-21:00:00");
    assertThat(coverage(file, "2020-02-03T22:00:00Z")).doesNotContain("private key");
    assertThat(coverage(file, "2020-03-06T22:00:00Z"))
        .contains("; no backup has been opened with a private key for 32 days\n");
    assertThat(Cli.on(store, "coverage", "--config=" + file).out()).doesNotContain("ENCRYPTED TO");
    JsonNode json =
        JSON.readTree(
            Cli.on(store, "coverage", "--encryption", "--config=" + file, "-ojson").out());
    assertThat(json.at("/projects/0/encryptedTo/0").asText()).isEqualTo(SUBKEY);
    assertThat(json.at("/projects/0/lastOpened").asText()).isEqualTo("2020-02-03T21:00:00Z");
    assertThat(json.at("/projects/1/encryptedTo").isMissingNode()).isTrue();
  }

  private String coverage(Path config, String now) {
    return Cli.on(store, "coverage", "--encryption", "--config=" + config, "--now=" + now).out();
  }

  private List<String> opened() throws IOException {
    try (var files = Files.list(store.resolve("p/.etcd-backup/opened"))) {
      return files.map(one -> one.getFileName().toString()).toList();
    }
  }
}
