package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code history}. */
class HistoryCommandTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String FIRST = "p/etcd.backup_v230_2020-02-03-20:45:48";
  private static final String SECOND = "p/etcd.backup_v231_2020-02-04-20:45:48";
  private static final String OTHER = "p/etcd.backup_v4545_2020-02-05-20:45:48";
  private static final String KEY = "/p/0167";

  @TempDir Path directory;
  private Path store;

  @BeforeEach
  void storeTheSameTwiceAndAnother() {
    store = directory.resolve("store");
    Goldens.write(store.resolve(FIRST), Goldens.bytes("3.5.30-plain"));
    Goldens.write(store.resolve(SECOND), Goldens.bytes("3.5.30-plain"));
    Goldens.write(store.resolve(OTHER), Goldens.bytes("3.5.30-rich-auth"));
  }

  private Cli history(String... options) {
    String[] all = new String[options.length + 3];
    all[0] = "history";
    all[1] = KEY;
    all[2] = "--project=p";
    System.arraycopy(options, 0, all, 3, options.length);
    return Cli.on(store, all);
  }

  @Test
  void changesComeWithTheBackupsBetweenWhichTheyHappened() throws Exception {
    Cli run = history();
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .anyMatch(line -> line.startsWith("put in revision ") && line.endsWith(FIRST))
        .anyMatch(
            line ->
                line.equals(
                    "deleted, after 2020-02-04T20:45:48Z and before 2020-02-05T20:45:48Z, "
                        + OTHER))
        .noneMatch(line -> line.endsWith(SECOND)); // nothing happened before it
    JsonNode json = JSON.readTree(history("-ojson", "--values").out());
    assertThat(json.get(0).get("change").asText()).isEqualTo("put");
    assertThat(json.get(0).has("value")).isTrue();
    assertThat(json.get(0).has("after")).isFalse();
    assertThat(Cli.on(store, "history", "none", "--project=p"))
        .isEqualTo(new Cli(1, "", "etcd-backup: no backup of p holds none\n"));
  }

  @Test
  void theLastBackupInWhichItWasSoIsFound() throws Exception {
    JsonNode json = JSON.readTree(history("-ojson").out());
    String hash = json.get(json.size() - 2).get("sha256").asText();
    assertThat(history("--where=sha256=" + hash)).isEqualTo(new Cli(0, SECOND + "\n", ""));
    assertThat(history("--present")).isEqualTo(new Cli(0, SECOND + "\n", ""));
    assertThat(history("--absent")).isEqualTo(new Cli(0, OTHER + "\n", ""));
    Cli none = history("--where=sha256=" + "0".repeat(64));
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err())
        .startsWith("etcd-backup: no backup of p holds ")
        .endsWith(" with this SHA-256\n");
    assertThat(Cli.on(store, "history", "none", "--project=q", "--absent"))
        .isEqualTo(
            new Cli(1, "", "etcd-backup: there is no backup of q with a time in its name\n"));
  }

  @Test
  void aBackupThatIsDatedAheadOfTheClockIsWarnedOf() {
    String warning =
        "etcd-backup: warning: 1 backup dated more than an hour ahead of the clock, the first of"
            + " them "
            + OTHER
            + "\n";
    String onTheDayBefore = "--now=2020-02-04T21:00:00Z";
    assertThat(history("--present", onTheDayBefore)).isEqualTo(new Cli(0, SECOND + "\n", warning));
    Cli all = history(onTheDayBefore);
    assertThat(all.code()).isZero();
    assertThat(all.err()).isEqualTo(warning);
  }
}
