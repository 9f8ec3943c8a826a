package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a real etcd in a directory, and back. */
@Tag("server")
class CreateCommandTest {
  private static final String NOW = "--now=2020-02-03T21:00:00Z";
  private static EtcdServer etcd;

  @TempDir Path directory;

  @BeforeAll
  static void startEtcd() throws IOException {
    etcd = EtcdServer.start();
    for (int i = 0; i < 100; i++) {
      etcd.put("key-" + i, new byte[10_000]);
    }
  }

  @AfterAll
  static void stopEtcd() throws IOException {
    if (etcd != null) {
      etcd.close();
    }
  }

  private Path store() {
    return directory.resolve("store");
  }

  private Cli create(EtcdServer from, String... more) {
    List<String> args = new ArrayList<>(List.of("create", "cray-bss", "--create-store", "--etcd"));
    args.add(from.endpoint().toString());
    args.addAll(List.of(more));
    return Cli.on(store(), args.toArray(String[]::new));
  }

  private List<String> stored() throws IOException {
    if (!Files.exists(store())) {
      return List.of();
    }
    return Cli.on(store(), "list").out().lines().toList();
  }

  private Path getBack(String key) {
    Path file = directory.resolve("back.db");
    Cli run = Cli.on(store(), "get", key, "--to", file.toString(), "--force");
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(0);
    return file;
  }

  /** What etcd's own tool says of a file. */
  private static JsonNode status(Path file) throws IOException {
    return new JsonMapper()
        .readTree(etcd.etcdctl("snapshot", "status", file.toString(), "-w", "json"));
  }

  @Test
  void aBackupIsStoredAndComesBackAsEtcdWroteIt() throws Exception {
    long revision = etcd.revision();
    String key = "cray-bss/etcd.backup_v" + revision + "_2020-02-03-21:00:00";

    assertThat(create(etcd, NOW)).isEqualTo(new Cli(0, key + "\n", ""));

    assertThat(stored()).containsExactly(key);
    JsonNode status = status(getBack(key));
    assertThat(status.get("revision").asLong()).isEqualTo(revision);
    assertThat(status.get("totalKey").asLong()).isGreaterThanOrEqualTo(100);
  }

  @Test
  void jsonTellsWhatWasStored() throws Exception {
    Cli run = create(etcd, "-o", "json");
    assertThat(run.code()).isEqualTo(0);
    JsonNode json = new JsonMapper().readTree(run.out());
    List<String> names = new ArrayList<>();
    json.fieldNames().forEachRemaining(names::add);
    assertThat(names)
        .containsExactly(
            "key",
            "revision",
            "size",
            "snapshotSize",
            "sha256",
            "seconds",
            "storedSize",
            "storedSha256",
            "encoding");
    Path file = getBack(json.get("key").asText());
    assertThat(json.get("revision").asLong()).isEqualTo(status(file).get("revision").asLong());
    assertThat(json.get("size").asLong()).isEqualTo(Files.size(file));
    assertThat(json.get("snapshotSize").asLong()).isEqualTo(Files.size(file));
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    assertThat(json.get("sha256").asText()).isEqualTo(HexFormat.of().formatHex(digest));
    assertThat(json.get("seconds").isNumber()).isTrue();
    assertThat(json.get("seconds").asDouble()).isBetween(0.0, 600.0);
  }

  @Test
  void aTarballHoldsTheSnapshot() throws Exception {
    String key = "cray-bss/etcd-backup-2020-02-03-21-00-00.tar.gz";
    Cli run = create(etcd, "--tarball", NOW, "-o", "json");
    assertThat(run.err()).isEmpty();
    JsonNode json = new JsonMapper().readTree(run.out());
    assertThat(json.get("key").asText()).isEqualTo(key);
    assertThat(json.get("size").asLong()).isLessThan(json.get("snapshotSize").asLong());

    Path file = getBack(key);
    assertThat(json.get("snapshotSize").asLong()).isEqualTo(Files.size(file));
    assertThat(status(file).get("revision").asLong()).isEqualTo(json.get("revision").asLong());

    Path raw = directory.resolve("raw.tar.gz");
    assertThat(Cli.on(store(), "get", key, "--raw", "--to", raw.toString()).code()).isEqualTo(0);
    assertThat(raw).hasSize(json.get("size").asLong());
  }

