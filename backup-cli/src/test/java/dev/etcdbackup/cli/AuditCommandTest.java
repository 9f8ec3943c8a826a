package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bucket into which many tools write. */
class AuditCommandTest {
  private static final byte[] SNAPSHOT = Goldens.bytes("3.5.30-plain");
  private static final byte[] LATER = Goldens.bytes("3.4.23-misc");
  private static final Instant NOW = Instant.parse("2024-05-20T12:30:00Z");
  private static final Function<Instant, String> BITNAMI = pattern("'db-'uuuu-MM-dd_HH-mm");
  private static final Function<Instant, String> OPERATOR = pattern("uuuu-MM-dd-HH:mm:ss");
  private static final Function<Instant, String> DASHES = pattern("uuuu-MM-dd'T'HH-mm-ss");
  private static final Function<Instant, String> RFC = pattern("uuuu-MM-dd'T'HH:mm:ss'Z'");

  @TempDir Path store;

  private static Function<Instant, String> pattern(String text) {
    return DateTimeFormatter.ofPattern(text, Locale.ROOT).withZone(ZoneOffset.UTC)::format;
  }

  private void put(String key, byte[] bytes, Instant received) {
    try {
      Files.setLastModifiedTime(Goldens.write(store.resolve(key), bytes), FileTime.from(received));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void series(
      Duration every, int from, int to, byte[] bytes, Function<Instant, String> key) {
    for (int i = from; i >= to; i--) {
      Instant time = NOW.minusSeconds(1800).minus(every.multipliedBy(i));
      put(key.apply(time), bytes, time.plusSeconds(40));
    }
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static byte[] zip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("etcd-snapshot"));
      zip.write(bytes);
    }
    return out.toByteArray();
  }

  @BeforeEach
  void fill() throws IOException {
    Duration day = Duration.ofDays(1);
    Duration hour = Duration.ofHours(1);
    series(hour, 40, 0, SNAPSHOT, time -> "cray-bss/" + BITNAMI.apply(time));
    put("cray-bss/cray-bss_etcd_upgrade.snapshot-7.db", SNAPSHOT, NOW.minus(Duration.ofDays(90)));
    for (int i = 70; i > 60; i--) { // the snapshots stopped, and are uploaded again and again
      Instant time = NOW.minusSeconds(1800).minus(hour.multipliedBy(i));
      put("cray-fas/" + BITNAMI.apply(time), SNAPSHOT, NOW.minusSeconds(1500));
    }
    series(day, 13, 0, LATER, time -> "cray-bos/etcd.backup_v42_" + OPERATOR.apply(time));
    byte[] zip = zip(SNAPSHOT);
    series(
        day.dividedBy(2),
        20,
        0,
        zip,
        time -> "k3s/etcd-snapshot-server-0-" + time.getEpochSecond() + ".zip");
    byte[] gzip = gzip(LATER);
    series(
        day,
        12,
        0,
        gzip,
        time -> "shoot/etcd-main/v2/Full-00000000-00000042-" + time.getEpochSecond() + ".gz");
    put("shoot/etcd-main/v2/Incr-00000043-00000050-1716199300.gz", gzip, NOW);
    series(
        hour.multipliedBy(6),
        40,
        8,
        gzip,
        time -> "kops/backups/etcd/main/" + RFC.apply(time) + "-000001/etcd.backup.gz");
    series(
        hour.multipliedBy(6),
        40,
        8,
        new byte[] {'{', '}'},
        time -> "kops/backups/etcd/main/" + RFC.apply(time) + "-000001/_etcd_backup.meta");
    series(day, 9, 1, SNAPSHOT, time -> "ocp/snapshot_" + compact(time) + ".db");
    put("ocp/snapshot_" + compact(NOW.minusSeconds(1800)) + ".db", Goldens.damaged(SNAPSHOT), NOW);
    series(day, 5, 0, SNAPSHOT, time -> "talos/prod-" + RFC.apply(time) + ".snap.zst.age");
    series(day, 13, 9, SNAPSHOT, time -> "gs/ginger-v3-" + DASHES.apply(time) + ".db.tar.gz.enc");
    put("notes/readme.txt", "text".getBytes(StandardCharsets.UTF_8), NOW);
  }

