package dev.etcdbackup.name;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** The zone in which the names of tarballs are read. */
class TarballZoneTest {
  @Test
  void tarballsAreReadInTheZoneTheyWereWrittenIn() {
    String text = "etcd-backup-2020-07-01-12-00-00.tar.gz";

    assertThat(BackupName.parse(text, ZoneId.of("America/Chicago")).time())
        .contains(Instant.parse("2020-07-01T17:00:00Z"));
    assertThat(BackupName.parse(text, ZoneOffset.UTC)).isEqualTo(BackupName.parse(text));
    assertThat(BackupName.parse(text, ZoneId.of("America/Chicago")))
        .isNotEqualTo(BackupName.parse(text));
  }

  @Test
  void aLocalTimeThatTheClocksSkippedIsReadAsThatMuchLater() {
    ZoneId berlin = ZoneId.of("Europe/Berlin");

    // At 2:00 on that night the clocks went to 3:00.
    assertThat(BackupName.parse("etcd-backup-2020-03-29-02-30-00.tar.gz", berlin).time())
        .contains(LocalDateTime.of(2020, 3, 29, 3, 30).atZone(berlin).toInstant())
        .contains(Instant.parse("2020-03-29T01:30:00Z"));
  }

  @Test
  void aLocalTimeThatCameTwiceIsReadAsTheEarlier() {
    ZoneId berlin = ZoneId.of("Europe/Berlin");

    // At 3:00 on that night the clocks went back to 2:00.
    assertThat(BackupName.parse("etcd-backup-2020-10-25-02-30-00.tar.gz", berlin).time())
        .contains(Instant.parse("2020-10-25T00:30:00Z"));
  }

  @Test
  void theZoneOfTarballsDoesNotMoveThePeriodicOnes() {
    String text = "etcd.backup_v7_2020-02-03-20:45:48";

    assertThat(BackupName.parse(text, ZoneId.of("Asia/Tokyo"))).isEqualTo(BackupName.parse(text));
  }
}
