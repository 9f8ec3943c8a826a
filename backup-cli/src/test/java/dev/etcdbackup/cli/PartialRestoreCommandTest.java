package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyCursor;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code restore} of a part, and without the passwords of the snapshot. */
class PartialRestoreCommandTest {
  private static final String KEY = "p/etcd.backup_v230_2020-02-03-20:45:48";
  private static final String SECRET = "a new password";

  private static final String VERSIONS =
      """
      etcd 3.4, 3.5, 3.6 and 3.7 start from it
      the storage version is 3.6.0; etcd before 3.6 ignores it, later versions keep it
      """;
  private static final String AUTH =
      "authentication is on; users with the role root: root: have a password of theirs at hand,"
          + " or restore with --without-auth or --set-root-password-file\n";

  @TempDir Path directory;
  private Path store;
  private Path data;
  private Path password;

  @BeforeEach
  void storeASnapshot() throws IOException {
    store = directory.resolve("store");
    Goldens.write(store.resolve(KEY), Goldens.bytes("3.5.30-plain"));
    data = directory.resolve("data");
    password = Files.writeString(directory.resolve("password"), SECRET + "\n");
  }

  private Cli restore(String operand, String... options) {
    List<String> all = new ArrayList<>(List.of("restore", operand, "--data-dir=" + data));
    all.addAll(List.of(options));
    return Cli.on(store, all.toArray(new String[0]));
  }

