package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The listing of the replaced system, through the eyes of this one. */
class SeedTest {
  private static final String NOW = "2020-02-03T21:00:00Z";
  private static final Path CONFIG = Path.of("../examples/seed-clusters.yaml");

  @TempDir Path store;

  @BeforeEach
  void storeTheSeed() throws Exception {
    Cli.seedIn(store);
  }

  @Test
  void theListingIsTheSeedsByteForByte() {
    Cli all = Cli.on(store, "list");
    assertThat(all).isEqualTo(new Cli(0, Cli.seedListing(), ""));
    assertThat(all.out().lines()).hasSize(28);
    assertThat(Cli.on(store, "list", "")).isEqualTo(all);
  }

  @Test
  void globalOptionsMayFollowTheCommand() {
    assertThat(Cli.run("list", "--store", store.toUri().toString(), "cray-bss").out())
        .isEqualTo(lines("cray-bss/"));
    assertThat(Cli.run("list", "cray-bss", "-o", "json", "--store=" + store.toUri()).out())
        .startsWith("[")
        .isEqualTo(Cli.run("-o", "json", "--store=" + store.toUri(), "list", "cray-bss").out());
  }

  @ParameterizedTest
  @CsvSource({
    "bare-metal, 7",
    "cray-bos, 5",
    "cray-bss, 4",
    "cray-crus, 4",
    "cray-externaldns, 3",
    "cray-fas, 5",
    "cray-b, 0",
    "cray-hbtd, 0"
  })
  void aProjectIsListedByItsWholeName(String project, int count) {
    Cli run = Cli.on(store, "list", project);
    assertThat(run).isEqualTo(new Cli(0, lines(project + "/"), ""));
    assertThat(run.out().lines()).hasSize(count);
  }

  @ParameterizedTest
  @CsvSource({
    "bare-metal, etcd-backup-2020-02-03-15-50-08.tar.gz",
    "cray-bos, etcd.backup_v1200_2020-02-03-20:45:48",
    "cray-bss, etcd.backup_v7210_2020-02-03-20:45:48",
    "cray-crus, etcd.backup_v1_2020-02-03-20:45:48",
    "cray-externaldns, etcd.backup_v2_2020-02-02-20:45:48",
    "cray-fas, etcd.backup_v71858_2020-02-03-20:45:48"
  })
  void theLatestIsTheNewestInTimeThenInRevision(String project, String name) {
    assertThat(Cli.on(store, "latest", project))
        .isEqualTo(new Cli(0, project + "/" + name + "\n", ""));
  }

  @Test
  void theLatestGoesByTheTimeGiven() {
    assertThat(Cli.on(store, "latest", "cray-bos", "--now", "2020-02-01T00:00:00Z").out())
        .isEqualTo("cray-bos/etcd.backup_v480_2020-01-31-20:44:34\n");
  }

  @Test
  void whereNothingIsThereIsNoLatest() {
    String none = "etcd-backup: found no periodic backup or tarball of cray-hbtd\n";
    for (String option : List.of("--output=json", "--output=text", "--verified")) {
      assertThat(Cli.on(store, "latest", "cray-hbtd", option)).isEqualTo(new Cli(1, "", none));
    }
    String noneOfAny = "etcd-backup: found no backup of cray-hbtd\n";
    for (String option : List.of("--output=text", "--verified")) {
      assertThat(Cli.on(store, "latest", "cray-hbtd", "--any", option))
          .isEqualTo(new Cli(1, "", noneOfAny));
    }
    assertThat(Cli.on(store, "list", "cray-hbtd", "-o", "json").out()).isEqualTo("[ ]\n");
  }

