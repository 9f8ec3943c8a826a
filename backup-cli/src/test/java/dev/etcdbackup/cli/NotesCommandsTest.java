package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pin}, {@code unpin}, {@code note} and {@code mark-bad}. */
class NotesCommandsTest {
  private static final String NOW = "--now=2020-02-03T21:00:00Z";
  private static final String OLD = "cray-bos/etcd.backup_v240_2020-01-30-20:44:34";
  private static final String NEWEST = "cray-bos/etcd.backup_v1200_2020-02-03-20:45:48";
  private static final String SECOND = "cray-bos/etcd.backup_v960_2020-02-02-20:45:48";

  @TempDir Path store;

  @BeforeEach
  void storeTheSeed() throws Exception {
    Cli.seedIn(store);
  }

  private Cli on(String... args) {
    return Cli.on(store, args);
  }

  @Test
  void aPinIsShownByPruneAndListAndEndsWithUnpin() throws Exception {
    String before = on("list").out();
    assertThat(on("pin", OLD, "--reason", "evidence, ticket 4711", NOW))
        .isEqualTo(new Cli(0, "pinned " + OLD + "\n", ""));

    assertThat(prune()).contains("keep " + OLD + " pinned: evidence, ticket 4711\n");
    assertThat(listed(OLD).get("pin").asText()).isEqualTo("evidence, ticket 4711");
    assertThat(listed(SECOND).has("pin")).isFalse();
    assertThat(on("list").out()).isEqualTo(before);

    assertThat(on("unpin", OLD)).isEqualTo(new Cli(0, "unpinned " + OLD + "\n", ""));
    assertThat(prune()).contains("delete " + OLD + " no rule keeps it\n");
    assertThat(on("unpin", OLD))
        .isEqualTo(new Cli(1, "", "etcd-backup: " + OLD + " is not pinned\n"));
  }

  @Test
  void whatWasDoneIsADocumentWhenThatIsAskedFor() throws Exception {
    for (List<String> command :
        List.of(
            List.of("pinned", "pin", OLD, "--reason=audit"),
            List.of("unpinned", "unpin", OLD),
            List.of("noted", "note", OLD, "seen"),
            List.of("marked bad", "mark-bad", OLD),
            List.of("no longer marked bad", "mark-bad", OLD, "--undo"),
            List.of("accepted", "accept", OLD))) {
      List<String> arguments = new ArrayList<>(command.subList(1, command.size()));
      arguments.addAll(List.of("-o", "json", NOW));

      Cli said = on(arguments.toArray(new String[0]));

      assertThat(said.code()).isZero();
      JsonNode document = new ObjectMapper().readTree(said.out());
      assertThat(document.get("done").asText()).isEqualTo(command.get(0));
      assertThat(document.get("key").asText()).isEqualTo(OLD);
    }
  }

  @Test
  void aPinUntilATimeEnds() {
    on("pin", OLD, "--reason=audit", "--until=2020-02-04T00:00:00Z", NOW);
    assertThat(prune()).contains("keep " + OLD + " pinned until 2020-02-04T00:00:00Z: audit\n");
    assertThat(
            on("prune", "cray-bos", "--keep-last=1", "--dry-run", "--now=2020-02-04T00:00:00Z")
                .out())
        .contains("delete " + OLD);
  }

  @Test
  void aBackupThatIsMarkedBadIsSkippedAndDoesNotCount() throws Exception {
    Files.write(store.resolve(SECOND), Goldens.bytes("3.4.23-empty"));
    Files.write(store.resolve(NEWEST), Goldens.bytes("3.5.30-plain"));
    assertThat(on("latest", "cray-bos", "--verified", NOW).out()).isEqualTo(NEWEST + "\n");

    assertThat(on("mark-bad", NEWEST, "--reason", "keys lost", NOW).code()).isZero();

    assertThat(on("latest", "cray-bos", "--verified", NOW))
        .isEqualTo(
            new Cli(
                0, SECOND + "\n", "etcd-backup: SKIPPED " + NEWEST + ": marked bad: keys lost\n"));
    assertThat(listed(NEWEST).get("bad").asText()).isEqualTo("keys lost");
    assertThat(prune())
        .contains("keep " + SECOND + " last 1: newest\n")
        .contains("keep " + NEWEST + " marked bad; last 1: newest\n");
    assertThat(on("mark-bad", NEWEST, "--undo").code()).isZero();
    assertThat(on("latest", "cray-bos", "--verified", NOW).out()).isEqualTo(NEWEST + "\n");
    assertThat(on("mark-bad", NEWEST, "--undo").code()).isEqualTo(1);
  }

  @Test
  void aNoteIsListed() throws Exception {
    assertThat(on("note", OLD, "before the migration", NOW).code()).isZero();
    assertThat(on("note", OLD, "before the second migration", NOW).code()).isZero();
    assertThat(listed(OLD).get("note").asText()).isEqualTo("before the second migration");
  }

  @Test
  void theyAreShownByTheLongListThePlanAndCoverage(@TempDir Path directory) throws Exception {
    assertThat(on("list", "cray-bos", "--long").out()).doesNotContain("NOTES");
    Files.write(store.resolve(SECOND), Goldens.bytes("3.4.23-empty"));
    on("pin", SECOND, "--reason=evidence", NOW);
    on("note", SECOND, "before the migration", NOW);
    on("mark-bad", NEWEST, "--reason=keys lost", NOW);

    assertThat(on("list", "cray-bos", "--long").out().lines())
        .anyMatch(line -> line.matches(".*  KEY +NOTES"))
        .anyMatch(line -> line.endsWith(NEWEST + "  marked bad: keys lost"))
        .anyMatch(line -> line.endsWith("note: before the migration; pinned: evidence"));

    Path config = directory.resolve("clusters.yaml");
    Files.writeString(config, "clusters: [{project: cray-bos}]");
    Cli plan = on("plan", "cray-bos", "--config=" + config, NOW);
    assertThat(plan.out())
        .contains("PASSED OVER " + NEWEST + ": marked bad: keys lost")
        .contains("it is pinned: evidence\n")
        .contains("note: before the migration\n");
    assertThat(on("plan", "cray-bos", "--config=" + config, NOW, "-o=json").out())
        .contains("it is pinned: evidence");

    Path page = directory.resolve("page.html");
    Cli coverage = on("coverage", "--config=" + config, "--html=" + page, NOW);
    assertThat(coverage.out()).contains("marked bad: keys lost; ").contains("pinned: evidence");
    assertThat(page).content().contains(">1 bad</span>").contains(">1 pinned</span>");
  }

  @Test
  void wrongInputIsRefused() {
    assertThat(on("pin", OLD).code()).isEqualTo(2);
    assertThat(on("pin", OLD, "--reason", "").code()).isEqualTo(2);
    assertThat(on("pin", OLD, "--reason=a", "--until=2020-01-01T00:00:00Z", NOW).err())
        .startsWith("etcd-backup: until must be in the future, not 2020-01-01T00:00:00Z");
    assertThat(on("pin", "cray-bos/none", "--reason", "a").code()).isEqualTo(1);
    assertThat(on("note", "no-project", "a").code()).isEqualTo(2);
  }

  private String prune() {
    return on("prune", "cray-bos", "--keep-last=1", "--dry-run", NOW).out();
  }

  private JsonNode listed(String key) throws Exception {
    for (JsonNode one : new JsonMapper().readTree(on("list", "cray-bos", "-o", "json").out())) {
      if (one.get("key").asText().equals(key)) {
        return one;
      }
    }
    throw new AssertionError(key + " is not listed");
  }
}
