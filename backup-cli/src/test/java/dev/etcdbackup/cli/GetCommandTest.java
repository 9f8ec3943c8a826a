package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.etcdbackup.testkit.TestSnapshots;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GetCommandTest {
  private static final String KEY = "p/etcd.backup_v1_2020-02-03-20:45:48";
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(42, 300);

  @TempDir Path directory;
  private Path store;
  private Path file;

  @BeforeEach
  void storeABackup() throws Exception {
    store = Files.createDirectories(directory.resolve("store/p")).getParent();
    Files.write(store.resolve(KEY), SNAPSHOT);
    file = directory.resolve("out.db");
  }

  private Cli get(String... more) {
    return Cli.on(
        store,
        Stream.concat(Stream.of("get", "--to", file.toString()), Stream.of(more))
            .toArray(String[]::new));
  }

  private static String sha256() throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(SNAPSHOT));
  }

  @Test
  void theSnapshotComesBackByteForByte() throws Exception {
    Cli run = get(KEY);
    String line = file + ": " + SNAPSHOT.length + " bytes, sha256 " + sha256() + "\n";
    assertThat(run).isEqualTo(new Cli(0, line, ""));
    assertThat(file).hasBinaryContent(SNAPSHOT);
    assertThat(directory.toFile().list()).containsExactlyInAnyOrder("store", "out.db");
  }

  @Test
  void jsonTellsWhatWasWritten() throws Exception {
    JsonNode json = new JsonMapper().readTree(get(KEY, "-o", "json").out());
    assertThat(json.get("key").asText()).isEqualTo(KEY);
    assertThat(json.get("file").asText()).isEqualTo(file.toString());
    assertThat(json.get("size").asLong()).isEqualTo(SNAPSHOT.length);
    assertThat(json.get("sha256").asText()).isEqualTo(sha256());
  }

  @Test
  void aFileThatIsThereStaysUnlessForced() throws Exception {
    Files.writeString(file, "precious");
    Cli run = get(KEY);
    assertThat(run)
        .isEqualTo(
            new Cli(
                4, "", "etcd-backup: " + file + " already exists; add --force to replace it\n"));
    assertThat(file).hasContent("precious");

    assertThat(get(KEY, "--force").code()).isEqualTo(0);
    assertThat(file).hasBinaryContent(SNAPSHOT);
  }

  @Test
  void aTruncatedBackupIsCorruptAndLeavesNoFile() throws Exception {
    Files.write(store.resolve(KEY), Arrays.copyOf(SNAPSHOT, SNAPSHOT.length - 100));
    refusedAsCorrupt();
  }

  @Test
  void aDamagedBackupIsCorruptAndLeavesNoFile() throws Exception {
    byte[] damaged = SNAPSHOT.clone();
    damaged[SNAPSHOT.length / 2] ^= 1;
    Files.write(store.resolve(KEY), damaged);
    refusedAsCorrupt();
  }

  @Test
  void anEmptyObjectIsCorruptAndLeavesNoFile() throws Exception {
    Files.write(store.resolve(KEY), new byte[0]);
    refusedAsCorrupt();
  }

  private void refusedAsCorrupt() throws Exception {
    Cli run = get(KEY);
    assertThat(run.code()).isEqualTo(5);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("etcd-backup: " + KEY + ": the snapshot ");
    assertThat(run.err().lines()).hasSize(1);
    assertThat(directory.toFile().list()).containsExactly("store");

    Files.writeString(file, "precious");
    assertThat(get(KEY, "--force").code()).isEqualTo(5);
    assertThat(file).as("an old file survives a failed --force").hasContent("precious");
  }

  @Test
  void rawIsTheObjectAsItIs() throws Exception {
    String key = "p/etcd-backup-2020-02-03-15-50-08.tar.gz.gpg";
    Files.writeString(store.resolve(key), "secret stuff");
    assertThat(get(key, "--raw")).isEqualTo(new Cli(0, file + ": 12 bytes\n", ""));
    assertThat(file).hasContent("secret stuff");
    JsonNode json = new JsonMapper().readTree(get(key, "--raw", "--force", "-ojson").out());
    assertThat(json.get("sha256").isNull()).isTrue();
    assertThat(get(key, "--raw").code()).isEqualTo(4);
  }

  @Test
  void aBackupThatIsNotThereIsNotFound() {
    assertThat(get("p/none")).isEqualTo(new Cli(1, "", "etcd-backup: there is no backup p/none\n"));
    assertThat(get("p").code()).isEqualTo(1);
    assertThat(get("../out").code()).isEqualTo(1);
    assertThat(get("p/none", "--raw").code()).isEqualTo(1);
    assertThat(file).doesNotExist();
  }
}