  @Test
  void jsonTellsWhatTheNamesSay() throws Exception {
    Files.createFile(store.resolve("cray-fas/by-hand"));
    Path file = store.resolve("cray-fas/etcd.backup_v60303_2020-02-03-20:45:48");
    Files.writeString(file, "12345");
    Instant modified = Files.getLastModifiedTime(file).toInstant();

    JsonNode list = json(Cli.on(store, "list", "cray-fas", "-o", "json"));

    assertThat(list).hasSize(6);
    assertThat(fieldNames(list.get(0)))
        .containsExactly(
            "key",
            "project",
            "name",
            "kind",
            "time",
            "revision",
            "size",
            "lastModified",
            "role",
            "timeSource",
            "encoding");
    JsonNode manual = list.get(0);
    assertThat(manual.get("key").asText()).isEqualTo("cray-fas/by-hand");
    assertThat(manual.get("kind").asText()).isEqualTo("other");
    assertThat(manual.get("time").isNull()).isTrue();
    assertThat(manual.get("revision").isNull()).isTrue();
    JsonNode periodic = list.get(1);
    assertThat(periodic.get("project").asText()).isEqualTo("cray-fas");
    assertThat(periodic.get("name").asText()).isEqualTo("etcd.backup_v60303_2020-02-03-20:45:48");
    assertThat(periodic.get("kind").asText()).isEqualTo("periodic");
    assertThat(periodic.get("time").asText()).isEqualTo("2020-02-03T20:45:48Z");
    assertThat(periodic.get("revision").isIntegralNumber()).isTrue();
    assertThat(periodic.get("revision").asLong()).isEqualTo(60303);
    assertThat(periodic.get("size").asLong()).isEqualTo(5);
    assertThat(Instant.parse(periodic.get("lastModified").asText())).isEqualTo(modified);

    JsonNode tarball = json(Cli.on(store, "latest", "bare-metal", "-o", "json"));
    assertThat(tarball.get("kind").asText()).isEqualTo("tarball");
    assertThat(tarball.get("time").asText()).isEqualTo("2020-02-03T15:50:08Z");
    assertThat(tarball.get("revision").isNull()).isTrue();
  }

