package dev.etcdbackup.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.Inspection;
import dev.etcdbackup.Inspection.Outcome;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.audit.AuditFinding.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditorTest extends AuditFixture {
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
    List<Backup> ahead = new ArrayList<>(listing);
    ahead.addAll(hourly("p", -2, -5)); // dated ahead, so that the newest is not the first
    Auditor.builder(store, inspector).sample(Integer.MAX_VALUE - 1).build().run(ahead, NOW);
    assertThat(read).containsExactly("p/db-2024-05-20_12-00");

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
}
