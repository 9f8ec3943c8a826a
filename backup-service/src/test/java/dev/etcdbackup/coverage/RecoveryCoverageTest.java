package dev.etcdbackup.coverage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.service.BackupNote;
import dev.etcdbackup.service.BackupNote.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Up to when changes are recorded, and pins, marks and drills in the documents of coverage. */
class RecoveryCoverageTest {
  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");

  private static Backup backup(String name) {
    return Backup.of(new StoredBackup(BackupKey.parse("p/" + name), 100, NOW, ""), ZoneOffset.UTC);
  }

  private static List<Backup> backups(String... names) {
    return Stream.of(names).map(RecoveryCoverageTest::backup).toList();
  }

  private static Optional<Instant> recordedTo(String... names) {
    return RecoveryCoverage.recordedTo(backups(names), NOW);
  }

  @Test
  void changesLeadOnFromTheNewestBackup() {
    assertThat(
            recordedTo(
                "etcd.backup_v100_2020-02-03-12:00:00",
                "etcd.changes_v104-v120_2020-02-03-12:00:10",
                "etcd.changes_v121-v130_2020-02-03-20:59:48",
                "etcd.changes_v10-v50_2020-02-02-10:00:00"))
        .as("the name of the backup has a lower bound of its revision")
        .contains(Instant.parse("2020-02-03T20:59:48Z"));
  }

  @Test
  void aGapEndsThem() {
    assertThat(
            recordedTo(
                "etcd.backup_v100_2020-02-03-12:00:00",
                "etcd.changes_v101-v120_2020-02-03-12:00:10",
                "etcd.changes_v122-v130_2020-02-03-20:59:48"))
        .contains(Instant.parse("2020-02-03T12:00:10Z"));
  }

  @Test
  void withoutChangesOrABackupThereIsNothingToSay() {
    assertThat(recordedTo("etcd.backup_v100_2020-02-03-12:00:00")).isEmpty();
    assertThat(recordedTo("etcd.changes_v101-v120_2020-02-03-12:00:10")).isEmpty();
    assertThat(
            recordedTo(
                "etcd.backup_v100_2020-02-03-12:00:00", "etcd.changes_v1-v100_2020-02-03-11:59:59"))
        .as("nothing changed since the backup")
        .contains(Instant.parse("2020-02-03T12:00:00Z"));
  }

  private static BackupNote note(Kind kind, String name, String text) {
    return new BackupNote(
        BackupKey.parse("p/" + name), kind, NOW.minusSeconds(7200), Optional.empty(), text);
  }

  private static Coverage coverage() {
    return Coverage.of(
            List.of(CoveredProject.automated("p", Duration.ofDays(1))),
            backups(
                "etcd.backup_v100_2020-02-03-12:00:00",
                "etcd.changes_v101-v120_2020-02-03-20:59:48"),
            NOW,
            3)
        .withNotes(
            Map.of(
                "p",
                List.of(
                    note(Kind.PIN, "etcd.backup_v100_2020-02-03-12:00:00", "ticket <4711>"),
                    note(Kind.BAD, "etcd.backup_v90_2020-02-02-12:00:00", "keys lost"),
                    note(Kind.VERIFIED, "etcd.backup_v100_2020-02-03-12:00:00", "verified in 1s"),
                    note(
                        Kind.DRILLED,
                        "etcd.backup_v100_2020-02-03-12:00:00",
                        "restored in 2.5s, 1h0.5s old"))));
  }

  @Test
  void theJsonHasWhatWouldBeLostAndWhatWasProved() {
    assertThat(coverage().json().replaceAll("\\s+", ""))
        .contains("\"recordedTo\":\"2020-02-03T20:59:48Z\",\"rpoSeconds\":12")
        .contains("\"lastVerified\":{\"key\":\"p/etcd.backup_v100_2020-02-03-12:00:00\"")
        .contains("\"rtoSeconds\":2.5,\"rpoSeconds\":3600")
        .contains("\"pins\":[{\"key\":\"p/etcd.backup_v100_2020-02-03-12:00:00\"")
        .contains("\"bad\":[{\"key\":\"p/etcd.backup_v90_2020-02-02-12:00:00\"");
  }

  @Test
  void theTableAndThePageShowIt() {
    assertThat(coverage().text())
        .startsWith("PROJECT  STATE  NEWEST  RPO  NEXT  NOTE\n")
        .contains("p        fresh  9h ago  12s  -     ")
        .contains("marked bad: keys lost; ")
        .contains("pinned: ticket <4711>");
    assertThat(coverage().page())
        .contains(">RPO</th><th scope=\"col\">Last drill</th>")
        .contains(">12s</td>")
        .contains("2h ago<br/>RTO 2s, RPO 1h")
        .contains("<span class=\"state paused\" title=\"etcd.backup_v90_")
        .contains("\">1 bad</span> <span class=\"state pinned\"")
        .contains("ticket &lt;4711&gt;")
        .doesNotContain("ticket <4711>");
  }

  @Test
  void nothingIsShownOfProjectsWithoutIt() {
    Coverage plain =
        Coverage.of(
            List.of(CoveredProject.automated("p", Duration.ofDays(1))),
            backups("etcd.backup_v100_2020-02-03-12:00:00"),
            NOW,
            3);
    assertThat(plain.json()).doesNotContain("rpoSeconds", "lastDrill", "pins");
    assertThat(plain.page()).doesNotContain(">RPO<", "Last drill");
    assertThat(plain.text()).doesNotContain("RPO");
  }
}
