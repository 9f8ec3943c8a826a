package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  private static RecordedProject recorded;

  @TempDir static Path shared;
  private static Path store;
  private static String base;
  private static String changes;

  @TempDir Path directory;

  @BeforeAll
  static void record() throws Exception {
    recorded = RecordedProject.in(shared);
    store = recorded.store;
    base = recorded.base();
    changes = recorded.changes();
  }

  @AfterAll
  static void stop() throws Exception {
    if (recorded != null) { // there may be no etcd on this machine
      recorded.close();
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
    Cli survivor = on("plan", "p", file, "--to-revision=15", "--etcd=" + recorded.etcd.endpoint());
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
    Cli live = on("diff", "p", "--to-revision=21", "--live=" + recorded.etcd.endpoint());
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
    recorded.copyTo(copy);
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
  void whatIsToBeKnownOfAMomentIsPrinted() {
    Cli preflight = on("restore", "p", "--to-revision=15", "--preflight");
    assertThat(preflight.code()).as(preflight.err()).isZero();
    assertThat(preflight.out()).isEqualTo(on("restore", base, "--preflight").out());
    assertThat(on("restore", "p", "--to-revision=22", "--preflight").code()).isEqualTo(5);
  }
}
