package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.StoredSnapshot;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.s3.S3Server;
import dev.etcdbackup.zstd.Zstandard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** Backups of a real etcd with {@code --compress zstd}, beside plain ones of the same series. */
@Tag("server")
class CompressedBackupsTest {
  private static EtcdServer etcd;

  @TempDir Path directory;

  @BeforeAll
  static void startEtcd() throws IOException {
    etcd = EtcdServer.start();
    Random random = new Random(15);
    for (int i = 0; i < 300; i++) {
      byte[] value = new byte[30_000];
      random.nextBytes(value);
      Arrays.fill(value, 10_000, 30_000, (byte) 'x');
      etcd.put("key-" + i, value);
    }
    etcd.put("word", "plain text".getBytes(StandardCharsets.UTF_8));
  }

  @AfterAll
  static void stopEtcd() throws IOException {
    if (etcd != null) {
      etcd.close();
    }
  }

  @Test
  void inADirectory() throws Exception {
    Path store = Files.createDirectory(directory.resolve("store"));
    everythingWorks(List.of("--store", store.toUri().toString()));

    Path file = store.resolve(key(4, ".zst"));
    byte[] stored = Files.readAllBytes(file);
    assertThat(sha256(stored)).isEqualTo(storedSha256);
    Path plain = directory.resolve("plain.db");
    Process zstd =
        new ProcessBuilder("zstd", "-q", "-d", file.toString(), "-o", plain.toString()).start();
    assertThat(zstd.waitFor()).isZero();
    assertThat(Cli.run("verify", plain.toString()).code()).isZero();
    assertThat(sha256(Files.readAllBytes(plain))).isEqualTo(sha256);
  }

  @Test
  void inACephRadosGateway() throws Exception {
    try (S3Server server = S3Server.ceph();
        S3Client client = S3Clients.forRgw(server.endpoint()).build()) {
      System.setProperty("aws.accessKeyId", server.accessKey());
      System.setProperty("aws.secretAccessKey", server.secretKey());
      String bucket = "etcd-backup-zstd-" + UUID.randomUUID();
      client.createBucket(r -> r.bucket(bucket));
      try {
        String endpoint = server.endpoint().toString();
        everythingWorks(List.of("--store", "s3://" + bucket + "/site", "--s3-endpoint", endpoint));
      } finally {
        client
            .listObjectsV2Paginator(r -> r.bucket(bucket))
            .contents()
            .forEach(one -> client.deleteObject(r -> r.bucket(bucket).key(one.key())));
        client.deleteBucket(r -> r.bucket(bucket));
      }
    } finally {
      System.clearProperty("aws.accessKeyId");
      System.clearProperty("aws.secretAccessKey");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gzip -c snap.db",
        "zip -q - snap.db",
        "xz -1c snap.db",
        "zstd -qc snap.db",
        "tar -czf - snap.db",
        "tar -cf a.tar snap.db && zstd -qc a.tar"
      })
  void whatAnotherToolPackedIsUnpackedOnTheWay(String command) throws Exception {
    Path store = Files.createDirectory(directory.resolve("store"));
    List<String> options = List.of("--store", store.toUri().toString());
    Cli made = create(options, 1);
    assertThat(made.code()).as(made.err()).isZero();
    Files.copy(store.resolve(key(1, "")), directory.resolve("snap.db"));
    Path packed = store.resolve("p/by-hand");
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .directory(directory.toFile())
            .redirectOutput(packed.toFile())
            .start();
    assertThat(process.waitFor()).isZero();

    for (String operand : List.of("p/by-hand", packed.toString())) {
      Cli verified = run(options, "verify", operand);
      assertThat(verified.code()).as(verified.out() + verified.err()).isZero();
      assertThat(run(options, "extract", operand, "word").out()).isEqualTo("plain text");
      assertThat(run(options, "status", operand).code()).isZero();
      assertThat(run(options, "inspect", operand).code()).isZero();
    }
    assertThat(run(options, "verify", "--all").code()).isZero();
    Cli restored =
        run(options, "restore", "p/by-hand", "--data-dir", directory.resolve("data").toString());
    assertThat(restored.code()).as(restored.err()).isZero();
    Cli taken = run(options, "create", "q", "--from-file", packed.toString(), "-o", "json");
    assertThat(taken.code()).as(taken.err()).isZero();
    JsonNode json = new JsonMapper().readTree(taken.out());
    assertThat(json.get("sha256").asText())
        .isEqualTo(sha256(Files.readAllBytes(directory.resolve("snap.db"))));
  }

