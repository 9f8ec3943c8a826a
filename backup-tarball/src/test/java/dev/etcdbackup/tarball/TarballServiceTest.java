package dev.etcdbackup.tarball;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.service.BackupRequest;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.NamingStrategy;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tarballs taken and read back by the service. */
class TarballServiceTest {
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(4, 1000);

  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private final BackupService service =
      BackupService.builder(store).encodings(BackupEncodings.of(new Tarball())).build();

  @TempDir Path directory;

  @Test
  void aTarballIsTakenAndReadBackAsTheSnapshotItHolds() throws IOException {
    BackupResult result =
        service.backUp("bare-metal", FixedSnapshotSource.of(SNAPSHOT), NamingStrategy.tarball());
    assertThat(result.backup().kind()).isEqualTo(BackupKind.TARBALL);

    Path file = directory.resolve("snapshot.db");
    assertThat(service.download(result.key(), file).size()).isEqualTo(SNAPSHOT.length);
    assertThat(file).hasBinaryContent(SNAPSHOT);

    Path raw = directory.resolve("raw.tar.gz");
    service.downloadRaw(result.key(), raw);
    assertThat(raw).isRegularFile().isNotEmptyFile();
  }

  @Test
  void aSnapshotCutShortLeavesNoTarball() throws IOException {
    byte[] cut = Arrays.copyOf(SNAPSHOT, 1_000_000);

    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(
            () -> service.backUp("p", FixedSnapshotSource.of(cut), NamingStrategy.tarball()));
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void aTarballWhosePreCommitCheckRefusesIsNotStored() throws IOException {
    SourceException lost = new SourceException("the lock was lost");
    BackupRequest request =
        BackupRequest.builder("p", FixedSnapshotSource.of(SNAPSHOT))
            .naming(NamingStrategy.tarball())
            .beforeCommit(
                () -> {
                  throw lost;
                })
            .build();

    assertThatThrownBy(() -> service.backUp(request)).isSameAs(lost);
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void aTarballOfAnotherSizeThanWasWrittenIsReportedAsStoredButNotToBeReliedOn()
      throws IOException {
    BackupService misled =
        BackupService.builder(new MisreportingStore(store))
            .encodings(BackupEncodings.of(new Tarball()))
            .build();

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(
            () -> misled.backUp("p", FixedSnapshotSource.of(SNAPSHOT), NamingStrategy.tarball()))
        .withMessageContaining("the store committed p/etcd-backup-")
        .satisfies(e -> assertThat(e.outcomeUnknown()).isTrue());
    assertThat(store.list("p")).hasSize(1);
  }

  @Test
  void aDamagedTarballIsNotReadBack() throws IOException {
    BackupKey key = BackupKey.of("p", "etcd-backup-2020-02-03-14-40-07.tar.gz");
    byte[] packed =
        new Tarball()
                .encode(
                    Content.of(new ByteArrayInputStream(SNAPSHOT), SNAPSHOT.length),
                    BackupName.parse(key.name()))
                .stream()
                .readAllBytes();
    byte[] cut = Arrays.copyOf(packed, packed.length - 1);
    store.put(key, Content.of(new ByteArrayInputStream(cut)));

    Path file = directory.resolve("snapshot.db");
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> service.download(key, file));
    assertThat(file).doesNotExist();
  }

  @Test
  void anEncryptedTarballIsReadBackRawOnly() throws IOException {
    BackupKey key = BackupKey.of("p", "etcd-backup-2020-02-03-14-40-07.tar.gz.gpg");
    store.put(key, Content.of(new ByteArrayInputStream(new byte[100])));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> service.download(key, directory.resolve("snapshot.db")))
        .withMessageContaining("encrypted with OpenPGP");
    assertThat(service.downloadRaw(key, directory.resolve("raw"))).isEqualTo(100);
  }

  /** Stores everything and reports one byte less. */
  private static final class MisreportingStore extends ForwardingBackupStore {
    MisreportingStore(BackupStore store) {
      super(store);
    }

    @Override
    public StoredBackup put(BackupKey key, Content content) throws BackupException {
      StoredBackup put = super.put(key, content);
      return new StoredBackup(put.key(), put.size() - 1, put.lastModified(), put.version());
    }
  }
}
