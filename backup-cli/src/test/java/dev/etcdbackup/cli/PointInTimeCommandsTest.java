package dev.etcdbackup.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.openpgp.Passphrase;
import dev.etcdbackup.openpgp.SignedBackupStore;
import dev.etcdbackup.openpgp.SigningKey;
import dev.etcdbackup.service.NamingStrategy;
import dev.etcdbackup.testkit.ManualClock;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.zstd.Zstandard;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code record}, {@code restore --to-revision} and {@code consolidate}, on a real etcd. */
@Tag("server")
@Timeout(120)
class PointInTimeCommandsTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static EtcdServer etcd;

  @TempDir static Path shared;
  private static Path store;
  private static String base;
  private static String changes;

  @TempDir Path directory;

  /** Ten keys are in the backup, revision 11; ten more are recorded after it. */
  @BeforeAll
  static void record() throws Exception {
    store = Files.createDirectory(shared.resolve("store"));
    etcd = EtcdServer.start();
    put(0, 9);
    etcd.put("key-9", "k8s:enc:aescbc:v1:key1:...");
    PrintedLines lines = new PrintedLines();
    String[] command = {
      "record",
      "p",
      "--store=" + store.toUri(),
      "--etcd=" + etcd.endpoint(),
      "--period=1s",
      "--hash-every=1",
      "--compress=zstd"
    };
    FutureTask<Integer> run =
        new FutureTask<>(
            () -> EtcdBackupCommand.run(Interruption.none(), lines, lines, false, command));
    Thread recorder = new Thread(run, "record");
    recorder.start();
    base = beforeComma(lines.after(" base p "));
    put(10, 20);
    String last = "-v21_";
    do {
      changes = beforeComma(lines.after(" stored p "));
    } while (!changes.contains(last));
    recorder.interrupt();
    assertThat(exit(run)).isZero();
    assertThat(lines.after(" stopped p ")).startsWith("what is not stored yet");
  }

  private static String beforeComma(String line) {
    return line.substring(0, line.indexOf(','));
  }

  private static int exit(FutureTask<Integer> run)
      throws InterruptedException, ExecutionException, TimeoutException {
    return run.get(30, TimeUnit.SECONDS);
  }

  private static void put(int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      etcd.put("key-" + i, "value-" + i);
    }
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

  @Test
  void aProjectIsRestoredToARevision() throws Exception {
    Path dataDir = directory.resolve("data");
    Cli run = on("restore", "p", "--to-revision=15", "--data-dir=" + dataDir);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains(" at revision 15\n").contains("revision 15, recorded at ");
    assertThat(run.err()).contains("aescbc").contains("key1"); // as a restore of the backup alone
    assertThat(dataDir.resolve("member/snap/db")).exists();

    Cli json = on("restore", base, "--to-revision=21", "-o=json", "--data-dir=" + dataDir + "-2");
    JsonNode result = JSON.readTree(json.out());
    assertThat(result.path("revision").asLong()).isEqualTo(21);
    assertThat(result.path("events").asLong()).isEqualTo(10);
    assertThat(result.path("hashRevision").asLong()).isEqualTo(21);
    assertThat(result.path("base").asText()).isEqualTo(base);
    assertThat(result.path("name").asText()).isEqualTo("default");
    assertThat(result.path("preflight").toString()).contains("key1");
  }

  @Test
  void whatWasNotRecordedIsRefusedUnlessTheRestIsEnough() {
    String dataDir = "--data-dir=" + directory.resolve("data");
    Cli refused = on("restore", "p", "--to-revision=22", dataDir);
    assertThat(refused.code()).isEqualTo(5);
    assertThat(refused.err()).contains("good up to revision 21").contains("was not recorded");
    assertThat(directory.resolve("data")).doesNotExist();

    Cli shorter = on("restore", "p", "--to-revision=22", "--as-far-as-possible", dataDir);
    assertThat(shorter.code()).isZero();
    assertThat(shorter.out()).contains(" at revision 21\n");
    assertThat(shorter.err()).contains("warning").contains("was not recorded");

    Cli early = on("restore", "p", "--to-time=2020-01-01T00:00:00Z", dataDir + "-2");
    assertThat(early.code()).isEqualTo(1);
    assertThat(early.err()).contains("no backup of p leads to 2020-01-01T00:00:00Z");
    Cli before = on("restore", base, "--to-revision=5", dataDir + "-2");
    assertThat(before.code()).isEqualTo(2);
    assertThat(before.err()).contains("--to-revision must be 11 or more");
  }

  @Test
  void keysAreReadAsTheyWereRecorded() {
    assertThat(on("extract", "p", "key-12", "--to-revision=14").out()).isEqualTo("value-12");
    assertThat(on("extract", "p", "key-12", "--to-revision=13").code()).isEqualTo(1);
    assertThat(on("keys", base, "--to-revision=16").out().lines()).hasSize(15);
    assertThat(on("keys", "p", "--to-time=9999-01-01T00:00:00Z").out().lines()).hasSize(20);
    assertThat(on("keys", base).out().lines()).hasSize(10);
  }

  @Test
  void aPlanSaysWhichBackupAndHowManyChangesLeadToAMoment() throws Exception {
    Path config = directory.resolve("backup.yaml");
    Files.writeString(
        config, "clusters: [{project: p, automated: false, recovery: rebuild it from git}]\n");
    String file = "--config=" + config;
    Cli plan = on("plan", "p", file, "--to-revision=15");
    assertThat(plan.code()).as(plan.err()).isZero();
    assertThat(plan.out())
        .contains("restore " + base + " and 4 changes in ")
        .contains("it leads to revision 15, recorded at ")
        .contains("NEEDS CONFIRMATION: p is not automated: rebuild it from git");

    JsonNode json =
        JSON.readTree(on("plan", "p", file, "--to-time=9999-01-01T00:00:00Z", "-o=json").out());
    assertThat(json.path("way").asText()).isEqualTo("changes");
    assertThat(json.path("revision").asLong()).isEqualTo(21);
    assertThat(json.path("events").asLong()).isEqualTo(10);

    Cli late = on("plan", "p", file, "--to-revision=22");
    assertThat(late.code()).isEqualTo(5);
    assertThat(late.err()).contains("good up to revision 21");
    Cli shorter = on("plan", "p", file, "--to-revision=22", "--as-far-as-possible");
    assertThat(shorter.code()).isZero();
    assertThat(shorter.out()).contains("NOT COMPLETE: ");
    Cli survivor = on("plan", "p", file, "--to-revision=15", "--etcd=" + etcd.endpoint());
    assertThat(survivor.code()).isEqualTo(2);
  }

  @Test
  void aDrillRestoresARecordedMoment() throws Exception {
    Cli drill = on("drill", "p", "--to-revision=15");
    assertThat(drill.code()).as(drill.err()).isZero();
    assertThat(drill.out())
        .contains("4 changes were added to the backup, up to revision 15 of ")
        .contains("p: passed");

    Cli json = on("drill", base, "--to-time=9999-01-01T00:00:00Z", "-o=json");
    assertThat(json.code()).as(json.err()).isZero();
    JsonNode report = JSON.readTree(json.out());
    assertThat(report.path("keys").asLong()).isEqualTo(20);
    assertThat(report.path("steps").path(0).asText()).contains("what the live cluster answered");
    assertThat(on("drill", "p", "--to-revision=22").code()).isEqualTo(5);
    assertThat(on("drill", base, "--as-far-as-possible").code()).isEqualTo(2);
  }

  @Test
  void theHashIsWhatTheLiveClusterAnsweredThen() throws Exception {
    JsonNode restored =
        JSON.readTree(
            on("restore", "p", "--to-revision=21", "-o=json", "--data-dir=" + directory + "/d")
                .out());
    JsonNode hash = JSON.readTree(on("hashkv", "p", "--to-revision=21", "-o=json").out());
    assertThat(hash.path("hash")).isEqualTo(restored.path("hash"));
    assertThat(hash.path("revision").asLong()).isEqualTo(21);

    Cli text = on("hashkv", base, "--rev=7");
    assertThat(text.out()).matches("hash: [0-9]+\nrevision: 7\ncompactRevision: -1\n");
    Cli compacted = on("hashkv", base, "--compact-revision=5");
    assertThat(compacted.out()).contains("revision: 11\n").contains("compactRevision: 5\n");
    assertThat(on("hashkv", base, "--rev=12").code()).isEqualTo(2);
  }

  @Test
  void whatChangedSinceABackupIsShown() {
    Cli since = on("diff", base, "--to-revision=13");
    assertThat(since.code()).isEqualTo(1);
    assertThat(since.out()).isEqualTo("+ key-10\n+ key-11\n");
    assertThat(on("diff", base, "p", "--to-revision=13").out()).isEqualTo(since.out());
    assertThat(on("diff", base, base).code()).isZero();
    assertThat(on("diff", base).code()).isEqualTo(2);
    Cli live = on("diff", "p", "--to-revision=21", "--live=" + etcd.endpoint());
    assertThat(live.code()).as(live.err() + live.out()).isZero();
  }

  @Test
  void optionsThatDoNotGoTogetherAreRefused() {
    for (List<String> more :
        List.of(
            List.of("--to-revision=15", "--to-time=2020-01-01T00:00:00Z"),
            List.of("--to-revision=15", "--skip-hash-check"),
            List.of("--to-revision=15", "--bump-revision=9", "--mark-compacted"),
            List.of("--as-far-as-possible"))) {
      List<String> all = new ArrayList<>(List.of("restore", base));
      all.addAll(more);
      all.add("--data-dir=" + directory.resolve("data"));
      assertThat(on(all.toArray(String[]::new)).code()).as("%s", more).isEqualTo(2);
    }
  }

  @Test
  void changesAreListedAndVerifiedAndConsolidated() throws Exception {
    assertThat(on("verify", changes).code()).isZero();
    assertThat(on("latest", "p").out().strip()).isEqualTo(base);
    assertThat(on("list", "p", "-o=json").out()).contains("\"changes\"");

    Path copy = directory.resolve("copy");
    copyStore(copy);
    Cli consolidated = Cli.on(copy, "consolidate", "p", "--to-revision=18");
    assertThat(consolidated.code()).as(consolidated.err()).isZero();
    String key = consolidated.out().strip();
    assertThat(key).startsWith("p/etcd.backup_v18_");
    assertThat(Cli.on(copy, "verify", key, "--deep").code()).isZero();
    assertThat(Cli.on(copy, "latest", "p").out().strip()).isEqualTo(key);
    assertThat(Cli.on(copy, "extract", key, "key-16").out()).isEqualTo("value-16");
    Cli onward =
        Cli.on(copy, "restore", key, "--to-revision=21", "--data-dir=" + directory.resolve("d"));
    assertThat(onward.code()).as(onward.err()).isZero();
    assertThat(onward.out()).contains(" at revision 21\n");
  }

  @Test
  void aFullBackupIsMadeOfTheChangesWhenTheNewestIsOld() throws Exception {
    Path copy = directory.resolve("copy");
    copyStore(copy);
    BackupStore own = DirectoryBackupStore.at(copy);
    Instant taken = BackupName.parse(BackupKey.parse(base).name()).time().orElseThrow();
    ManualClock clock = new ManualClock(taken.plusSeconds(3599));
    BackupEncodings encodings = BackupEncodings.of(new Zstandard());
    BackupLock lock = BackupLock.inProcess();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, UTF_8);
    RunLog log =
        new RunLog(new Output(stream, Output.Format.TEXT, new TerminalLine(stream, false)));
    ScheduledConsolidation.Project project =
        new ScheduledConsolidation.Project(
            "p",
            Duration.ofHours(1),
            own,
            encodings,
            NamingStrategy.periodic(),
            Duration.ofMinutes(1));
    try (ScheduledConsolidation due =
        new ScheduledConsolidation(
            own, lock, clock, log, new ChangeMetrics(new SimpleMeterRegistry()))) {
      assertThat(due.consolidateIfDue(project)).as("not yet").isEmpty();
      Instant unused = clock.pass(Duration.ofSeconds(1));
      try (BackupLock.Held other = lock.tryAcquire("p", () -> {}).orElseThrow()) {
        assertThat(other.confirm()).isTrue();
        assertThat(due.consolidateIfDue(project)).as("another process is at it").isEmpty();
      }
      BackupKey made = due.consolidateIfDue(project).orElseThrow().key();
      assertThat(made.name()).startsWith("etcd.backup_v21_");
      assertThat(Cli.on(copy, "verify", made.toString(), "--deep").code()).isZero();
      assertThat(Cli.on(copy, "keys", made.toString()).out().lines()).hasSize(20);
      unused = clock.pass(Duration.ofHours(1));
      assertThat(due.consolidateIfDue(project)).as("no changes after it").isEmpty();
    }
  }

  /** The signature of the new backup would be on what someone else wrote. */
  @Test
  void whatIsNotSignedIsNotConsolidatedIntoASignedBackup() throws Exception {
    Path copy = directory.resolve("copy");
    copyStore(copy);
    OpenPgpFiles keys = OpenPgpFiles.in(directory);
    BackupConfig config =
        BackupConfig.read(
            Files.writeString(
                directory.resolve("c.yaml"),
                """
                store: %s
                encoding: {signWith: %s, passphraseFile: %s}
                clusters:
                - {project: p, endpoints: ["%s"], interval: 7d, changes: {consolidateEvery: 1m}}
                """
                    .formatted(
                        copy.toUri(), keys.privateKey(), keys.passphrase(), etcd.endpoint())),
            Optional.empty());
    BackupStore own = DirectoryBackupStore.at(copy);
    ScheduledConsolidation.Project project =
        new ScheduledConsolidation.Project(
            "p",
            Duration.ofMinutes(1),
            EncodingOptions.openingSigned(own, config.clusters().get(0)),
            BackupEncodings.of(new Zstandard()),
            NamingStrategy.periodic(),
            Duration.ofMinutes(1));
    Instant taken = BackupName.parse(BackupKey.parse(base).name()).time().orElseThrow();
    PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    try (ScheduledConsolidation due =
        new ScheduledConsolidation(
            EncodingOptions.signing(own, config),
            BackupLock.inProcess(),
            new ManualClock(taken.plusSeconds(60)),
            new RunLog(new Output(out, Output.Format.TEXT, new TerminalLine(out, false))),
            new ChangeMetrics(new SimpleMeterRegistry()))) {
      assertThatThrownBy(() -> due.consolidateIfDue(project))
          .isInstanceOf(CorruptBackupException.class)
          .hasMessageContaining(base + " is not signed");
      sign(copy, keys, base);
      assertThatThrownBy(() -> due.consolidateIfDue(project))
          .isInstanceOf(CorruptBackupException.class)
          .hasMessageContaining(
              "is not signed: there is no p/.etcd-backup/signatures/etcd.changes");
      assertThat(Cli.on(copy, "latest", "p").out().strip()).isEqualTo(base);
    }
  }

  /** Stores a backup again, signed. */
  private static void sign(Path copy, OpenPgpFiles keys, String key) throws Exception {
    BackupStore signing =
        SignedBackupStore.signing(
            DirectoryBackupStore.at(copy),
            SigningKey.read(keys.privateKey(), Passphrase.read(keys.passphrase())));
    byte[] bytes = Files.readAllBytes(copy.resolve(key));
    Files.delete(copy.resolve(key));
    assertThat(
            signing.put(
                BackupKey.parse(key), Content.of(new ByteArrayInputStream(bytes), bytes.length)))
        .isNotNull();
  }

  @Test
  void whatIsToBeKnownOfAMomentIsPrinted() {
    Cli preflight = on("restore", "p", "--to-revision=15", "--preflight");
    assertThat(preflight.code()).as(preflight.err()).isZero();
    assertThat(preflight.out()).isEqualTo(on("restore", base, "--preflight").out());
    assertThat(on("restore", "p", "--to-revision=22", "--preflight").code()).isEqualTo(5);
  }

  private static void copyStore(Path copy) throws Exception {
    try (var files = Files.walk(store)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(store.relativize(file)));
      }
    }
  }
}
