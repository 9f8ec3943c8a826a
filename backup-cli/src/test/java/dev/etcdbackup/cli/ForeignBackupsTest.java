package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.etcdbackup.Content;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.zstd.Zstandard;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Backups that other tools wrote, in the archives in which they write them. */
class ForeignBackupsTest {
  private static final byte[] SNAPSHOT = Goldens.bytes("3.5.30-plain");
  private static final String NOW = "2024-05-02T00:00:00Z";

  @TempDir Path directory;

  private Path store() {
    return directory.resolve("store");
  }

  private void put(String key, byte[] bytes) {
    Goldens.write(store().resolve(key), bytes);
  }

  private static byte[] packed(String shape) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    switch (shape) {
      case "gzip" -> {
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
          gzip.write(SNAPSHOT);
        }
      }
      case "zlib" -> {
        try (DeflaterOutputStream zlib = new DeflaterOutputStream(out)) {
          zlib.write(SNAPSHOT);
        }
      }
      case "zip" -> zip(out, "etcd-snapshot-server-0-1714557600");
      case "zip of RKE" ->
          zip(
              out,
              "backup/2024-05-01T10:00:00Z_etcd",
              "etc/kubernetes/2024-05-01T10:00:00Z_etcd.rkestate");
      case "tar.gz" -> {
        return Goldens.tarball("3.5.30-plain", "etcd-backup-2024-05-01-10-00-00.tar.gz");
      }
      case "zstd" -> {
        BackupName name = BackupName.parse("e_v0_1970-01-01-00:00:00.zst");
        Content content = Content.of(new ByteArrayInputStream(SNAPSHOT), SNAPSHOT.length);
        try (InputStream zstd = new Zstandard().encode(content, name).stream()) {
          return zstd.readAllBytes();
        }
      }
      default -> {
        return SNAPSHOT;
      }
    }
    return out.toByteArray();
  }

  private static void zip(ByteArrayOutputStream out, String entry, String... others)
      throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry(entry));
      zip.write(SNAPSHOT);
      for (String other : others) {
        zip.putNextEntry(new ZipEntry(other));
        zip.write("{}".getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bitnami, plain, p/db-2024-05-01_10-00",
    "k3s, plain, p/etcd-snapshot-server-0-1714557600",
    "k3s, zip, p/etcd-snapshot-server-0-1714557600.zip",
    "rke1, zip of RKE, p/2024-05-01T10:00:00Z_etcd.zip",
    "gardener, plain, p/v2/Full-00000000-00000042-1714557600",
    "gardener, gzip, p/v2/Full-00000000-00000042-1714557600.gz",
    "gardener, zlib, p/v2/Full-00000000-00000042-1714557600.zlib",
    "etcd-manager, gzip, p/backups/etcd/main/2024-05-01T10:00:00Z-000001/etcd.backup.gz",
    "openshift, plain, p/snapshot_2024-05-01_100000.db",
    "talos, plain, p/prod-2024-05-01T10:00:00Z.snap",
    "talos, zstd, p/prod-2024-05-01T10:00:00Z.snap.zst",
    "kubermatic, gzip, p/8tqlk5ghxc-default-2024-05-01t10-00-00.db.gz",
    "giantswarm, tar.gz, p/ginger-control-plane-v3-2024-05-01T10-00-00.db.tar.gz",
    "cozystack, plain, p/main-20240501-100000-rev42.db",
    "kamaji, plain, p/mysnapshot_etcd-leader_20240501_1000.db",
    "csm-manual, plain, p/pre_install.backup_2024-05-01-10:00:00",
    "csm-hms, plain, p/cray-reds-etcd-hms_backup_2024-05-01_10-00-00",
    "csm-upgrade, plain, p/p_etcd_upgrade.snapshot-7.db",
    "etcd-operator, plain, p/3.1.8_000000000000002a_etcd.backup",
  })
  void areListedVerifiedInspectedAndRestored(String format, String shape, String key)
      throws Exception {
    put(key, packed(shape));

    JsonNode listed = json(Cli.on(store(), "list", "-o", "json")).get(0);
    assertThat(listed.get("kind").asText()).isEqualTo(format);
    assertThat(listed.get("role").asText()).isEqualTo("snapshot");
    if (listed.get("timeSource").asText().equals("name")) {
      assertThat(listed.get("time").asText()).isEqualTo("2024-05-01T10:00:00Z");
    }
    assertThat(Cli.on(store(), "verify", key).code()).isZero();
    assertThat(json(Cli.on(store(), "inspect", key, "-o", "json")).get("revision").asLong())
        .isPositive();
    Path member = directory.resolve("member");
    Cli restored = Cli.on(store(), "restore", key, "--data-dir", member.toString());
    assertThat(restored.code()).as(restored.err()).isZero();
    assertThat(member.resolve("member/snap/db")).isRegularFile();
  }

  @Test
  void theLongListShowsWhereTheTimeIsFrom() throws Exception {
    put("p/etcd-snapshot-a-1714557600.zip", packed("zip"));
    put("p/v2/Incr-00000043-00000044-1714557700.gz", new byte[] {1});
    put("p/by-hand", new byte[] {1, 2});
    put("p/etcd.backup_v1_2024-05-01-10:00:00.zst", new byte[] {1, 2, 3});
    Path byHand = store().resolve("p/by-hand");

    List<String> lines = Cli.on(store(), "list", "--long").out().lines().toList();

    assertThat(lines.get(0)).matches("FORMAT +TIME +SOURCE +ENCODING +SIZE +KEY");
    assertThat(lines.get(1))
        .matches(
            "other +"
                + Files.getLastModifiedTime(byHand).toInstant()
                + " +last-modified +- +2 +p/by-hand");
    assertThat(lines.get(2))
        .matches("k3s +2024-05-01T10:00:00Z +name +zip +\\d+ +p/etcd-snapshot-a-1714557600.zip");
    assertThat(lines.get(3)).matches("periodic +2024-05-01T10:00:00Z +name +zstd +3 +p/etcd.*");
    assertThat(lines.get(4))
        .matches("gardener increment +2024-05-01T10:01:40Z +name +- +1 +p/v2.*");
  }

  @Test
  void latestConsidersThemOnlyWhenAsked() throws Exception {
    put("p/etcd.backup_v1_2024-05-01-09:00:00", SNAPSHOT);
    put("p/db-2024-05-01_10-00", SNAPSHOT);
    put("p/etcd-snapshot-a-1714561200", Goldens.damaged(SNAPSHOT)); // 11:00
    put("p/db-2034-05-01_10-00", SNAPSHOT);
    put("p/v2/Incr-00000043-00000044-1714564800", SNAPSHOT); // 12:00
    put("p/etcd.changes_v2-v3_2024-05-01-12:00:00", SNAPSHOT);

    assertThat(Cli.on(store(), "latest", "p", "--now", NOW).out())
        .isEqualTo("p/etcd.backup_v1_2024-05-01-09:00:00\n");
    assertThat(Cli.on(store(), "latest", "p", "--any", "--now", NOW).out())
        .isEqualTo("p/etcd-snapshot-a-1714561200\n");
    Cli verified = Cli.on(store(), "latest", "p", "--any", "--verified", "--now", NOW);
    assertThat(verified.out()).isEqualTo("p/db-2024-05-01_10-00\n");
    assertThat(verified.err()).contains("SKIPPED p/etcd-snapshot-a-1714561200");
  }

  @Test
  void latestPassesOverWhatIsMarkedBad() throws Exception {
    put("p/etcd.backup_v1_2024-05-01-09:00:00", SNAPSHOT);
    put("p/etcd.backup_v1_2024-05-01-10:00:00", SNAPSHOT);
    put("p/db-2024-05-01_11-00", SNAPSHOT);
    for (String key : List.of("p/etcd.backup_v1_2024-05-01-10:00:00", "p/db-2024-05-01_11-00")) {
      assertThat(Cli.on(store(), "mark-bad", key, "--reason=lost", "--now", NOW).code()).isZero();
    }

    Cli verified = Cli.on(store(), "latest", "p", "--any", "--verified", "--now", NOW);

    assertThat(verified.out()).isEqualTo("p/etcd.backup_v1_2024-05-01-09:00:00\n");
    assertThat(verified.err()).contains("SKIPPED p/db-2024-05-01_11-00: marked bad: lost");
  }

  @Test
  void arePrunedOnlyByTheirFormatAndAfterADryRun() throws Exception {
    put("p/etcd.backup_v1_2024-05-01-09:00:00", SNAPSHOT);
    put("p/etcd.backup_v1_2024-05-01-10:00:00", SNAPSHOT);
    put("p/db-2024-05-01_10-00", SNAPSHOT);
    put("p/db-2024-05-01_11-00", SNAPSHOT);

    Cli plain = Cli.on(store(), "prune", "p", "--keep-last", "9", "--now", NOW);
    assertThat(plain.code()).isZero();
    assertThat(Cli.on(store(), "list").out().lines()).hasSize(4);

    Cli early = prune("--prune-foreign", "bitnami");
    assertThat(early.code()).isEqualTo(2);
    assertThat(early.err()).contains("deletes nothing before a dry run");
    Cli dry = prune("--prune-foreign", "bitnami", "--dry-run");
    assertThat(dry.out())
        .isEqualTo(
            """
            delete p/db-2024-05-01_10-00 no rule keeps it
            keep p/db-2024-05-01_11-00 last 1: newest
            """);
    String code = dry.err().strip().replaceAll(".* ", "");
    assertThat(prune("--prune-foreign", "bitnami", "--confirm", "00000000").code()).isEqualTo(2);
    assertThat(Cli.on(store(), "list").out().lines()).hasSize(4);

    assertThat(prune("--prune-foreign", "bitnami", "--confirm", code).code()).isZero();

    assertThat(Cli.on(store(), "list").out().lines())
        .containsExactly(
            "p/db-2024-05-01_11-00",
            "p/etcd.backup_v1_2024-05-01-09:00:00",
            "p/etcd.backup_v1_2024-05-01-10:00:00");
  }

  @Test
  void aFormatThatDoesNotExistIsRefused() {
    put("p/db-2024-05-01_10-00", SNAPSHOT);

    Cli run = prune("--prune-foreign", "other", "--dry-run");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("'other' must be one of bitnami, k3s, gardener");
  }

  private Cli prune(String... more) {
    String[] args =
        Stream.concat(Stream.of("prune", "p", "--keep-last", "1", "--now", NOW), Stream.of(more))
            .toArray(String[]::new);
    return Cli.on(store(), args);
  }

  private static JsonNode json(Cli run) throws IOException {
    assertThat(run.code()).as(run.err()).isZero();
    return new JsonMapper().readTree(run.out());
  }
}