  @Test
  void inspectReadsAFewFramesOfALargeOne() throws Exception {
    Path root = Files.createDirectory(directory.resolve("store"));
    try (EtcdServer large = EtcdServer.start()) {
      Random random = new Random(16);
      for (int i = 0; i < 60; i++) {
        byte[] value = new byte[1_300_000];
        random.nextBytes(value);
        large.put("large-" + i, value);
      }
      Cli made =
          Cli.on(root, "create", "p", "--etcd", large.endpoint().toString(), "--compress", "zstd");
      assertThat(made.code()).as(made.err()).isZero();
    }
    CountedReads store = new CountedReads(DirectoryBackupStore.builder(root).build());
    StoredBackup stored = store.list("p").get(0);
    ReadOptions options =
        ReadOptions.builder(BackupEncodings.of(new Zstandard()), directory)
            .extent(ReadOptions.Extent.FEW_PAGES)
            .build();
    try (StoredSnapshot snapshot =
        StoredSnapshot.open(Backup.of(stored, ZoneOffset.UTC), store, options)) {
      assertThat(snapshot.access()).isEqualTo(StoredSnapshot.Access.RANGES);
      assertThat(snapshot.snapshot().metadata().revision()).isEqualTo(61);
    }
    assertThat(store.requests).as("requests").isLessThanOrEqualTo(12);
    assertThat(store.bytes).as("bytes of " + stored.size()).isLessThan(stored.size() / 2);
  }

  private String sha256 = "";
  private String storedSha256 = "";

  private void everythingWorks(List<String> store) throws Exception {
    for (int hour : new int[] {1, 2}) {
      assertThat(create(store, hour).code()).isZero();
    }
    assertThat(create(store, 3, "--compress", "zstd:19").out()).contains(key(3, ".zst"));
    Cli created = create(store, 4, "--compress", "zstd", "-o", "json");
    assertThat(created.err()).isEmpty();
    JsonNode json = new JsonMapper().readTree(created.out());
    assertThat(json.get("key").asText()).isEqualTo(key(4, ".zst"));
    assertThat(json.get("storedSize").asLong())
        .isEqualTo(json.get("size").asLong())
        .isLessThan(json.get("snapshotSize").asLong() / 2);
    assertThat(json.get("encoding").toString()).isEqualTo("[\"zstd\"]");
    sha256 = json.get("sha256").asText();
    storedSha256 = json.get("storedSha256").asText();
    assertThat(storedSha256).isNotEqualTo(sha256);

    assertThat(run(store, "list", "p").out().lines())
        .containsExactly(key(1, ""), key(2, ""), key(3, ".zst"), key(4, ".zst"));
    assertThat(run(store, "latest", "p").out().strip()).isEqualTo(key(4, ".zst"));
    assertThat(run(store, "verify", "--deep", key(4, ".zst")).code()).isZero();
    assertThat(run(store, "verify", "--all").out()).doesNotContain("bad").hasLineCount(4);
    assertThat(run(store, "keys", key(3, ".zst"), "--prefix", "key-29").out().lines()).hasSize(11);
    assertThat(run(store, "extract", key(4, ".zst"), "word").out()).isEqualTo("plain text");
    JsonNode metadata =
        new JsonMapper().readTree(run(store, "inspect", key(4, ".zst"), "-o", "json").out());
    assertThat(metadata.toString()).contains("\"ranges\"");

    Path data = directory.resolve("data");
    Cli restored =
        run(store, "restore", key(4, ".zst"), "--data-dir", data.toString(), "--name", "m");
    assertThat(restored.code()).as(restored.err()).isZero();
    assertThat(data.resolve("member/snap/db")).isRegularFile();

    assertThat(run(store, "prune", "p", "--keep-last", "3").code()).isZero();
    assertThat(run(store, "list", "p").out().lines())
        .containsExactly(key(2, ""), key(3, ".zst"), key(4, ".zst"));
  }

  private static Cli create(List<String> store, int hour, String... more) throws IOException {
    List<String> args =
        new ArrayList<>(
            List.of(
                "create",
                "p",
                "--etcd",
                etcd.endpoint().toString(),
                "--now=2020-02-03T0" + hour + ":00:00Z"));
    args.addAll(List.of(more));
    return run(store, args.toArray(String[]::new));
  }

  private static Cli run(List<String> store, String... args) {
    List<String> all = new ArrayList<>(store);
    all.addAll(List.of(args));
    return Cli.run(all.toArray(String[]::new));
  }

  private static String key(int hour, String suffix) throws IOException {
    return "p/etcd.backup_v" + etcd.revision() + "_2020-02-03-0" + hour + ":00:00" + suffix;
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
