package dev.etcdbackup.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupServiceTest {
  private static final Instant NOW = Instant.parse("2020-02-03T20:45:48.900Z");
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(1, 40);

  @TempDir Path directory;

  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private final BackupService service = BackupService.builder(store).clock(() -> NOW).build();

  @Test
  void aPeriodicBackupIsNamedByRevisionAndTimeAndHoldsTheSnapshot() throws Exception {
    BackupResult result = service.backUp("cray-bss", atRevision(7210).withExactRevision(7213));

    assertThat(result.key()).hasToString("cray-bss/etcd.backup_v7210_2020-02-03-20:45:48");
    assertThat(result.digest().revision()).hasValue(7213);
    assertThat(stored(result.key())).isEqualTo(SNAPSHOT);
    assertThat(result.backup().stored().size()).isEqualTo(SNAPSHOT.length);
  }

  @Test
  void aTakenNameMovesTheBackupToTheNextFreeSecond() throws Exception {
    service.backUp("p", atRevision(5));
    service.backUp("p", atRevision(5));
    BackupResult third = service.backUp("p", atRevision(5));

    assertThat(third.key()).hasToString("p/etcd.backup_v5_2020-02-03-20:45:50");
    assertThat(service.list("p")).hasSize(3);
  }

  @Test
  void aManualBackupUsesTheNameAsItIsAndNeverReplacesOne() throws Exception {
    NamingStrategy name = NamingStrategy.manual("before-upgrade");
    service.backUp("p", atRevision(5), name);
    SnapshotSource untouched =
        () -> {
          throw new AssertionError("the source was opened although the name is taken");
        };

    assertThatThrownBy(() -> service.backUp("p", untouched, name))
        .isInstanceOf(BackupExistsException.class)
        .hasMessage("p/before-upgrade exists already");
  }

  @Test
  void aManualNameThatReadsAsAScheduledOneIsRefused() {
    for (String name :
        List.of("etcd.backup_v1_2020-02-03-20:45:48", "etcd-backup-2020-02-03-14-40-07.tar.gz")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> NamingStrategy.manual(name))
          .withMessageContaining(name);
    }
  }

  @Test
  void aNameUnderWhichNothingIsListedIsRefused() {
    for (String name : List.of(".etcd-backup", ".etcd-backup/manual")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> NamingStrategy.manual(name))
          .withMessage("name must not begin with '.etcd-backup', where nothing is a backup");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NamingStrategy.periodic(".etcd-backup/etcd.backup"))
        .withMessage("prefix must not begin with '.etcd-backup', where nothing is a backup");
    assertThat(NamingStrategy.periodic(".etcd-backup").series("p")).isPresent();
  }

  @Test
  void aNameThatAsksForAnEncodingNeedsOne() {
    for (NamingStrategy naming :
        List.of(NamingStrategy.tarball(), NamingStrategy.periodic().withEncodings(".zst"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> service.backUp("p", atRevision(1), naming))
          .withMessageContaining("needs the encoding for " + naming.encodings().get(0));
    }
  }

  @Test
  void aBackupWhosePreCommitCheckRefusesIsNotStored() throws Exception {
    SourceException lost = new SourceException("the lock was lost");
    BackupRequest request =
        BackupRequest.builder("p", atRevision(5))
            .beforeCommit(
                () -> {
                  throw lost;
                })
            .build();

    assertThatThrownBy(() -> service.backUp(request)).isSameAs(lost);
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void aSizeThatDiffersAfterTheCommitIsReportedAsStoredButNotToBeReliedOn() throws Exception {
    BackupService misled = BackupService.builder(new MisreportingStore(store)).build();

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> misled.backUp("p", atRevision(5)))
        .withMessageContaining("the store committed p/etcd.backup_v5_")
        .withMessageContaining("verify this backup before you rely on it or delete it")
        .satisfies(e -> assertThat(e.outcomeUnknown()).isTrue());
    assertThat(store.list("p")).hasSize(1);
  }

  /** Whether all arrived is known at the end of the stream, not when the last byte was read. */
  @Test
  void aStoreThatDoesNotReadTheEndIsNotToBeReliedOn() throws Exception {
    BackupStore careless =
        new ForwardingBackupStore(store) {
          @Override
          public StoredBackup put(BackupKey key, Content content) throws BackupException {
            try {
              int size = Math.toIntExact(content.expectedSize().orElseThrow());
              byte[] bytes = content.stream().readNBytes(size);
              return super.put(key, Content.of(new ByteArrayInputStream(bytes), size));
            } catch (IOException e) {
              throw new StoreException("unreadable", e);
            }
          }
        };

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> BackupService.builder(careless).build().backUp("p", atRevision(5)))
        .withMessageContaining("but did not read its content to the end")
        .satisfies(e -> assertThat(e.outcomeUnknown()).isTrue());
    assertThat(store.list("p")).hasSize(1);
  }

  @Test
  void everyExceptionOfASourceBecomesASourceException() throws Exception {
    SnapshotSource notOpened =
        () -> {
          throw new IllegalStateException("no such member");
        };
    SnapshotSource brokenOff =
        () ->
            new FailingSnapshot(
                FixedSnapshotSource.of(SNAPSHOT).open(), new IllegalStateException("bad frame"));
    SnapshotSource cut =
        () ->
            new FailingSnapshot(
                FixedSnapshotSource.of(SNAPSHOT).open(), new CorruptBackupException("cut short"));

    SnapshotSource without = () -> null;

    for (SnapshotSource source : List.of(notOpened, brokenOff, cut, without)) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> service.backUp("p", source))
          .withMessageMatching(".*(no such member|bad frame|cut short|opened no snapshot).*");
    }
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void aBackupIsDeletedByHandOrTheReasonIsThrown() throws Exception {
    BackupKey key = service.backUp("p", atRevision(5)).key();

    service.delete(key);

    assertThat(store.list("")).isEmpty();
    assertThatExceptionOfType(BackupNotFoundException.class)
        .isThrownBy(() -> service.delete(key))
        .withMessageContaining(key.toString());
  }

  @Test
  void theNewestGoodBackupIsFoundBehindTheDamagedOnes() throws Exception {
    put("p/etcd.backup_v1_2020-02-01-20:45:48", SNAPSHOT);
    put("p/etcd.backup_v2_2020-02-02-20:45:48", SNAPSHOT);
    put("p/etcd.backup_v3_2020-02-03-20:45:48", Arrays.copyOf(SNAPSHOT, 9000));
    put("p/zzz-manual", SNAPSHOT);

    NewestGood found = service.newestGood("p");

    assertThat(found.backup().map(Backup::key))
        .hasValue(BackupKey.parse("p/etcd.backup_v2_2020-02-02-20:45:48"));
    assertThat(found.passedOver())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.backup().key()).hasToString("p/etcd.backup_v3_2020-02-03-20:45:48");
              assertThat(one.problems()).isNotEmpty();
            });
  }

  @Test
  void aSourceThatIsCutShortOrFlipsAByteStoresNothing() throws Exception {
    byte[] flipped = SNAPSHOT.clone();
    flipped[20_000] ^= 4;
    for (byte[] bad : List.of(Arrays.copyOf(SNAPSHOT, SNAPSHOT.length - 1), flipped)) {
      assertThatThrownBy(() -> service.backUp("p", FixedSnapshotSource.of(bad)))
          .isInstanceOf(SourceException.class);
    }
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void latestGoesByTimeThenByRevisionAsANumberAndIgnoresWhatIsDatedAhead() throws Exception {
    for (String name :
        List.of(
            "etcd.backup_v9001_2020-01-30-20:44:34",
            "etcd.backup_v526_2020-02-03-20:45:48",
            "etcd.backup_v1200_2020-02-03-20:45:48",
            "etcd.backup_v9_2020-02-03-22:00:00",
            "zzz-manual")) {
      put("p/" + name, SNAPSHOT);
    }
    put("p-2/etcd.backup_v1_2020-02-03-20:45:59", SNAPSHOT);

    assertThat(service.latest("p").map(Backup::key))
        .hasValue(BackupKey.parse("p/etcd.backup_v1200_2020-02-03-20:45:48"));
    assertThat(service.latest("nobody")).isEmpty();
  }

  @Test
  void aBackupIsDownloadedVerifiedIntoAFileForItsOwnerOnly() throws Exception {
    BackupResult result = service.backUp("p", atRevision(5));
    Path target = directory.resolve("snapshot.db");

    assertThat(service.download(result.key(), target).sha256()).isEqualTo(result.digest().sha256());
    assertThat(target).hasBinaryContent(SNAPSHOT);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .isEqualTo("rw-------");
    assertThat(directory).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void aFileThatIsThereIsReplacedOnlyWhenAsked() throws Exception {
    BackupResult result = service.backUp("p", atRevision(5));
    Path target = Files.writeString(directory.resolve("snapshot.db"), "precious");

    assertThatThrownBy(() -> service.download(result.key(), target))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(target).hasContent("precious");

    service.download(result.key(), target, StandardCopyOption.REPLACE_EXISTING);
    assertThat(target).hasBinaryContent(SNAPSHOT);
  }

  @Test
  void aDamagedBackupIsNotReadBack() throws Exception {
    byte[] flipped = SNAPSHOT.clone();
    flipped[SNAPSHOT.length / 2] ^= 1;
    put("p/flipped", flipped);
    put("p/cut", Arrays.copyOf(SNAPSHOT, 9000));
    put("p/foreign", "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8));

    for (String name : List.of("flipped", "cut", "foreign")) {
      assertThatThrownBy(
              () -> service.download(BackupKey.of("p", name), directory.resolve("target")))
          .isInstanceOf(CorruptBackupException.class)
          .hasMessageStartingWith("p/" + name + ": ");
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aRawReadBackTakesAnything() throws Exception {
    put("p/etcd-backup-2020-02-03-14-40-07.tar.gz.gpg", new byte[] {1, 2, 3});
    BackupKey key = BackupKey.parse("p/etcd-backup-2020-02-03-14-40-07.tar.gz.gpg");
    Path target = directory.resolve("raw");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> service.download(key, target))
        .withMessageContaining("gpg");
    assertThat(service.downloadRaw(key, target)).isEqualTo(3);
    assertThat(target).hasBinaryContent(new byte[] {1, 2, 3});
  }

  @Test
  void whatIsNotThereIsNotFound() {
    assertThatThrownBy(() -> service.download(BackupKey.of("p", "gone"), directory.resolve("x")))
        .isInstanceOf(BackupNotFoundException.class)
        .hasMessageContaining("p/gone");
  }

  @Test
  void progressCountsUpToTheWhole() throws Exception {
    List<Long> heard = new ArrayList<>();
    byte[] big = TestSnapshots.bytes(2, 600);
    service.backUp(
        BackupRequest.builder("p", FixedSnapshotSource.of(big))
            .progress(
                (bytes, total) -> {
                  assertThat(total).isEqualTo(big.length);
                  heard.add(bytes);
                })
            .build());

    assertThat(heard).isSorted().hasSizeGreaterThan(1).endsWith((long) big.length);
  }

  private FixedSnapshotSource atRevision(long revision) {
    return FixedSnapshotSource.of(SNAPSHOT)
        .withInfo(new SnapshotInfo("test", revision, 1, 2, "3.5.16"));
  }

  private void put(String key, byte[] bytes) throws IOException {
    store.put(BackupKey.parse(key), Content.of(new ByteArrayInputStream(bytes), bytes.length));
  }

  private byte[] stored(BackupKey key) throws IOException {
    var found = store.find(key).orElseThrow();
    try (InputStream in = store.open(found, 0, found.size())) {
      return in.readAllBytes();
    }
  }

  /** A snapshot whose first read throws. */
  private record FailingSnapshot(Snapshot snapshot, Exception failure) implements Snapshot {
    @Override
    public SnapshotInfo info() {
      return snapshot.info();
    }

    @Override
    public long size() throws BackupException {
      return snapshot.size();
    }

    @Override
    public InputStream stream() {
      return new InputStream() {
        @Override
        public int read() throws IOException {
          return read(new byte[1], 0, 1);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
          if (failure instanceof IOException io) {
            throw io;
          }
          throw (RuntimeException) failure;
        }
      };
    }

    @Override
    public SnapshotDigest digest() {
      return snapshot.digest();
    }

    @Override
    public void close() {
      snapshot.close();
    }
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
