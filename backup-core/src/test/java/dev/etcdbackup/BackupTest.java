package dev.etcdbackup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackupTest {
  @Test
  void backupsOfAllProjectsAreOrderedByTimeThenRevisionThenKey() {
    List<String> oldestFirst =
        List.of(
            "a/manual",
            "b/manual",
            "b/etcd.backup_v9001_2020-02-02-00:00:00",
            "z/etcd-backup-2020-02-03-00-00-00.tar.gz",
            "a/etcd.backup_v1_2020-02-03-00:00:00",
            "c/etcd.backup_v240_2020-02-03-00:00:00",
            "a/etcd.backup_v1200_2020-02-03-00:00:00",
            "b/etcd.backup_v1200_2020-02-03-00:00:00",
            "b/other.prefix_v1200_2020-02-03-00:00:00",
            "b/etcd.backup_v526_2020-02-03-00:00:01");
    List<Backup> backups = new ArrayList<>(oldestFirst.stream().map(BackupTest::backup).toList());
    Collections.shuffle(backups, new Random(11));

    backups.sort(Backup.OLDEST_FIRST);

    assertThat(backups)
        .map(backup -> backup.key().toString())
        .containsExactlyElementsOf(oldestFirst);
  }

  @Test
  void aSeriesIsProjectKindAndPrefix() {
    assertThat(backup("p/etcd.backup_v1_2020-02-03-00:00:00").series())
        .contains(new Series("p", BackupKind.PERIODIC, "etcd.backup"));
    assertThat(backup("p/sub/etcd.backup_v1_2020-02-03-00:00:00").series())
        .contains(new Series("p", BackupKind.PERIODIC, "sub/etcd.backup"));
    assertThat(backup("p/etcd-backup-2020-02-03-00-00-00.tar.gz").series())
        .isEqualTo(backup("p/etcd-backup-2020-02-04-00-00-00.tar.gz.gpg").series())
        .contains(new Series("p", BackupKind.TARBALL, "etcd-backup"));
    assertThat(backup("p/etcd-backup_v1_2020-02-03-00:00:00").series())
        .isNotEqualTo(backup("p/etcd-backup-2020-02-03-00-00-00.tar.gz").series());
    assertThat(backup("p/manual").series()).isEmpty();
  }

  @Test
  void aBackupIsOfItsOwnSeriesAlone() {
    List<Backup> backups =
        Stream.of(
                "p/etcd.backup_v1_2020-02-03-00:00:00",
                "p/etcd.backup_v2_2020-02-03-00:00:01.zst",
                "p/etcd.backup2_v1_2020-02-03-00:00:00",
                "p2/etcd.backup_v1_2020-02-03-00:00:00",
                "p/sub/etcd.backup_v1_2020-02-03-00:00:00",
                "p/etcd-backup-2020-02-03-00-00-00.tar.gz",
                "p/etcd-backup_v1_2020-02-03-00:00:00",
                "etcd.backup_v1_2020-02-03-00:00:00",
                "/etcd.backup_v1_2020-02-03-00:00:00",
                "p/manual")
            .map(BackupTest::backup)
            .toList();
    for (Backup one : backups) {
      for (Backup other : backups) {
        other
            .series()
            .ifPresent(
                series ->
                    assertThat(one.isOf(series))
                        .as("%s is of %s", one, series)
                        .isEqualTo(one.series().equals(other.series())));
      }
    }
  }

  @Test
  void anObjectAtTheRootHasNoProjectButASeries() {
    assertThat(backup("etcd.backup_v1_2020-02-03-00:00:00").series())
        .contains(new Series("", BackupKind.PERIODIC, "etcd.backup"));
  }

  @Test
  void theZoneOfTarballsIsTheReaders() {
    StoredBackup stored = backup("p/etcd-backup-2020-02-03-00-00-00.tar.gz").stored();

    assertThat(Backup.of(stored, ZoneId.of("Asia/Tokyo")).time())
        .contains(Instant.parse("2020-02-02T15:00:00Z"));
  }

  @Test
  void aNameThatIsNotTheKeysIsRefused() {
    StoredBackup stored = backup("p/a").stored();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Backup(stored, BackupName.parse("b")))
        .withMessageContaining("name b does not belong to key p/a");
  }

  @Test
  void otherHasNoSeries() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Series("p", BackupKind.OTHER, ""))
        .withMessageContaining("no series");
  }

  private static Backup backup(String key) {
    return Backup.of(new StoredBackup(BackupKey.parse(key), 1, Instant.EPOCH, ""), ZoneOffset.UTC);
  }
}
