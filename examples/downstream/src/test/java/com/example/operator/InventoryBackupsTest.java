package com.example.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fakes: the operator's own logic, without etcd or S3. */
class InventoryBackupsTest {
  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private final InventoryBackups backups = new InventoryBackups(store, RetentionPolicy.keepLast(2));

  @Test
  void theLastTwoNightsAreKept() throws Exception {
    for (int night = 1; night <= 3; night++) {
      backups.nightly(FixedSnapshotSource.of(TestSnapshots.bytes(night, 10)));
    }
    assertThat(store.list(InventoryBackups.PROJECT)).hasSize(2);
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
