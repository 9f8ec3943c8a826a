package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code copy} and {@code mirror} between directories. */
class CopyCommandsTest {
  private static final String NOW = "--now=2020-02-03T21:00:00Z";
  private static final String FIRST = "p/etcd.backup_v1_2020-02-01-10:00:00";
  private static final String SECOND = "p/etcd.backup_v2_2020-02-02-10:00:00";
  private static final String OTHER = "q/etcd.backup_v3_2020-02-03-10:00:00";

  @TempDir Path directory;
  private Path from;
  private Path to;
  private String target;

  @BeforeEach
  void storeBackups() throws Exception {
    from = Files.createDirectory(directory.resolve("from"));
    to = Files.createDirectory(directory.resolve("to"));
    target = "--to=" + to.toUri();
    put(from, FIRST, Goldens.bytes("3.4.23-empty"));
    put(from, SECOND, Goldens.bytes("3.5.30-plain"));
    put(from, OTHER, Goldens.bytes("3.5.30-plain"));
  }

  private static void put(Path store, String key, byte[] bytes) throws Exception {
    Files.createDirectories(store.resolve(key).getParent());
    Files.write(store.resolve(key), bytes);
  }

  private Cli on(String... args) {
    return Cli.on(from, args);
  }

  @Test
  void aCopyIsTheSameObjectAndASecondOneIsPresent() {
    assertThat(on("copy", FIRST, SECOND, target, "--parallel=1"))
        .isEqualTo(new Cli(0, "copied " + SECOND + "\ncopied " + FIRST + "\n", ""));
    assertThat(to.resolve(FIRST)).hasSameBinaryContentAs(from.resolve(FIRST));
    assertThat(on("copy", FIRST, target)).isEqualTo(new Cli(0, "present " + FIRST + "\n", ""));
  }

  @Test
  void aMirrorHasOneProjectOrAll() {
    assertThat(on("mirror", "p", target).out().lines()).hasSize(2);
    assertThat(Cli.on(to, "list").out()).isEqualTo(FIRST + "\n" + SECOND + "\n");
    assertThat(on("mirror", "--all", target).code()).isZero();
    assertThat(Cli.on(to, "list").out()).isEqualTo(on("list").out());
  }

  @Test
  void backupsAreEncodedAgainOnTheWay() {
    Cli mirrored = on("mirror", "p", target, "--encode=zstd:3");
    assertThat(mirrored.code()).as(mirrored.err()).isZero();
    assertThat(Cli.on(to, "list").out()).isEqualTo(FIRST + ".zst\n" + SECOND + ".zst\n");
    assertThat(Cli.on(to, "verify", "--all").code()).isZero();
    assertThat(on("copy", SECOND, target, "--encode=zstd").out())
        .isEqualTo("present " + SECOND + ": as etcd.backup_v2_2020-02-02-10:00:00.zst\n");
    assertThat(on("mirror", "p", target, "--encode=lzma").code()).isEqualTo(2);
    assertThat(on("mirror", "p", target, "--encode=zstd", "--delete", "--keep-last=1").code())
        .isEqualTo(2);
  }

  @Test
  void noServerCopiesDirectoriesOrEncodesAnew() {
    Cli directories = on("mirror", "p", target, "--server-side");
    assertThat(directories.code()).isEqualTo(2);
    assertThat(directories.err()).contains("both stores must be buckets of one S3 server");
    assertThat(on("copy", FIRST, target, "--server-side", "--encode=zstd").err())
        .contains("--server-side excludes --encode and --encrypt-to");
    assertThat(to).isEmptyDirectory();
  }

  @Test
  void aDifferentObjectIsRefusedAndABadBackupIsNotCopied() throws Exception {
    put(to, FIRST, new byte[] {1});
    Cli refused = on("mirror", "p", target);
    assertThat(refused.code()).isEqualTo(4);
    assertThat(refused.out()).contains("refused " + FIRST + ": the target has another object");
    assertThat(refused.err()).isEqualTo("etcd-backup: 1 of 2 backups was not copied\n");
    assertThat(to.resolve(FIRST)).hasSize(1);

    put(from, OTHER, Goldens.damaged(Goldens.bytes("3.5.30-plain")));
    Cli bad = on("mirror", "q", target);
    assertThat(bad.code()).isEqualTo(5);
    assertThat(bad.out()).startsWith("bad " + OTHER + ": ");
    assertThat(to.resolve(OTHER)).doesNotExist();
  }

  @Test
  void theTargetIsPrunedByItsOwnPolicyOnlyWithDelete() {
    Cli run = on("mirror", "--all", target, "--delete", "--keep-last=1", NOW);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(Cli.on(to, "list").out()).isEqualTo(SECOND + "\n" + OTHER + "\n");
    assertThat(on("list").out().lines()).hasSize(3);
    assertThat(on("mirror", "p", target, "--keep-last=1").err())
        .isEqualTo("etcd-backup: the --keep options need --delete\n");
    assertThat(on("mirror", "p", target, "--delete").err())
        .startsWith("etcd-backup: nothing to keep");
  }

  @Test
  void jsonHasOneRowForEach() throws Exception {
    JsonNode rows = new JsonMapper().readTree(on("copy", FIRST, target, "-o", "json").out());
    assertThat(rows).hasSize(1);
    assertThat(rows.get(0).get("outcome").asText()).isEqualTo("copied");
    assertThat(rows.get(0).get("verified").asBoolean()).isTrue();
  }

  @Test
  void wrongInputIsRefused() {
    assertThat(on("copy", FIRST).code()).isEqualTo(2);
    assertThat(on("copy", FIRST, "--to=" + from.toUri()).err())
        .isEqualTo("etcd-backup: --to: is the store of --store\n");
    assertThat(on("mirror", target).err()).isEqualTo("etcd-backup: give either PROJECT or --all\n");
    assertThat(on("copy", FIRST, target, "--parallel=65").err())
        .isEqualTo("etcd-backup: --parallel: must be 1 to 64, not 65\n");
    assertThat(on("copy", FIRST, "--to=" + directory.resolve("none").toUri()).code()).isEqualTo(4);
    assertThat(on("copy", "p/none", target).code()).isEqualTo(1);
  }
}
