package dev.etcdbackup.coverage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyUseTest {
  private static final Instant AT = Instant.parse("2020-02-03T21:00:00Z");

  private final InMemoryBackupStore store = new InMemoryBackupStore();

  @Test
  void theLastRecordOfAProjectIsFoundAndNoneIsABackup() throws Exception {
    new KeyUse(AT, "05A9AB1524925DB3").put(store, "p");
    KeyUse last = new KeyUse(AT.plusMillis(5999), "hidden");
    last.put(store, "p");
    last.put(store, "p");
    new KeyUse(AT.plusSeconds(60), "A").put(store, "q");

    assertThat(KeyUse.last(store, "p")).contains(new KeyUse(AT.plusSeconds(5), "hidden"));
    assertThat(store.list("")).isEmpty();
    assertThat(KeyUse.last(store, "none")).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> new KeyUse(AT, "a/b"));
  }

  @Test
  void otherMarksAndBackupsAreIgnored() throws Exception {
    for (String name :
        List.of(
            "etcd.backup_v1_2020-02-03-21:00:00",
            ".etcd-backup/opened/key_A_2020-02-30-21:00:00",
            ".etcd-backup/opened/key_A_B_2020-02-03-21:00:00",
            ".etcd-backup/opened/x/key_A_2020-02-03-21:00:00",
            ".etcd-backup/signatures/etcd.backup_v1_2020-02-03-21:00:00.asc",
            ".etcd-backup/periodic/etcd.backup/accepted_backup_2020-02-03-21:00:00")) {
      store.put(BackupKey.of("p", name), Content.of(new ByteArrayInputStream(new byte[1])));
    }

    assertThat(KeyUse.last(store, "p")).isEmpty();
  }

  @Test
  void aWarningIsDueAfter31Days() {
    EncryptionCoverage never = new EncryptionCoverage(List.of(), Optional.empty());
    EncryptionCoverage once = new EncryptionCoverage(List.of(), Optional.of(AT));

    assertThat(never.warning(AT)).contains("no backup has been opened with a private key yet");
    assertThat(once.warning(AT.plusSeconds(31 * 86_400))).isEmpty();
    assertThat(once.warning(AT.plusSeconds(45 * 86_400)))
        .contains("no backup has been opened with a private key for 45 days");
    assertThat(once.warning(AT.minusSeconds(60))).isEmpty();
    assertThat(once.warning(AT.minusSeconds(7200)))
        .contains(
            "the record of when a backup was last opened with a private key is dated "
                + AT
                + ", in the future");
  }
}
