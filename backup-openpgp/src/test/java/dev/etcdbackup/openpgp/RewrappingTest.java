package dev.etcdbackup.openpgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("server")
class RewrappingTest {
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(9, 100);

  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private Gpg gpg;
  private RecipientKeys others;
  private OpenPgpEncoding encoding;

  @BeforeEach
  void makeKeys() throws IOException {
    gpg = Gpg.start();
    gpg.newKey("other", "ed25519", "cv25519", " ");
    others = RecipientKeys.read(List.of(gpg.file("other.pub"), TestKeys.file("public.asc")));
    encoding =
        OpenPgpEncoding.builder().encryptTo(others).decryptWith(TestKeys.privateKeys()).build();
  }

  @AfterEach
  void stop() throws IOException {
    gpg.close();
  }

  @Test
  void copyIsForTheNewRecipientsAndTheOldOneStays() throws IOException {
    Backup old = put("etcd.backup_v7_2020-01-30-20:44:41.gpg", encrypted());
    put("etcd.backup_v7_2020-01-30-20:44:42.gpg", encrypted());

    StoredBackup copy = new Rewrapping(store, encoding).rewrap(old);

    assertThat(copy.key()).hasToString("p/etcd.backup_v7_2020-01-30-20:44:43.gpg");
    try (InputStream in = store.open(copy, 0, copy.size())) {
      assertThat(OpenPgpEncoding.recipients(in, old.name()))
          .isEqualTo(others.keyIds(Instant.now()));
    }
    OpenPgpEncoding other =
        OpenPgpEncoding.builder()
            .decryptWith(PrivateKeys.read(gpg.file("other.key"), null))
            .build();
    assertThat(TestKeys.decrypt(other, bytes(copy))).isEqualTo(SNAPSHOT);
    assertThat(store.find(old.key())).isPresent();
    assertThatExceptionOfType(KeyUnavailableException.class)
        .isThrownBy(() -> TestKeys.decrypt(other, bytes(old.stored())));
  }

  @Test
  void otherEncodingsAndDirectoriesOfTheNameStay() throws IOException {
    Rewrapping rewrapping = new Rewrapping(store, encoding);

    assertThat(rewrapping.rewrap(put("d/b_v7_2020-01-30-20:44:41.zst.gpg", encrypted())).key())
        .hasToString("p/d/b_v7_2020-01-30-20:44:42.zst.gpg");
    assertThat(
            rewrapping
                .rewrap(put("d/etcd-backup-2020-01-30-20-44-41.tar.gz.gpg", encrypted()))
                .key())
        .hasToString("p/d/etcd-backup-2020-01-30-20-44-42.tar.gz.gpg");
  }

  @Test
  void damagedBackupIsNotCopied() throws IOException {
    byte[] damaged = encrypted();
    damaged[damaged.length - 1] ^= 1;
    Backup backup = put("etcd.backup_v7_2020-01-30-20:44:41.gpg", damaged);

    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> new Rewrapping(store, encoding).rewrap(backup));
    assertThat(store.list("")).hasSize(1);
  }

  @Test
  void withoutThePrivateKeyNothingIsCopied() throws IOException {
    Backup backup = put("etcd.backup_v7_2020-01-30-20:44:41.gpg", encrypted());
    OpenPgpEncoding publicOnly = OpenPgpEncoding.builder().encryptTo(others).build();

    assertThatExceptionOfType(KeyUnavailableException.class)
        .isThrownBy(() -> new Rewrapping(store, publicOnly).rewrap(backup));
    assertThat(store.list("")).hasSize(1);
  }

  @Test
  void plainBackupIsNoneToRewrap() throws BackupException {
    Backup backup = put("etcd.backup_v7_2020-01-30-20:44:41", SNAPSHOT);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Rewrapping(store, encoding).rewrap(backup));
  }

  private static byte[] encrypted() throws IOException {
    return TestKeys.encrypt(TestKeys.encoding(), SNAPSHOT);
  }

  private Backup put(String name, byte[] bytes) throws BackupException {
    StoredBackup stored =
        store.put(
            BackupKey.of("p", name), Content.of(new ByteArrayInputStream(bytes), bytes.length));
    return Backup.of(stored, ZoneOffset.UTC);
  }

  private byte[] bytes(StoredBackup stored) throws IOException {
    try (InputStream in = store.open(stored, 0, stored.size())) {
      return in.readAllBytes();
    }
  }
}