  @Test
  void coverageOfTheSeed() {
    Cli run = Cli.on(store, "coverage", "--config", CONFIG.toString(), "--now", NOW);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).isEmpty();
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(12);
    assertThat(lines.get(0)).matches("PROJECT +STATE +AGE +NEWEST +NOTE");
    assertThat(lines.get(1))
        .matches("cray-bos +fresh +14m12s +etcd.backup_v1200_2020-02-03-20:45:48");
    assertThat(lines.get(2)).matches("cray-bss +fresh .*");
    assertThat(lines.get(3)).matches("cray-crus +fresh .*");
    assertThat(lines.get(4))
        .matches(
            "cray-externaldns +stale +24h14m +etcd.backup_v2_2020-02-02-20:45:48 +the next was due"
                + " by 2020-02-03T20:45:48Z");
    assertThat(lines.get(5))
        .matches("cray-fas +fresh +14m12s +etcd.backup_v71858_2020-02-03-20:45:48");
    assertThat(lines.subList(6, 11))
        .allMatch(line -> line.matches("cray-[a-z-]+ +not automated +- +- +[a-z].*"));
    assertThat(lines.get(8)).startsWith("cray-reds ").endsWith("discover the endpoints again");
    assertThat(lines.get(11)).matches("bare-metal +unconfigured +5h9m .* 7 objects");
  }

  @Test
  void coverageAsAPage(@TempDir Path pages) throws Exception {
    Path page = pages.resolve("coverage.html");
    Files.writeString(page, "an older one");
    Cli run =
        Cli.on(
            store, "coverage", "--config=" + CONFIG, "--now=" + NOW, "--html=" + page, "--days=3");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).as("the table is there as well").startsWith("PROJECT ");
    String html = Files.readString(page);
    assertThat(html)
        .startsWith("<!DOCTYPE html>")
        .contains("1 of 5 need attention", "2020-02-01, Saturday", "2020-02-03, Monday")
        .doesNotContain("2020-01-31, ");
    assertThat(html.split("<td class=\"day ", -1)).as("eleven rows of three").hasSize(1 + 33);
    try (Stream<Path> all = Files.list(pages)) {
      assertThat(all).containsExactly(page);
    }
  }

  @Test
  void aPageThatCannotBeWrittenIsOneLine() {
    Path nowhere = store.resolve("none/coverage.html");
    Cli run = Cli.on(store, "coverage", "--config=" + CONFIG, "--now=" + NOW, "--html=" + nowhere);
    assertThat(run.code()).isEqualTo(4);
    assertThat(run.err())
        .isEqualTo("etcd-backup: --html: cannot write into " + nowhere.getParent() + "\n");
    Cli many = Cli.on(store, "coverage", "--config=" + CONFIG, "--days=367");
    assertThat(many).isEqualTo(new Cli(2, "", "etcd-backup: --days must be 1 to 366, not 367\n"));
  }

  @Test
  void coverageAsJson() throws Exception {
    Cli run = Cli.on(store, "coverage", "--config", CONFIG.toString(), "--now", NOW, "-ojson");

    assertThat(run.code()).isEqualTo(1);
    JsonNode report = new JsonMapper().readTree(run.out());
    assertThat(fieldNames(report)).containsExactly("at", "healthy", "counts", "projects");
    assertThat(report.get("at").asText()).isEqualTo(NOW);
    assertThat(report.get("healthy").asBoolean()).isFalse();
    assertThat(report.get("projects")).hasSize(11);
    JsonNode dns = report.get("projects").get(3);
    assertThat(fieldNames(dns))
        .as("as the status server answers")
        .containsExactly(
            "project", "state", "newest", "lastSuccess", "missed", "note", "suspicions", "days");
    assertThat(dns.get("project").asText()).isEqualTo("cray-externaldns");
    assertThat(dns.get("state").asText()).isEqualTo("stale");
    assertThat(dns.at("/newest/ageSeconds").asLong()).isEqualTo(24 * 3600 + 14 * 60 + 12);
    assertThat(dns.at("/newest/key").asText())
        .isEqualTo("cray-externaldns/etcd.backup_v2_2020-02-02-20:45:48");
    JsonNode cps = report.get("projects").get(9);
    assertThat(cps.get("state").asText()).isEqualTo("not-automated");
    assertThat(cps.has("newest")).isFalse();
  }

  @Test
  void coverageIsHealthyWhenExternalDnsMayBeADayAndAnHourOld() throws Exception {
    String lenient = Files.readString(CONFIG).replace("maxAge: 24h", "maxAge: 25h");
    assertThat(lenient).contains("maxAge: 25h");
    Path config = Files.writeString(store.resolveSibling("lenient.yaml"), lenient);

    Cli run = Cli.on(store, "coverage", "--config", config.toString(), "--now", NOW);

    assertThat(run.out()).doesNotContain("stale").contains("unconfigured");
    assertThat(run.code()).isEqualTo(0);
  }

  @Test
  void coverageReadsLinesOfTheReplacedSystemAndItsOwnStore() throws Exception {
    Path directory = store.resolveSibling("conf");
    Files.createDirectories(directory);
    Path lines =
        Files.writeString(
            directory.resolve("clusters.txt"),
            "# all of them\ncray-bos.services.86400.7.\ncray-uas-mgr.services.86400.7.secret\n");
    Cli run = Cli.on(store, "coverage", "--config", lines.toString(), "--now", NOW);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out().lines().skip(1).limit(2))
        .satisfiesExactly(
            one -> assertThat(one).matches("cray-bos +fresh .*"),
            two -> assertThat(two).matches("cray-uas-mgr +missing +- +- +no backup"));

    Path yaml =
        Files.writeString(
            directory.resolve("c.yaml"),
            "store: " + store.toUri() + "\nclusters:\n- project: cray-bos\n");
    Cli own = Cli.run("coverage", "--config", yaml.toString(), "--now", NOW);
    assertThat(own.code()).isEqualTo(0);
    assertThat(own.out().lines()).hasSize(7);

    Path elsewhere = Files.createDirectories(directory.resolve("empty"));
    assertThat(Cli.on(elsewhere, "coverage", "--config", yaml.toString(), "--now", NOW).code())
        .as("--store goes before the file's own")
        .isEqualTo(1);
  }

  private static String lines(String prefix) {
    return Cli.seedListing()
        .lines()
        .filter(line -> line.startsWith(prefix))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  private static JsonNode json(Cli run) throws Exception {
    assertThat(run.code()).isEqualTo(0);
    assertThat(run.err()).isEmpty();
    return new JsonMapper().readTree(run.out());
  }

  private static List<String> fieldNames(JsonNode node) {
    List<String> names = new ArrayList<>();
    for (Iterator<String> it = node.fieldNames(); it.hasNext(); ) {
      names.add(it.next());
    }
    return names;
  }
}
