package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code verify} of one and of all, and {@code latest --verified}. */
class VerifyCommandTest {
  private static final String OLD = "p/etcd.backup_v22_2020-02-01-20:45:48";
  private static final String GOOD = "p/etcd.backup_v230_2020-02-02-20:45:48";
  private static final String BAD = "p/etcd.backup_v230_2020-02-03-20:45:48";
  private static final String TARBALL = "etcd-backup-2020-02-01-15-50-08.tar.gz";
  private static final String OK = ": ok, SHA-256, pages, buckets and every entry, read by ";
  private static final byte[] PLAIN = Goldens.bytes("3.6.14-plain");

  @TempDir Path directory;
  private Path store;

  @BeforeEach
  void storeThreeGoodAndABadOne() throws Exception {
    store = directory.resolve("store");
    Goldens.write(store.resolve(OLD), Goldens.bytes("3.4.23-misc"));
    Goldens.write(store.resolve(GOOD), PLAIN);
    Goldens.write(store.resolve(BAD), Goldens.damaged(PLAIN));
    Goldens.write(store.resolve("p/" + TARBALL), Goldens.tarball("3.5.30-plain", TARBALL));
  }

  private Cli on(String... args) {
    return Cli.on(store, args);
  }

  @Test
  void aWrongProjectAndAnEmptyStoreDoNotPass(@TempDir Path empty) {
    assertThat(on("verify", "--all", "wrong"))
        .isEqualTo(new Cli(1, "", "etcd-backup: there is no backup of wrong in the store\n"));
    assertThat(Cli.on(empty, "verify", "--all"))
        .isEqualTo(new Cli(1, "", "etcd-backup: there is no backup in the store\n"));
    assertThat(on("verify", "--all", "wrong", "--sample", "1/7").code()).isZero();
  }

  @Test
  void aGoodOneIsOkInEveryForm() throws Exception {
    Path file = Goldens.write(directory.resolve("snap.db"), PLAIN);
    Path tarball =
        Goldens.write(directory.resolve(TARBALL), Goldens.tarball("3.5.30-plain", TARBALL));
    assertThat(on("verify", GOOD)).isEqualTo(new Cli(0, GOOD + OK + "stream\n", ""));
    assertThat(on("verify", "p/" + TARBALL))
        .isEqualTo(new Cli(0, "p/" + TARBALL + OK + "stream\n", ""));
    assertThat(Cli.run("verify", file.toString())).isEqualTo(new Cli(0, file + OK + "file\n", ""));
    assertThat(Cli.run("verify", tarball.toString()))
        .isEqualTo(new Cli(0, tarball + OK + "memory\n", ""));
    assertThat(on("verify", GOOD, "-ojson").out()).contains("\"ok\" : true");
  }

  @Test
  void deepSaysMoreAndPrintsHashKv() throws Exception {
    String ok = ": ok, SHA-256, pages, buckets and every entry, and the consistency of entries";
    assertThat(on("verify", GOOD, "--deep"))
        .isEqualTo(
            new Cli(
                0,
                GOOD + ok + ", read by memory\n" + GOOD + ": HashKV 2950392042 at revision 230\n",
                ""));
    JsonNode json = new JsonMapper().readTree(on("verify", GOOD, "--deep", "-ojson").out());
    assertThat(json.get("hashKv").get("hash").asLong()).isEqualTo(2950392042L);
    assertThat(on("verify", BAD, "--deep").code()).isEqualTo(5);
    assertThat(on("verify", "--all", "--deep").err())
        .isEqualTo("etcd-backup: 1 of 4 backups are bad\n");
  }

  @Test
  void aBadOneEndsWithFiveAndItsProblems() throws Exception {
    Path file = Goldens.write(directory.resolve("snap.db"), Goldens.damaged(PLAIN));
    for (String form : List.of(BAD, file.toString())) {
      Cli run = on("verify", form);
      assertThat(run.code()).isEqualTo(5);
      assertThat(run.err()).isEmpty();
      assertThat(run.out().lines()).isNotEmpty().allMatch(line -> line.startsWith(form + ": "));
      assertThat(run.out()).contains("(TRAILER)");
      JsonNode json = new JsonMapper().readTree(on("verify", form, "-ojson").out());
      assertThat(json.get("ok").asBoolean()).isFalse();
      assertThat(json.get("problems")).hasSize((int) run.out().lines().count());
    }
  }

