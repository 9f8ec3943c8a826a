package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PruneCommandTest {
  private static final String NOW = "--now=2020-02-03T21:00:00Z";
  private static final Path NEWEST = Path.of("cray-bos/etcd.backup_v1200_2020-02-03-20:45:48");

  private static final String KEEP_TWO =
      """
      keep cray-bos/etcd.backup_v1200_2020-02-03-20:45:48 last 2: newest
      delete cray-bos/etcd.backup_v240_2020-01-30-20:44:34 no rule keeps it
      delete cray-bos/etcd.backup_v480_2020-01-31-20:44:34 no rule keeps it
      delete cray-bos/etcd.backup_v720_2020-02-01-20:45:48 no rule keeps it
      keep cray-bos/etcd.backup_v960_2020-02-02-20:45:48 last 2: 2nd newest
      """;

  @TempDir Path store;

  @BeforeEach
  void storeTheSeedAndAManualBackup() throws Exception {
    Cli.seedIn(store);
    Files.createFile(store.resolve("cray-bos/by-hand"));
  }

  private void makeNewestGood() throws Exception {
    Files.write(store.resolve(NEWEST), Goldens.bytes("3.4.23-empty"));
  }

  private List<String> left() {
    return Cli.on(store, "list", "cray-bos").out().lines().toList();
  }

  @Test
  void aDryRunTellsOfEachCandidateAndDeletesNothing() {
    Cli run = Cli.on(store, "prune", "cray-bos", "--keep-last", "2", "--dry-run", NOW);
    assertThat(run).isEqualTo(new Cli(0, KEEP_TWO, ""));
    assertThat(left()).hasSize(6);
  }

  @Test
  void aPruneDoesWhatTheDryRunSaid() throws Exception {
    makeNewestGood();
    Cli run = Cli.on(store, "prune", "cray-bos", "--keep-last", "2", NOW);
    assertThat(run).isEqualTo(new Cli(0, KEEP_TWO, ""));
    assertThat(left())
        .containsExactly(
            "cray-bos/by-hand",
            "cray-bos/etcd.backup_v1200_2020-02-03-20:45:48",
            "cray-bos/etcd.backup_v960_2020-02-02-20:45:48");
    assertThat(Cli.on(store, "list").out().lines())
        .as("other projects are untouched")
        .hasSize(28 - 5 + 3);
  }

  @Test
  void nothingIsDeletedWhenTheNewestThatIsKeptIsBad() {
    Cli run = Cli.on(store, "prune", "cray-bos", "--keep-last", "2", NOW);
    assertThat(run.code()).isEqualTo(5);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).startsWith("etcd-backup: " + NEWEST).endsWith("nothing was deleted\n");
    assertThat(left()).hasSize(6);
  }

  @Test
  void verificationCanBeLeftOut() {
    Cli run = Cli.on(store, "prune", "cray-bos", "--keep-last", "2", "--no-verify", NOW);
    assertThat(run).isEqualTo(new Cli(0, KEEP_TWO, ""));
    assertThat(left()).hasSize(3);
  }

  @Test
  void severalKeepsAreJoinedByOr() {
    Cli run =
        Cli.on(
            store,
            "prune",
            "cray-bos",
            "--dry-run",
            "--keep-last=1",
            "--keep-within=25h",
            "--keep-hourly=1",
            "--keep-daily=2",
            "--keep-weekly=2",
            "--keep-monthly=2",
            NOW);
    assertThat(run.out().lines())
        .satisfiesExactly(
            newest ->
                assertThat(newest)
                    .startsWith("keep " + NEWEST + " last 1: newest; within 1d1h; hourly ")
                    .contains("; daily 2020-02-03; weekly 2020-W06; monthly 2020-02"),
            v240 -> assertThat(v240).startsWith("delete ").contains("_v240_"),
            v480 -> assertThat(v480).startsWith("keep ").endsWith("monthly 2020-01"),
            v720 -> assertThat(v720).startsWith("delete ").contains("_v720_"),
            v960 ->
                assertThat(v960)
                    .startsWith("keep ")
                    .endsWith("within 1d1h; daily 2020-02-02; weekly 2020-W05"));
  }

  @Test
  void aMinimumHoldsUnderEveryOtherRuleAndSaysSo() {
    Cli run =
        Cli.on(
            store, "prune", "cray-bos", "--dry-run", "--keep-within=1h", "--keep-at-least=2", NOW);
    assertThat(run.out().lines().filter(line -> line.startsWith("keep ")))
        .satisfiesExactlyInAnyOrder(
            newest -> assertThat(newest).endsWith(NEWEST + " within 1h"),
            older -> assertThat(older).contains("_v960_").endsWith(" at least 2"));
  }

  @Test
  void aPolicyIsAnOptionToo() {
    Cli run = Cli.on(store, "prune", "cray-bos", "--dry-run", "--keep", "last 1 then daily 1", NOW);
    assertThat(run.out().lines().filter(line -> line.startsWith("keep ")))
        .satisfiesExactlyInAnyOrder(
            newest -> assertThat(newest).contains(NEWEST + " last 1: newest"),
            older -> assertThat(older).contains("_v960_").endsWith("daily 2020-02-02"));
  }

  @Test
  void eachSeriesIsPrunedByItself() throws Exception {
    for (int hour = 1; hour < 4; hour++) {
      Files.createFile(store.resolve("cray-bos/etcd-backup-2020-02-03-0" + hour + "-00-00.tar.gz"));
    }
    Cli run = Cli.on(store, "prune", "cray-bos", "--keep-last", "2", "--dry-run", NOW);
    assertThat(run.out().lines().filter(line -> line.startsWith("keep "))).hasSize(4);
  }

  @Test
  void aNameDatedAheadIsKeptAndSaidSo() throws Exception {
    Files.createFile(store.resolve("cray-bos/etcd.backup_v1_2031-01-01-00:00:00"));
    Cli run = Cli.on(store, "prune", "cray-bos", "--keep-last", "1", "--dry-run", NOW);
    assertThat(run.out())
        .contains("keep cray-bos/etcd.backup_v1_2031-01-01-00:00:00 dated in the future\n")
        .contains("keep " + NEWEST + " last 1: newest\n");
  }

  @Test
  void jsonSaysTheSame() throws Exception {
    Cli run = Cli.on(store, "prune", "cray-bos", "--keep-last=2", "--dry-run", "-o", "json", NOW);
    JsonNode rows = new JsonMapper().readTree(run.out());
    StringBuilder text = new StringBuilder();
    for (JsonNode row : rows) {
      assertThat(row.get("refused").isNull()).isTrue();
      text.append(row.get("action").asText())
          .append(' ')
          .append(row.get("key").asText())
          .append(' ')
          .append(row.get("reason").asText())
          .append('\n');
    }
    assertThat(text.toString()).isEqualTo(KEEP_TWO);
  }

  /** Nothing has failed: a scheduled command may run before the first backup. */
  @Test
  void aProjectWithoutBackupsIsPrunedToNothingAndToldOf() {
    for (String option : List.of("--dry-run", "--no-verify", "--prune-foreign=bitnami")) {
      String[] command = {"prune", "cray-boss", "--keep-last", "2", option, NOW};
      assertThat(Cli.on(store, command))
          .isEqualTo(new Cli(0, "", "etcd-backup: there is no backup of cray-boss to prune\n"));
    }
    Cli json = Cli.on(store, "prune", "cray-boss", "--keep-last", "2", "-ojson", NOW);
    assertThat(json.code()).isZero();
    assertThat(json.out()).isEqualToIgnoringWhitespace("[]");
  }
}