  private List<String> keys() throws IOException {
    List<String> keys = new ArrayList<>();
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(data.resolve("member/snap/db"))) {
      KeyCursor cursor = snapshot.keys(KeyRange.all());
      while (cursor.next()) {
        keys.add(new String(cursor.key(), StandardCharsets.UTF_8));
      }
    }
    return keys;
  }

  @Test
  void keysAreSelectedByPrefixesAndARange() throws Exception {
    List<String> all = List.of(Cli.on(store, "keys", KEY).out().split("\n"));
    Cli run = restore(KEY, "--prefix=/p/001", "--prefix=/p/01", "--exclude-prefix=/p/019");
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).endsWith(" at revision 230\n");
    assertThat(keys())
        .isNotEmpty()
        .isEqualTo(
            all.stream()
                .filter(key -> key.startsWith("/p/001") || key.startsWith("/p/01"))
                .filter(key -> !key.startsWith("/p/019"))
                .toList());
    data = directory.resolve("range");
    assertThat(restore(KEY, "--from-key=/p/0015", "--to-key=/p/0130", "--drop-history").code())
        .isZero();
    assertThat(keys())
        .isNotEmpty()
        .isEqualTo(
            all.stream()
                .filter(key -> key.compareTo("/p/0015") >= 0 && key.compareTo("/p/0130") < 0)
                .toList());
  }

  @Test
  void anEarlierRevisionIsRestored() throws Exception {
    assertThat(restore(KEY, "--at-revision=100").out()).endsWith(" at revision 100\n");
    assertThat(String.join("\n", keys()) + "\n")
        .isEqualTo(Cli.on(store, "keys", KEY, "--rev=100").out());
  }

  @Test
  void aSelectionOfNothingIsWarnedOf() {
    assertThat(restore(KEY, "--prefix=/x").err())
        .isEqualTo(
            "etcd-backup: warning: no key of the snapshot was selected: the member starts without"
                + " keys\n");
  }

  @Test
  void whatCannotBeIsRefused() throws Exception {
    assertRefused("--at-revision: revision 231 is in the future", "--at-revision=231");
    assertRefused("--prefix must not be empty; omit it for all keys", "--prefix=");
    assertRefused(
        "--from-key and --to-key cannot be combined with --prefix", "--prefix=/p", "--to-key=/q");
    String order = "--from-key must be before --to-key in the order of bytes";
    assertRefused(order, "--from-key=/q", "--to-key=/p");
    assertRefused(order, "--from-key=\\xff", "--to-key=/p");
    assertRefused(order, "--from-key=/p", "--to-key=/p");
    assertRefused(order, "--to-key=");
    assertRefused(
        "--without-auth drops the user root; omit --set-root-password-file",
        "--without-auth",
        "--set-root-password-file=" + password);
    Files.writeString(password, "x".repeat(73));
    assertRefused(
        "--set-root-password-file: the password in "
            + password
            + " has 73 bytes; etcd reads 72 at most, choose a shorter one",
        "--set-root-password-file=" + password);
    assertRefused(
        "--set-root-password-file: there is no file " + directory.resolve("none"),
        "--set-root-password-file=" + directory.resolve("none"));
  }

  private void assertRefused(String message, String... options) {
    Cli run = restore(KEY, options);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).startsWith("etcd-backup: " + message);
    assertThat(data).doesNotExist();
  }

  @Test
  void whatIsToBeKnownBeforeIsPrinted() throws Exception {
    Path file = Goldens.write(directory.resolve("snap.db"), Goldens.bytes("3.6.14-rich-auth"));
    Cli preflight = restore(file.toString(), "--preflight");
    assertThat(preflight.code()).isZero();
    assertThat(preflight.out()).isEqualTo(VERSIONS + AUTH);
    assertThat(data).doesNotExist();
    assertThat(restore(file.toString()).err()).isEqualTo("etcd-backup: warning: " + AUTH);
    data = directory.resolve("without");
    assertThat(restore(file.toString(), "--without-auth").err()).isEmpty();
  }

  @Test
  void aDrillPrintsTheSameAndAPlanWhatNeedsADecision() throws Exception {
    String key = "q/etcd.backup_v4545_2020-02-04-20:45:48";
    Goldens.write(store.resolve(key), Goldens.bytes("3.6.14-rich-auth"));
    Cli drill = Cli.on(store, "drill", key, "--etcd-bin=/bin/false", "--no-record");
    assertThat(drill.out()).as(drill.err()).startsWith(VERSIONS + AUTH);
    Path config =
        Files.writeString(
            directory.resolve("clusters.yaml"),
            "clusters: [{project: q, endpoints: ['http://127.0.0.1:1']}]");
    Cli plan = Cli.on(store, "plan", "q", "--config=" + config, "--now=2020-02-04T21:00:00Z");
    assertThat(plan.code()).as(plan.err()).isZero();
    assertThat(plan.out()).contains("restore " + key, "\n" + AUTH).doesNotContain(VERSIONS);
  }

  @Tag("server")
  @Test
  void aServerTakesTheNewPasswordOfRoot() throws Exception {
    Path file = Goldens.write(directory.resolve("snap.db"), Goldens.bytes("3.5.30-rich-auth"));
    try (EtcdServer server =
        EtcdServer.builder()
            .rootPassword(SECRET)
            .dataDirs(
                (member, dataDir) -> {
                  data = dataDir;
                  Cli run =
                      restore(
                          file.toString(),
                          "--name=" + member.name(),
                          "--initial-cluster=" + member.initialCluster(),
                          "--initial-cluster-token=" + member.token(),
                          "--initial-advertise-peer-urls=" + member.peerUrl(),
                          "--set-root-password-file=" + password);
                  assertThat(run.out() + run.err())
                      .contains("revision 4545")
                      .doesNotContain(SECRET);
                })
            .start()) {
      server.put("a", "1");
      assertThat(server.revision()).isEqualTo(4546);
    }
  }

  @Tag("server")
  @Test
  void aServerWithoutAuthAsksForNoPassword() throws Exception {
    Path file = Goldens.write(directory.resolve("snap.db"), Goldens.bytes("3.5.30-rich-auth"));
    try (EtcdServer server =
        EtcdServer.builder()
            .dataDirs(
                (member, dataDir) -> {
                  data = dataDir;
                  restore(
                      file.toString(),
                      "--name=" + member.name(),
                      "--initial-cluster=" + member.initialCluster(),
                      "--initial-cluster-token=" + member.token(),
                      "--initial-advertise-peer-urls=" + member.peerUrl(),
                      "--without-auth");
                })
            .start()) {
      server.put("a", "1");
      assertThat(server.revision()).isEqualTo(4546);
    }
  }
}