  @Test
  void aNameOfOnesOwnIsTakenOnce() throws Exception {
    assertThat(create(etcd, "--name", "before/upgrade").out())
        .isEqualTo("cray-bss/before/upgrade\n");
    byte[] first = Files.readAllBytes(store().resolve("cray-bss/before/upgrade"));
    etcd.put("more", "than before");

    Cli again = create(etcd, "--name", "before/upgrade");

    assertThat(again.code()).isEqualTo(4);
    assertThat(again.out()).isEmpty();
    assertThat(again.err())
        .startsWith("etcd-backup: ")
        .contains("cray-bss/before/upgrade")
        .matches("[^\n]*\n");
    assertThat(store().resolve("cray-bss/before/upgrade")).hasBinaryContent(first);
  }

  @Test
  void twoBackupsOfOneSecondGetTwoNames() throws Exception {
    create(etcd, "--tarball", NOW);
    assertThat(create(etcd, "--tarball", NOW).out())
        .isEqualTo("cray-bss/etcd-backup-2020-02-03-21-00-01.tar.gz\n");
  }

  @Test
  void aDeadEtcdIsAFailureOfTheSource() throws Exception {
    try (EtcdServer dead = EtcdServer.start()) {
      dead.kill();
      refusedBySource(create(dead, "--timeout", "20s"));
    }
  }

  @Test
  void anEtcdThatDoesNotAnswerIsGivenUp() throws Exception {
    try (EtcdServer paused = EtcdServer.start()) {
      paused.pause();
      long begun = System.nanoTime();
      refusedBySource(create(paused, "--timeout", "2s"));
      assertThat(System.nanoTime() - begun).isLessThan(15_000_000_000L);
    }
  }

  private void refusedBySource(Cli run) throws IOException {
    assertThat(run.err()).startsWith("etcd-backup: ").matches("[^\n]*\n");
    assertThat(run.out()).isEmpty();
    assertThat(run.code()).isEqualTo(3);
    assertThat(stored()).isEmpty();
  }

  @Test
  void aPasswordOpensTheDoorAndIsNeverShown() throws Exception {
    String canary = "canary-7d1f";
    Path right = Files.writeString(directory.resolve("right"), canary + "\n");
    Path wrong = Files.writeString(directory.resolve("wrong"), canary + "-wrong\n");
    try (EtcdServer locked = EtcdServer.builder().rootPassword(canary).start()) {
      for (String[] login :
          List.of(
              new String[] {"--debug"},
              new String[] {"--debug", "--etcd-user=root", "--etcd-password-file=" + wrong},
              new String[] {"--debug", "--etcd-user=nobody", "--etcd-password-file=" + right})) {
        Cli run = create(locked, login);
        assertThat(run.code()).as(run.err()).isEqualTo(3);
        assertThat(run.err()).doesNotContain("canary").contains("etcd-backup: ");
      }
      Cli run = create(locked, "--debug", "--etcd-user=root", "--etcd-password-file=" + right);
      assertThat(run.code()).as(run.err()).isEqualTo(0);
      assertThat(run.out() + run.err()).doesNotContain("canary");
    }
  }

  @Test
  void tlsTakesTheFilesOfEtcdctl() throws Exception {
    try (EtcdServer mutual = EtcdServer.builder().clientCertificates().start()) {
      String ca = "--etcd-ca=" + mutual.certificates().ca();
      String cert = "--etcd-cert=" + mutual.certificates().client();
      String key = "--etcd-key=" + mutual.certificates().clientKey();
      Cli run = create(mutual, ca, cert, key);
      assertThat(run.code()).as(run.err()).isEqualTo(0);

      assertThat(create(mutual, ca, "--timeout", "20s").code()).isEqualTo(3);
      assertThat(create(mutual, cert, key, "--timeout", "20s").code()).isEqualTo(3);
      assertThat(stored()).hasSize(1);
    }
  }

  @Test
  void aDeadMemberBesideALiveOneDoesNoHarm() throws Exception {
    try (EtcdServer dead = EtcdServer.start()) {
      dead.kill();
      String both = dead.endpoint() + "," + etcd.endpoint();
      Cli run = Cli.on(store(), "create", "p", "--create-store", "--etcd", both, "--name", "n");
      assertThat(run).isEqualTo(new Cli(0, "p/n\n", ""));
    }
  }

  @Test
  void nothingIsLeftBesideABackup() throws Exception {
    create(etcd, "--name", "n");
    try (Stream<Path> files = Files.walk(store())) {
      assertThat(files.filter(Files::isRegularFile)).containsExactly(store().resolve("cray-bss/n"));
    }
  }
}
