package com.example.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.ManualClock;
import dev.etcdbackup.testkit.TestSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fakes: the operator's own logic, without etcd or S3. */
class InventoryBackupsTest {
  private final ManualClock clock = new ManualClock(Instant.parse("2026-03-01T02:00:00Z"));
  private final InMemoryBackupStore store = new InMemoryBackupStore(clock);
  private final InventoryBackups backups =
      new InventoryBackups(store, RetentionPolicy.keepDaily(2), clock);

  @Test
  void theLastTwoNightsAreKept() throws Exception {
    for (int night = 1; night <= 3; night++) {
      backups.nightly(FixedSnapshotSource.of(TestSnapshots.bytes(night, 10)));
      clock.pass(Duration.ofDays(1));
    }
    assertThat(store.list(InventoryBackups.PROJECT))
        .extracting(backup -> backup.lastModified().toString())
        .containsExactly("2026-03-02T02:00:00Z", "2026-03-03T02:00:00Z");
  }

  @Test
  void aSnapshotThatIsCutShortLeavesWhatThereWas() throws Exception {
    backups.nightly(FixedSnapshotSource.of(TestSnapshots.bytes(1, 10)));
    List<StoredBackup> before = store.list("");
    byte[] whole = TestSnapshots.bytes(2, 10);
    byte[] cut = Arrays.copyOf(whole, whole.length - 1);
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> backups.nightly(FixedSnapshotSource.of(cut)));
    assertThat(store.list("")).isEqualTo(before);
  }
}
