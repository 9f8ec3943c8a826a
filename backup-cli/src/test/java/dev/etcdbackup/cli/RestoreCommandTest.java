package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.etcdbackup.testkit.Fixtures;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code restore}: what it makes, and what it refuses. */
class RestoreCommandTest {
  private static final String PLAIN = "3.5.30-plain";
  private static final String KEY = "p/etcd.backup_v230_2020-02-03-20:45:48";
  private static final String TARBALL = "etcd-backup-2020-02-03-15-50-08.tar.gz";
  private static final String TMPDIR = "java.io.tmpdir";

  private final String usualTmpdir = System.getProperty(TMPDIR);

  @TempDir Path directory;
  private Path store;
  private Path file;
  private Path place;
  private Path data;

  @BeforeEach
  void storeTheSameInTwoForms() throws Exception {
    System.setProperty(TMPDIR, Files.createDirectory(directory.resolve("tmp")).toString());
    store = directory.resolve("store");
    Goldens.write(store.resolve(KEY), Goldens.bytes(PLAIN));
    Goldens.write(store.resolve("p/" + TARBALL), Goldens.tarball(PLAIN, TARBALL));
    file = Goldens.write(directory.resolve("snap.db"), Goldens.bytes(PLAIN));
    place = Files.createDirectory(directory.resolve("place"));
    data = place.resolve("data");
  }

  @AfterEach
  void noTemporaryFileIsLeftBehind() {
    System.setProperty(TMPDIR, usualTmpdir);
    assertThat(directory.resolve("tmp")).isEmptyDirectory();
  }

  private Cli restore(String... arguments) {
    List<String> all = new ArrayList<>(List.of("restore"));
    all.addAll(List.of(arguments));
    if (Stream.of(arguments).noneMatch(argument -> argument.startsWith("--data-dir"))) {
      all.add("--data-dir=" + data);
    }
    return Cli.on(store, all.toArray(new String[0]));
  }

  @Test
  void filesKeysAndTarballsBecomeTheSameMember() {
    for (String operand : List.of(file.toString(), KEY, "p/" + TARBALL)) {
      data = place.resolve(operand.replaceAll(".*/", ""));
      assertThat(restore(operand))
          .isEqualTo(
              new Cli(
                  0,
                  data
                      + ": member default (8e9e05c52164694d) of cluster cdf818194e3a8c32"
                      + " at revision 230\n", // the ids of any etcd that was started without
                  // options
                  ""));
      assertThat(data.resolve("member/snap/db")).isNotEmptyFile();
    }
  }

  @Test
  void theDataDirectoryIsCalledAfterTheMemberByDefault() throws Exception {
    String name = place + "/m";
    assertThat(Cli.run("restore", file.toString(), "--name", name).code()).isEqualTo(0);
    assertThat(place.resolve("m.etcd/member/wal")).isNotEmptyDirectory();
  }

  @Tag("server")
  @Test
  void anEtcdStartsFromItWithTheOptionsOfTheCommand() throws Exception {
    try (EtcdServer server =
        EtcdServer.builder()
            .dataDirs(
                (member, dataDir) -> {
                  Cli run =
                      restore(
                          KEY,
                          "--data-dir=" + dataDir,
                          "--name=" + member.name(),
                          "--initial-cluster=" + member.initialCluster(),
                          "--initial-cluster-token=" + member.token(),
                          "--initial-advertise-peer-urls=" + member.peerUrl(),
                          "--bump-revision=1000000000",
                          "--mark-compacted",
                          "-ojson");
                  JsonNode json = new JsonMapper().readTree(run.out());
                  assertThat(json.get("revision").longValue()).isEqualTo(1_000_000_230L);
                  assertThat(json.get("name").textValue()).isEqualTo(member.name());
                  assertThat(json.get("warnings")).isEmpty();
                })
            .start()) {
      assertThat(server.revision()).isEqualTo(1_000_000_230);
      server.put("a", "1");
    }
  }

