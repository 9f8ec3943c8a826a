package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code usage}. */
class SpaceUsageCommandTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String FIRST = "p/etcd.backup_v4209_2020-02-03-20:45:48";
  private static final String SECOND = "p/etcd.backup_v4545_2020-02-04-20:45:48";

  @TempDir Path directory;
  private Path store;

  @BeforeEach
  void storeTwo() {
    store = directory.resolve("store");
    Goldens.write(store.resolve(FIRST), Goldens.bytes("3.5.30-rich-compacted1"));
    Goldens.write(store.resolve(SECOND), Goldens.bytes("3.5.30-rich-auth"));
  }

  @Test
  void textNamesPagesPrefixesAndKeys() {
    Cli run = Cli.on(store, "usage", SECOND, "--top", "3");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith(
            "database: 1208320 bytes, 295 pages of 4096 bytes, at revision 4545\n  meta: 2 pages,"
                + " 8192 bytes\n")
        .contains(
            "live keys: 2992 keys, ", "\nprefix /registry/pods/ns2/: ", "\nlargest keys:\n  /big/");
    assertThat(Cli.on(store, "usage", SECOND, "--by=lease").out()).contains("\nlease (none): ");
    assertThat(Cli.on(store, "usage", SECOND, "--by=size").out())
        .contains("\nvalues up to 1024 bytes: ", "\nvalues above 1048576 bytes: 0 keys, 0 bytes\n");
  }

  @Test
  void jsonAddsUpToTheDatabase() throws Exception {
    JsonNode json = JSON.readTree(Cli.on(store, "usage", SECOND, "-ojson", "--depth=3").out());
    long pages = 0;
    for (JsonNode space : json.get("spaces")) {
      pages += space.get("pages").asLong();
    }
    assertThat(pages).isEqualTo(json.get("pages").asLong());
    assertThat(json.get("bytes").asLong()).isEqualTo(1208320);
    assertThat(json.get("prefixes").size()).isGreaterThan(3);
  }

  @Test
  void thePageShowsAllOfItAndRunsNothing() throws IOException {
    Path page = directory.resolve("usage.html");
    assertThat(Cli.on(store, "usage", SECOND, "--depth=2", "--html=" + page).code()).isZero();
    assertThat(Files.readString(page))
        .contains("<div class=\"map\">", "title=\"/registry/pods/, live: ", "title=\"free, free: ")
        .doesNotContain("<script", "http://", "https://");
  }

  @Test
  void overTimeThereIsALineForEachBackupAndTheGrowthOfPrefixes() throws Exception {
    Cli run = Cli.on(store, "usage", "--over-time", "p", "--top=2");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().lines().toList())
        .hasSize(4)
        .satisfies(
            lines -> {
              assertThat(lines.get(0))
                  .startsWith("2020-02-03T20:45:48Z revision 4209, 1208320 bytes, ")
                  .endsWith(FIRST);
              assertThat(lines.get(1)).startsWith("2020-02-04T20:45:48Z revision 4545, ");
              assertThat(lines.get(2)).startsWith("prefix ");
            });
    Goldens.write(store.resolve(SECOND + "x"), new byte[0]);
    Goldens.write(store.resolve("p/etcd.backup_v4546_2020-02-05-20:45:48"), new byte[] {1, 2, 3});
    Cli bad = Cli.on(store, "usage", "--over-time", "p", "-ojson");
    assertThat(bad.code()).isEqualTo(5);
    assertThat(bad.err()).contains("skipped p/etcd.backup_v4546_2020-02-05-20:45:48: ");
    assertThat(JSON.readTree(bad.out()).get("backups")).hasSize(2);
    assertThat(Cli.on(store, "usage", "--over-time", "q"))
        .isEqualTo(
            new Cli(1, "", "etcd-backup: there is no backup of q with a time in its name\n"));
  }
}