  private static String compact(Instant time) {
    return pattern("uuuu-MM-dd_HHmmss").apply(time);
  }

  private Cli audit(String... more) {
    return Cli.on(
        store,
        Stream.concat(Stream.of("audit", "--now", NOW.toString()), Stream.of(more))
            .toArray(String[]::new));
  }

  private List<String> contents() throws IOException {
    try (Stream<Path> files = Files.walk(store)) {
      return files.map(Path::toString).sorted().toList();
    }
  }

  @Test
  void reportsWhatIsThereWhoeverWroteIt() throws Exception {
    List<String> before = contents();

    Cli run = audit();

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .containsPattern("PROJECT +FORMAT +SERIES +BACKUPS +SIZE +NEWEST +REVISION +ETCD +READ")
        .containsPattern("cray-bos +periodic +etcd.backup +14 .* 30m ago +\\d+ +3.4 +good")
        .containsPattern("cray-bss +bitnami +db +41 .* 30m ago +\\d+ +3.5 +good")
        .containsPattern("k3s +k3s +etcd-snapshot-server-0 +21 .*good")
        .containsPattern("shoot +gardener +etcd-main/v2 +13 .*good")
        .containsPattern("kops +etcd-manager +backups/etcd/main +33 .*good")
        .containsPattern("ocp +openshift +snapshot +10 .*damaged")
        .containsPattern("talos +talos +prod +6 .*not verified")
        .contains("  ! no backup for 2d13h; before, one every 1h\n")
        .contains("  ! the store received 10 of 10 more than a day after the time in their names")
        .contains("  ! no backup for 2d; before, one every 6h\n")
        .contains("  - no format recognises these names; they are never pruned\n");
    assertThat(run.out().lines().reduce((a, b) -> b).orElseThrow())
        .startsWith("4 of 11 series need attention");
    assertThat(contents()).as("an audit writes nothing").isEqualTo(before);
  }

  @Test
  void theDocumentAndThePageHaveTheSame() throws Exception {
    Path page = Path.of("target/audit/audit.html");
    Files.createDirectories(page.getParent());

    Cli run = audit("--all", "-o", "json", "--html", page.toString());

    assertThat(run.code()).isEqualTo(1);
    JsonNode audit = new JsonMapper().readTree(run.out());
    assertThat(audit.get("healthy").asBoolean()).isFalse();
    JsonNode bitnami = audit.get("series").get(1);
    assertThat(bitnami.get("format").asText()).isEqualTo("bitnami");
    assertThat(bitnami.get("examined")).hasSize(41);
    assertThat(bitnami.get("intervalSeconds").asLong()).isEqualTo(3600);
    JsonNode newest = bitnami.get("newest");
    assertThat(newest.get("outcome").asText()).isEqualTo("good");
    assertThat(newest.get("etcdVersion").asText()).isEqualTo("3.5");
    assertThat(newest.get("databaseSize").asLong()).isEqualTo(SNAPSHOT.length - 32);
    assertThat(Files.readString(page))
        .startsWith("<!DOCTYPE html>")
        .contains("ocp/snapshot_2024-05-20_120000.db")
        .contains("etcd-manager");
  }

  @Test
  void oneProjectAndTheListingAlone() throws Exception {
    Cli run = audit("cray-bos", "--list-only");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("not read").doesNotContain("cray-bss");
    assertThat(audit("--list-only", "--all").code()).isEqualTo(2);
    assertThat(audit("--sample", "1/4", "cray-bss").out()).contains("good, 11 of 11");
  }

  @Test
  void aProjectThatIsNotThereIsNotHealthy() throws Exception {
    Cli run = audit("cray-bs");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).isEqualTo("etcd-backup: there is no backup of cray-bs in the store\n");
  }
}
