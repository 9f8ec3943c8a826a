package dev.etcdbackup.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Inspection;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotBackupVerifierTest {
  private static final Instant TIME = Instant.parse("2026-11-22T10:00:00Z");

  @TempDir Path directory;
  private final CountingStore store = new CountingStore(new InMemoryBackupStore());

  @AfterEach
  void noFileIsLeft() throws IOException {
    try (var files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void aGoodBackupHasNoProblems() throws IOException {
    Backup backup = put("etcd.backup_v230_2026-11-22-10:00:00", golden());
    assertThat(verifier().verify(backup, store).problems()).isEmpty();
    assertThat(store.requests).isEqualTo(1);
  }

  @Test
  void aManualBackupIsVerifiedToo() throws IOException {
    assertThat(verifier().verify(put("by-hand", golden()), store).ok()).isTrue();
  }

  @Tag("slow")
  @Test
  void aLargeBackupIsReadOnceAndNoFileIsMade() throws IOException {
    byte[] large = TestSnapshots.bytes(1, 10_000);
    Path nowhere = directory.resolve("nowhere");
    SnapshotBackupVerifier withoutFiles =
        new SnapshotBackupVerifier(BackupEncodings.of(new GzipEncoding()), nowhere);
    Backup backup = put("large", large);
    assertThat(withoutFiles.verify(backup, store).problems()).isEmpty();
    assertThat(store.requests).isEqualTo(1);
    assertThat(store.bytes).isEqualTo(large.length);
    Inspection inspection = withoutFiles.inspect(backup, store);
    assertThat(inspection.outcome()).isEqualTo(Inspection.Outcome.GOOD);
    assertThat(inspection).isEqualTo(inspectCopy(backup));
  }

  @Tag("slow")
  @Test
  void aLargeBackupThatIsBadGoesThroughAFile() throws IOException {
    byte[] large = TestSnapshots.bytes(1, 10_000);
    large[30_000_000] ^= 1;
    assertThat(verifier().verify(put("large-and-bad", large), store).problems())
        .containsExactly("the SHA-256 at the end is not that of what is before it (TRAILER)");
    assertThat(store.requests).isEqualTo(2);
  }

  @Test
  void whatABackupIsIsTheSameInOneReadingAndFromACopy() throws IOException {
    for (Golden golden : Golden.all().toList()) {
      Backup backup = put(golden.file(), golden.bytes());
      store.requests = 0;
      Inspection inspection = verifier().inspect(backup, store);
      assertThat(store.requests).isEqualTo(1);
      assertThat(inspection.outcome()).isEqualTo(Inspection.Outcome.GOOD);
      assertThat(inspection).isEqualTo(inspectCopy(backup));
    }
  }

  /** A deep verification makes a copy. */
  private Inspection inspectCopy(Backup backup) throws IOException {
    return new SnapshotBackupVerifier(
            BackupEncodings.of(new GzipEncoding()), directory, VerifyOptions.DEFAULT.deeply())
        .inspect(backup, store);
  }

  @Test
  void anInterruptEndsReading() throws IOException {
    Backup backup = put("interrupted", golden());
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> verifier().verify(backup, store))
        .isInstanceOf(StoreException.class)
        .hasMessage("reading p/interrupted was interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aBadBackupIsAResult() throws IOException {
    byte[] bytes = golden();
    bytes[12_288] ^= 1;
    assertThat(verifier().verify(put("bad", bytes), store).problems())
        .anyMatch(line -> line.matches("page 3, byte 12288: .* \\(PAGE_HEADER\\)"))
        .anyMatch(line -> line.endsWith("(TRAILER)"));
    assertThat(verifier().verify(put("empty", new byte[0]), store).ok()).isFalse();
  }

  @Test
  void aTarballIsUnpackedFirst() throws IOException {
    Backup backup = put(BackupName.tarball(TIME).text(), gzip(golden()));
    assertThat(verifier().verify(backup, store).problems()).isEmpty();
  }

  @Test
  void aBrokenTarballIsAResult() throws IOException {
    String name = BackupName.tarball(TIME).text();
    assertThat(verifier().verify(put(name, golden()), store).problems())
        .containsExactly("this is not an archive");
  }

  @Test
  void anEncryptedTarballCannotBeVerified() throws IOException {
    Backup backup = put(BackupName.tarball(TIME).text() + ".gpg", golden());
    assertThat(verifier().verify(backup, store).problems())
        .singleElement()
        .asString()
        .contains("encrypted");
    assertThat(store.requests).isZero();
  }

  @Test
  void aBackupThatIsGoneIsAnException() throws IOException {
    Backup backup = put("gone", golden());
    store.delete(List.of(backup.key()));
    assertThatThrownBy(() -> verifier().verify(backup, store))
        .isInstanceOf(BackupNotFoundException.class);
  }

  @Test
  void noRoomForTheFileIsNoVerdictOnTheBackup() throws IOException {
    byte[] large = TestSnapshots.bytes(1, 10_000);
    large[30_000_000] ^= 1;
    Backup backup = put("large", large);
    Path nowhere = directory.resolve("nowhere");
    assertThatThrownBy(
            () ->
                new SnapshotBackupVerifier(BackupEncodings.of(new GzipEncoding()), nowhere)
                    .verify(backup, store))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("to a temporary file in " + nowhere);
  }

  /** As one that requires a signature does, which is of all bytes. */
  @Test
  void whatAStoreRefusesAtItsEndIsBadWhateverIsUnpackedOfIt() throws IOException {
    byte[] golden = golden();
    Backup backup = put("refused", golden);
    InputStream refusal =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new CorruptBackupException("these are not the bytes that were signed");
          }

          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            return read();
          }
        };
    BackupStore refusing =
        new ForwardingBackupStore(store) {
          @Override
          public InputStream open(StoredBackup stored, long offset, long length)
              throws BackupException {
            return new SequenceInputStream(super.open(stored, offset, length), refusal);
          }
        };
    SnapshotBackupVerifier unpacking =
        verifier()
            .withUnpacking(bytes -> new ByteArrayInputStream(bytes.readNBytes(golden.length)));
    assertThat(unpacking.verify(backup, store).problems()).isEmpty();
    assertThat(unpacking.verify(backup, refusing).problems())
        .containsExactly("these are not the bytes that were signed");
  }

  private SnapshotBackupVerifier verifier() {
    return new SnapshotBackupVerifier(BackupEncodings.of(new GzipEncoding()), directory);
  }

  private static byte[] golden() {
    return Golden.named("3.5.30-plain.snap.db").bytes();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private Backup put(String name, byte[] bytes) throws IOException {
    try (InputStream in = new ByteArrayInputStream(bytes)) {
      StoredBackup stored = store.put(BackupKey.of("p", name), Content.of(in, bytes.length));
      return Backup.of(stored, ZoneOffset.UTC);
    }
  }
}
