package dev.etcdbackup.retention;

import static dev.etcdbackup.retention.Listings.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is kept within a total size; each backup has ten bytes. */
class SizeLimitsTest {
  private static final List<Backup> TWO_SERIES =
      List.of(
          backup("p/a_v1_2020-02-03-07:00:00"),
          backup("p/a_v2_2020-02-03-10:00:00"),
          backup("p/b_v1_2020-02-03-08:00:00"),
          backup("p/b_v2_2020-02-03-09:00:00"));

  private static Backup backup(String key) {
    StoredBackup stored = new StoredBackup(BackupKey.parse(key), 10, Instant.EPOCH, "");
    return Backup.of(stored, ZoneOffset.UTC);
  }

  private static List<String> deleted(RetentionPolicy policy) {
    return policy.plan(TWO_SERIES, NOW).toDelete().stream()
        .map(one -> one.key().toString())
        .toList();
  }

  @Test
  void whatFitsExactlyIsKept() {
    assertThat(deleted(RetentionPolicy.keepWithinBytes(20))).isEmpty();
    assertThat(deleted(RetentionPolicy.keepWithinBytes(19))).hasSize(2);
    assertThat(deleted(RetentionPolicy.keepWithinProjectBytes(40))).isEmpty();
    assertThat(deleted(RetentionPolicy.keepWithinProjectBytes(39))).hasSize(1);
  }

  @Test
  void ofAllSeriesTheNewestIsKeptFirst() {
    assertThat(deleted(RetentionPolicy.keepWithinProjectBytes(30)))
        .containsExactly("p/a_v1_2020-02-03-07:00:00");
  }

  @Test
  void theNewestOfEachSeriesIsKeptWhateverTheLimit() {
    for (RetentionPolicy one :
        List.of(RetentionPolicy.keepWithinBytes(1), RetentionPolicy.keepWithinProjectBytes(1))) {
      assertThat(deleted(one))
          .containsExactly("p/a_v1_2020-02-03-07:00:00", "p/b_v1_2020-02-03-08:00:00");
    }
  }
}