  @Test
  void aTornTarballIsBadAsAFileAndAsAKey() {
    Path file = Goldens.write(directory.resolve(TARBALL), new byte[100]);
    Goldens.write(store.resolve("p/" + TARBALL), new byte[100]);
    for (String form : List.of("p/" + TARBALL, file.toString())) {
      Cli run = on("verify", form);
      assertThat(run.code()).isEqualTo(5);
      assertThat(run.out()).startsWith(form + ": ").hasLineCount(1);
    }
  }

  @Test
  void whatIsNotThereIsNotFound() {
    assertThat(on("verify", "p/none"))
        .isEqualTo(new Cli(1, "", "etcd-backup: there is no backup p/none\n"));
    assertThat(on("verify", directory + "/none").code()).isEqualTo(2);
    assertThat(on("verify", "p/etcd-backup-2020-02-03-15-50-08.tar.gz.gpg").err())
        .contains("is encrypted");
  }

  @Test
  void allAreLookedAtThoughOneIsBad() throws Exception {
    Files.writeString(store.resolve("p/etcd-backup-2020-02-03-15-50-08.tar.gz.gpg"), "secret");
    Goldens.write(store.resolve("q/by-hand"), PLAIN);
    Cli run = on("verify", "--all");
    assertThat(run.code()).isEqualTo(5);
    assertThat(run.err()).isEqualTo("etcd-backup: 1 of 6 backups are bad\n");
    assertThat(run.out().lines())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("ok p/" + TARBALL),
            line ->
                assertThat(line)
                    .startsWith("skipped p/")
                    .endsWith(".gpg: it is encrypted with OpenPGP"),
            line -> assertThat(line).isEqualTo("ok " + OLD),
            line -> assertThat(line).isEqualTo("ok " + GOOD),
            line -> assertThat(line).startsWith("bad " + BAD + ": "),
            line -> assertThat(line).isEqualTo("ok q/by-hand"));
    JsonNode rows = new JsonMapper().readTree(on("verify", "--all", "-ojson").out());
    assertThat(rows).hasSize(6);
    assertThat(rows.get(4).get("outcome").asText()).isEqualTo("bad");
    assertThat(rows.get(4).get("problems")).isNotEmpty();
    assertThat(on("verify", "--all", "q")).isEqualTo(new Cli(0, "ok q/by-hand\n", ""));
    assertThat(on("verify", "--all", "nobody", "-ojson"))
        .isEqualTo(new Cli(1, "[ ]\n", "etcd-backup: there is no backup of nobody in the store\n"));
  }

  @Test
  void sevenDaysOfASeventhCoverEachOnce() {
    List<String> looked = new ArrayList<>();
    for (int day = 1; day <= 7; day++) {
      String now = "--now=2020-02-0" + day + "T23:59:59Z";
      on("verify", "--all", "--sample", "1/7", now)
          .out()
          .lines()
          .forEach(line -> looked.add(line.replaceFirst("^\\S+ (.*?)(: .*)?$", "$1")));
    }
    assertThat(looked).containsExactlyInAnyOrder(OLD, GOOD, BAD, "p/" + TARBALL);
  }

  @Test
  void theLatestThatVerifiesIsFoundAndWhatIsSkippedIsSaid() {
    assertThat(on("latest", "p").out()).isEqualTo(BAD + "\n");
    Cli run = on("latest", "p", "--verified");
    assertThat(run.code()).isEqualTo(0);
    assertThat(run.out()).isEqualTo(GOOD + "\n");
    assertThat(run.err()).startsWith("etcd-backup: SKIPPED " + BAD + ": ").hasLineCount(1);
  }

  @Test
  void whenNoneVerifiesThereIsNoLatest() throws Exception {
    for (String key : List.of(OLD, GOOD, "p/" + TARBALL)) {
      Files.write(store.resolve(key), new byte[0]);
    }
    Cli run = on("latest", "p", "--verified");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).hasLineCount(5).endsWith("NO GOOD BACKUP of p is left\n");
    assertThat(on("latest", "nobody", "--verified"))
        .isEqualTo(new Cli(1, "", "etcd-backup: found no periodic backup or tarball of nobody\n"));
  }
}
