package dev.etcdbackup.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupInspector;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.Inspection;
import dev.etcdbackup.Inspection.Outcome;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.audit.AuditFinding.Severity;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.coverage.Coverage;
import dev.etcdbackup.coverage.CoverageState;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.io.StringReader;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class AuditorTest {
  private static final Instant NOW = Instant.parse("2024-05-20T12:00:00Z");
  private static final DateTimeFormatter BITNAMI =
      DateTimeFormatter.ofPattern("'db-'uuuu-MM-dd_HH-mm").withZone(ZoneOffset.UTC);
  private static final String EVIL = "<script>alert('x')</script>&\"\u0007\u202e";

  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private final Map<String, Inspection> found = new HashMap<>();
  private final Map<String, BackupException> failing = new HashMap<>();
  private final List<String> read = new ArrayList<>();
  private final BackupInspector inspector =
      (backup, from) -> {
        String key = backup.key().toString();
        read.add(key);
        BackupException failure = failing.get(key);
        if (failure != null) {
          throw failure;
        }
        return found.getOrDefault(
            key,
            new Inspection(
                Outcome.GOOD, List.of(), OptionalLong.of(42), "3.5", OptionalLong.of(20_480)));
      };

  private static Backup backup(String key, Instant received, long size, String version) {
    return Backup.of(
        new StoredBackup(BackupKey.parse(key), size, received, version), ZoneOffset.UTC);
  }

  private static Backup backup(String key) {
    return backup(key, NOW.minusSeconds(60), 1000, "");
  }

  private static List<Backup> backups(String... keys) {
    return Arrays.stream(keys).map(AuditorTest::backup).toList();
  }

  /** Hourly backups from so many hours ago to so many hours ago. */
  private static List<Backup> hourly(String project, int from, int to) {
    return IntStream.iterate(from, hours -> hours >= to, hours -> hours - 1)
        .mapToObj(
            hours -> {
              Instant time = NOW.minus(Duration.ofHours(hours));
              return backup(project + '/' + BITNAMI.format(time), time, 1000, "");
            })
        .toList();
  }

  private Audit audit(List<Backup> listing) throws BackupException {
    return Auditor.builder(store, inspector).build().run(listing, NOW);
  }

  private AuditedSeries only(List<Backup> listing) throws BackupException {
    List<AuditedSeries> series = audit(listing).series();
    assertThat(series).hasSize(1);
    return series.get(0);
  }

  private static List<String> texts(AuditedSeries series) {
    return series.findings().stream().map(AuditFinding::text).toList();
  }

  @Test
  void theSeriesAreThoseOfEveryToolAndTheNewestOfEachIsRead() throws Exception {
    Audit audit =
        audit(
            backups(
                "a/etcd.backup_v1_2024-05-19-10:00:00",
                "a/etcd.backup_v2_2024-05-20-10:00:00",
                "a/daily_v2_2024-05-20-10:00:00",
                "a/etcd.changes_v2-v3_2024-05-20-11:00:00",
                "a/db-2024-05-20_10-00",
                "a/v2/Full-00000000-00000042-1716199200",
                "a/v2/Incr-00000043-00000050-1716199300",
                "b/etcd-snapshot-n-1716199200",
                "b/.metadata/etcd-snapshot-n-1716199200",
                "b/by-hand"));

    assertThat(audit.series())
        .extracting(one -> one.project() + ' ' + one.format() + ' ' + one.name())
        .containsExactly(
            "a bitnami db",
            "a changes etcd.changes",
            "a gardener v2",
            "a periodic daily",
            "a periodic etcd.backup",
            "b k3s etcd-snapshot-n",
            "b other ");
    assertThat(read)
        .containsExactly(
            "a/db-2024-05-20_10-00",
            "a/v2/Full-00000000-00000042-1716199200",
            "a/daily_v2_2024-05-20-10:00:00",
            "a/etcd.backup_v2_2024-05-20-10:00:00",
            "b/etcd-snapshot-n-1716199200",
            "b/by-hand");
    AuditedSeries gardener = audit.series().get(2);
    assertThat(gardener.snapshots()).isEqualTo(1);
    assertThat(gardener.further()).isEqualTo(1);
    assertThat(gardener.bytes()).isEqualTo(2000);
    assertThat(audit.healthy()).isTrue();
    assertThat(audit.count(Outcome.GOOD)).isEqualTo(6);
  }

  @Test
  void aSampleAndAllAreReadFromTheNewestBack() throws Exception {
    List<Backup> listing = hourly("p", 9, 0);
    Auditor.builder(store, inspector).sample(4).build().run(listing, NOW);
    assertThat(read)
        .containsExactly("p/db-2024-05-20_12-00", "p/db-2024-05-20_08-00", "p/db-2024-05-20_04-00");

    read.clear();
    Auditor.builder(store, inspector).sample(1).build().run(listing, NOW);
    assertThat(read).hasSize(10);

    read.clear();
    Auditor.builder(store, inspector).listingOnly().build().run(listing, NOW);
    assertThat(read).isEmpty();
    assertThatThrownBy(() -> Auditor.builder(store, inspector).sample(0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsBadOrUnreadableIsAProblemWithItsReason() throws Exception {
    found.put("p/db-2024-05-20_12-00", damaged("page 7 is torn"));
    AuditedSeries bad = only(hourly("p", 3, 0));
    assertThat(bad.needsAttention()).isTrue();
    assertThat(texts(bad))
        .containsExactly("1 of 1 read is bad; p/db-2024-05-20_12-00: page 7 is torn");

    failing.put("q/db-2024-05-20_12-00", new StoreException("it is archived", null));
    AuditedSeries unreadable = only(hourly("q", 3, 0));
    assertThat(unreadable.needsAttention()).isTrue();
    assertThat(texts(unreadable))
        .containsExactly("q/db-2024-05-20_12-00 cannot be read: it is archived");
  }

  @Test
  void anUnknownNameThatIsNoSnapshotIsOnlyNoted() throws Exception {
    found.put("p/readme", Inspection.without(Outcome.NO_SNAPSHOT, List.of("it is text")));

    AuditedSeries other = only(backups("p/readme"));

    assertThat(other.needsAttention()).isFalse();
    assertThat(texts(other))
        .containsExactly(
            "p/readme is not a snapshot: it is text",
            "no format recognises these names; they are never pruned");
  }

  @Test
  void whatCannotBeDecryptedIsNotedAndNotRead() throws Exception {
    AuditedSeries talos = only(backups("p/prod-2024-05-20T10:00:00Z.snap.age"));

    assertThat(read).isEmpty();
    assertThat(talos.count(Outcome.NOT_VERIFIED)).isEqualTo(1);
    assertThat(talos.needsAttention()).isFalse();
    assertThat(texts(talos)).containsExactly("not verified: it is in age, which is not read here");
  }

  @Test
  void emptyBackupsAreAProblem() throws Exception {
    AuditedSeries series = only(List.of(backup("p/db-2024-05-20_11-00", NOW, 0, "")));

    assertThat(read).isEmpty();
    assertThat(texts(series))
        .containsExactly(
            "1 of 1 read is bad; p/db-2024-05-20_11-00: it is empty", "1 backup is empty");
  }

  @Test
  void theRhythmAndItsGapsAreFound() throws Exception {
    List<Backup> listing = new ArrayList<>(hourly("p", 40, 20));
    listing.addAll(hourly("p", 10, 0));

    AuditedSeries series = only(listing);

    assertThat(series.interval()).contains(Duration.ofHours(1));
    assertThat(series.gaps())
        .containsExactly(
            new AuditedSeries.Gap(
                NOW.minus(Duration.ofHours(20)), NOW.minus(Duration.ofHours(10))));
    assertThat(series.needsAttention()).isFalse();
    assertThat(texts(series)).containsExactly("1 gap, the longest 10h from 2024-05-19T16:00:00Z");
  }

  @Test
  void thinningByRetentionIsNoGap() throws Exception {
    List<Backup> listing = new ArrayList<>();
    for (int day = 30; day > 2; day--) {
      listing.addAll(hourly("p", day * 24, day * 24));
    }
    listing.addAll(hourly("p", 47, 0));

    assertThat(only(listing).gaps()).isEmpty();
  }

  @Test
  void aSeriesThatStoppedIsAProblem() throws Exception {
    AuditedSeries series = only(hourly("p", 60, 50));

    assertThat(series.needsAttention()).isTrue();
    assertThat(texts(series)).containsExactly("no backup for 2d2h; before, one every 1h");
  }

  @Test
  void oldFilesThatAreUploadedAgainDoNotLookFresh() throws Exception {
    List<Backup> listing =
        hourly("p", 60, 50).stream()
            .map(one -> backup(one.key().toString(), NOW.minusSeconds(300), 1000, ""))
            .toList();

    AuditedSeries series = only(listing);

    assertThat(series.late()).isEqualTo(11);
    assertThat(texts(series))
        .containsExactly(
            "no backup for 2d2h; before, one every 1h",
            "the store received 11 of 11 more than a day after the time in their names: old files"
                + " that are uploaded again look fresh by their upload time");
    assertThat(series.findings()).extracting(AuditFinding::severity).containsOnly(Severity.PROBLEM);
  }

  @Test
  void duplicatesShrinkingAndClockSkewAreNoted() throws Exception {
    List<Backup> listing = new ArrayList<>();
    for (int i = 5; i > 0; i--) {
      Instant time = NOW.minus(Duration.ofHours(i));
      listing.add(backup("p/" + BITNAMI.format(time), time, 100_000, i > 3 ? "same" : "v" + i));
    }
    listing.add(backup("p/" + BITNAMI.format(NOW), NOW, 2_000, "small"));
    listing.add(backup("p/db-2034-05-20_10-00", NOW, 100_000, "ahead"));

    AuditedSeries series = only(listing);

    assertThat(series.newest().orElseThrow().key().toString()).isEqualTo("p/db-2024-05-20_12-00");
    assertThat(series.duplicates()).isEqualTo(1);
    assertThat(texts(series))
        .containsExactly(
            "1 backup dated more than an hour ahead, not counted",
            "1 duplicate of the same content",
            "the newest has 1.95 KiB, those before it usually 97.7 KiB");
    assertThat(series.needsAttention()).isFalse();
  }

  @Test
  void etcdManagerIgnoresBackupsWithoutMetadata() throws Exception {
    assertThat(
            texts(
                only(
                    backups(
                        "p/main/2024-05-20T10:00:00Z-000001/etcd.backup.gz",
                        "p/main/2024-05-20T10:00:00Z-000001/_etcd_backup.meta",
                        "p/main/2024-05-20T11:00:00Z-000001/etcd.backup.gz"))))
        .containsExactly("1 without _etcd_backup.meta, which etcd-manager ignores");
  }

  @Test
  void aStoreThatFailsThreeTimesInARowIsGivenUp() throws Exception {
    List<Backup> listing = backups("a/x", "b/x", "c/x", "d/x", "e/x");
    listing.forEach(
        one -> failing.put(one.key().toString(), new StoreException("no answer", null)));

    Audit audit = audit(listing);

    assertThat(read).hasSize(3);
    assertThat(audit.notRead()).isEqualTo(2);
    assertThat(audit.unreadable()).isEqualTo(3);
    assertThat(audit.healthy()).isFalse();
    assertThat(audit.text()).endsWith("gave up after 3 unreadable in a row, 2 not read\n");
  }

  @Test
  void whatWasDeletedMeanwhileIsNoProblem() throws Exception {
    BackupKey key = BackupKey.parse("p/db-2024-05-20_12-00");
    failing.put(key.toString(), new BackupNotFoundException(key));

    assertThat(audit(hourly("p", 3, 0)).healthy()).isTrue();
  }

  @Test
  void anInterruptEndsIt() {
    failing.put("p/x", new StoreException("interrupted", null));
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> audit(backups("p/x"))).isInstanceOf(StoreException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void theDocumentsAreWellFormedWhateverTheNames() throws Exception {
    found.put("p/" + EVIL, Inspection.without(Outcome.NO_SNAPSHOT, List.of("bad " + EVIL)));
    found.put("p/db-2024-05-20_12-00", damaged(EVIL));
    List<Backup> listing = new ArrayList<>(backups("p/" + EVIL, EVIL + "/x"));
    listing.addAll(hourly("p", 3, 0));
    Audit audit = audit(listing);

    Document page =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(
                new InputSource(
                    new StringReader(audit.page().replaceFirst("<!DOCTYPE html>", ""))));
    assertThat(page.getElementsByTagName("script").getLength()).isZero();
    assertThat(audit.page()).doesNotContain("\u0007").doesNotContain("\u202e");
    assertThat(audit.page()).doesNotContain("http://").doesNotContain("https://");
    assertThat(audit.text()).doesNotContain("\u0007").doesNotContain("\u202e");
    try (JsonParser json = new JsonFactory().createParser(audit.json())) {
      while (json.nextToken() != null) {
        json.getText();
      }
    }
    assertThat(audit.json().chars()).allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f));
    assertThat(audit(List.of()).page()).contains("There are no backups in this store");
    assertThat(audit(List.of()).healthy()).isTrue();
  }

  /** 20 kinds of names: those of 16 tools, this library's two, and two that nothing recognises. */
  @Tag("slow")
  @Test
  void aMixedBucketOfAHundredThousandObjects() throws Exception {
    int each = 5000;
    List<Backup> listing = new ArrayList<>();
    for (int i = 0; i < each; i++) {
      Instant time = NOW.minus(Duration.ofHours(each - 1L - i));
      String s = DateTimeFormatter.ISO_INSTANT.format(time); // 2024-05-20T12:00:00Z
      String day = s.substring(0, 10);
      String dashed = s.substring(11, 19).replace(':', '-');
      String digits = day.replace("-", "");
      String clock = s.substring(11, 19).replace(":", "");
      long epoch = time.getEpochSecond();
      for (String key :
          List.of(
              "m/" + BITNAMI.format(time),
              "m/etcd-snapshot-n-" + epoch + ".zip",
              String.format("m/v2/Full-00000000-%08d-%d.gz", i, epoch),
              "m/main/" + s + "-000001/etcd.backup.gz",
              "m/snapshot_" + day + "_" + clock + ".db",
              "m/prod-" + s + ".snap",
              String.format("m/u/%016X.snapshot", -epoch),
              "m/" + s + "_etcd.zip",
              "m/a-b-" + day + "t" + dashed + ".db.gz",
              "m/i-c-v3-" + day + "T" + dashed + ".db.tar.gz",
              "m/c-" + digits + "-" + clock + "-rev" + i + ".db",
              "m/s_etcd-leader_" + digits + "_" + clock + ".db",
              "m/up.backup_" + day + "-" + s.substring(11, 19),
              "m/svc-etcd-hms_backup_" + day + "_" + dashed,
              "m/p_etcd_upgrade.snapshot-" + i + ".db",
              String.format("m/3.1.8_%016x_etcd.backup", i),
              "m/etcd.backup_v" + i + "_" + day + "-" + s.substring(11, 19),
              "m/etcd-backup-" + day + "-" + dashed + ".tar.gz",
              "m/by-hand-" + i,
              "m/notes/" + i + ".txt")) {
        listing.add(backup(key, time, 10, ""));
      }
    }
    assertThat(listing).hasSize(100_000);

    Audit audit = Auditor.builder(store, inspector).listingOnly().build().run(listing, NOW);

    assertThat(audit.series()).hasSize(19);
    assertThat(audit.series())
        .allSatisfy(
            one -> {
              boolean isOther = one.format().equals("other");
              assertThat(one.snapshots()).as(one.format()).isEqualTo(isOther ? 2 * each : each);
              assertThat(one.newest().orElseThrow().time()).isEqualTo(NOW);
              assertThat(one.gaps()).as(one.format()).isEmpty();
            });
    assertThat(audit.series().stream().map(AuditedSeries::format).collect(Collectors.toSet()))
        .containsAll(Catalogue.formats().stream().map(Object::toString).toList());
    assertThat(
            RetentionPolicy.keepLast(3).plan(listing, NOW).toDelete().stream()
                .map(one -> one.kind().name())
                .collect(Collectors.groupingBy(kind -> kind, Collectors.counting())))
        .isEqualTo(Map.of("PERIODIC", each - 3L, "TARBALL", each - 3L));
    assertThat(Coverage.of(List.of(), listing, NOW, 14).projects().get(0).row().state())
        .isEqualTo(CoverageState.UNCONFIGURED);
  }

  private static Inspection damaged(String problem) {
    return Inspection.without(Outcome.DAMAGED, List.of(problem));
  }
}