  @Test
  void membersWithOtherTokensAreToldToBeOfOtherClusters() {
    String cluster = "--initial-cluster=a=http://x:1,b=http://y:1";
    Cli a =
        restore(file.toString(), "--name=a", cluster, "--initial-advertise-peer-urls=http://x:1");
    data = place.resolve("b");
    Cli b =
        restore(
            file.toString(),
            "--name=b",
            cluster,
            "--initial-advertise-peer-urls=http://y:1",
            "--initial-cluster-token=other");
    assertThat(cluster(a)).isNotEqualTo(cluster(b));
    data = place.resolve("c");
    Cli again =
        restore(file.toString(), "--name=b", cluster, "--initial-advertise-peer-urls=http://y:1");
    assertThat(cluster(a)).isEqualTo(cluster(again));
  }

  private static String cluster(Cli run) {
    assertThat(run.code()).isEqualTo(0);
    return run.out().replaceFirst("(?s).* of cluster ([0-9a-f]+) at .*", "$1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--name=b --initial-cluster=a=http://x:1 | --initial-cluster has no member 'b'; its members"
            + " are a",
        "--name=a --initial-cluster=a=http://x:1 | --initial-advertise-peer-urls is"
            + " http://localhost:2380 but initial-cluster has http://x:1 for a; give both the same"
            + " addresses",
        "--name=a --initial-cluster=a=http://x:1,b=http://x:1 | --initial-cluster: http://x:1 is"
            + " there twice; each address belongs to one member",
        "--name=a --initial-cluster=a=x:1 | --initial-cluster: 'x:1' is not the address of a peer;"
            + " write http://HOST:PORT or https://HOST:PORT, without a path",
        "--initial-cluster=http://x:1 | --initial-cluster: 'http://x:1' is not NAME=URL; write"
            + " a=http://HOST:PORT,b=http://…",
        "--initial-advertise-peer-urls=ftp://x:1 | --initial-advertise-peer-urls: 'ftp://x:1' is"
            + " not the address of a peer; write http://HOST:PORT or https://HOST:PORT, without a"
            + " path",
        "--name=a,b | --name must be a text without comma, equals sign and control characters, not"
            + " 'a,b'",
        "--bump-revision=5 | --bump-revision and --mark-compacted must be given together",
        "--mark-compacted | --bump-revision and --mark-compacted must be given together"
      })
  void whatCannotBeMeantIsRefusedInOneLine(String arguments, String message) {
    List<String> all = new ArrayList<>(List.of(file.toString()));
    all.addAll(Arrays.asList(arguments.split(" ", -1)));
    assertThat(restore(all.toArray(new String[0])))
        .isEqualTo(new Cli(2, "", "etcd-backup: " + message + "\n"));
    assertThat(place).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "x", "1000000000000000000"})
  void aRevisionIsRaisedByANumber(String by) {
    Cli run = restore(file.toString(), "--bump-revision=" + by, "--mark-compacted");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("'" + by + "' is not a revision of 1 or more");
    assertThat(place).isEmptyDirectory();
  }

  @Test
  void aDirectoryThatIsNotEmptyIsRefusedBeforeAnythingIsFetched() throws Exception {
    Files.createDirectories(data.resolve("member"));
    Cli run = Cli.run("restore", "p/none", "--data-dir=" + data, "--store=file:///nowhere");
    assertThat(run)
        .isEqualTo(
            new Cli(
                4,
                "",
                "etcd-backup: "
                    + data
                    + ": is not empty, it holds member; nothing is ever restored over it: choose"
                    + " another data directory, or move this one away\n"));
    assertThat(data.resolve("member")).isEmptyDirectory();
  }

  @Test
  void aBackupThatIsCorruptOrNotThereIsNotRestored() throws Exception {
    byte[] bytes = Goldens.bytes(PLAIN);
    Goldens.write(store.resolve(KEY), Goldens.damaged(bytes));
    assertRefused(restore(KEY), 5);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 5000));
    Cli cut = restore(file.toString());
    assertRefused(cut, 5);
    assertThat(cut.err()).startsWith("etcd-backup: " + file + ": ");
    assertRefused(restore("p/none"), 1);
    assertRefused(restore(directory.resolve("none").toString()), 2);
    assertRefused(restore(KEY + ".gpg"), 2);
  }

  @Test
  void aCopyOfADatabaseIsRestoredOnRequestAlone() throws Exception {
    byte[] bytes = Goldens.bytes(PLAIN);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 32));
    assertRefused(restore(file.toString()), 5);
    assertThat(restore(file.toString(), "--skip-hash-check").code()).isEqualTo(0);
  }

  @Test
  void anAlarmIsWarnedOfAndCleared() {
    Goldens.write(file, Goldens.bytes("3.5.30-misc"));
    Cli warned = restore(file.toString());
    assertThat(warned.code()).isEqualTo(0);
    assertThat(warned.err())
        .isEqualTo(
            "etcd-backup: warning: the alarm NOSPACE comes back with the snapshot: etcd will refuse"
                + " writes; restore with --clear-alarms, or run etcdctl alarm disarm\n");
    data = place.resolve("cleared");
    assertThat(restore(file.toString(), "--clear-alarms").err()).isEmpty();
    Cli inspected = Cli.run("inspect", data.resolve("member/snap/db").toString());
    assertThat(inspected.out()).doesNotContain("alarm");
  }

  /** In a mount namespace of its own, so that no other process sees the small disk. */
  @Tag("server")
  @Tag("slow")
  @ParameterizedTest
  @CsvSource({"data,256k,4", ".,256k,4", "data,8m,0", ".,8m,0"})
  void aDiskThatIsFullIsToldOfAndLeftEmpty(String target, String size, int code) throws Exception {
    Goldens.write(file, Goldens.bytes("3.5.30-rich-precompact"));
    String script =
        "mount -t tmpfs -o size=\"$1\" tmpfs \"$2\" || exit 99; place=$2; shift 2; \"$@\"; code=$?;"
            + " find \"$place\" -mindepth 1; exit $code";
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> command = new ArrayList<>(namespace());
    command.addAll(List.of("sh", "-c", script, "sh", size, place.toString()));
    command.addAll(Jvm.command());
    command.addAll(List.of("-cp", classes, EtcdBackupCommand.class.getName()));
    command.addAll(
        List.of("restore", file.toString(), "--data-dir=" + place.resolve(target).normalize()));
    Path err = directory.resolve("err");
    Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Files.readString(err)).isEqualTo(code);
    String whole = target.equals(".") ? "/member/snap/db\n" : "/data/member/snap/db\n";
    if (code == 0) {
      assertThat(out).contains(place + whole);
    } else {
      assertThat(out).isEmpty();
      assertThat(Files.readString(err))
          .matches(
              "etcd-backup: cannot restore to \\S+: .*No space left on device; up to 1007616 bytes"
                  + " are needed, \\d+ are free\n");
    }
  }

  /** As root without a user namespace, as anybody else with one. */
  static List<String> namespace() throws Exception {
    for (List<String> command : List.of(List.of("unshare", "-m"), List.of("unshare", "-rm"))) {
      List<String> probe = new ArrayList<>(command);
      probe.add("true");
      try {
        Process process =
            new ProcessBuilder(probe).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        if (process.waitFor() == 0) {
          return command;
        }
      } catch (IOException noSuchProgram) {
        // said below
      }
    }
    throw Fixtures.missing("no small disk: unshare -m and unshare -rm are not allowed here");
  }

  private void assertRefused(Cli run, int code) {
    assertThat(run.err()).matches("etcd-backup: [^\n]+\n");
    assertThat(run.out()).isEmpty();
    assertThat(run.code()).as(run.err()).isEqualTo(code);
    assertThat(place).isEmptyDirectory();
  }
}
