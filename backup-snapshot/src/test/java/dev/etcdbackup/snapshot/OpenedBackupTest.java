package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.ByteRanges;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.restore.DataDirRestore;
import dev.etcdbackup.restore.RestoredMember;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Backups opened through {@link StoredSnapshot}: what is read, what is copied, what is verified.
 */
class OpenedBackupTest {
  private static final Instant TIME = Instant.parse("2026-11-22T10:00:00Z");
  private static final String TARBALL = BackupName.tarball(TIME).text();

  @TempDir Path directory;
  private Path temporary;
  private final CountingStore store = new CountingStore(new InMemoryBackupStore());

  /** An encoding that flips every bit and can be read by ranges. */
  private static final class Flipped implements BackupEncoding {
    @Override
    public String suffix() {
      return ".zst";
    }

    @Override
    public Content encode(Content content, BackupName name) {
      return Content.of(decode(content.stream(), name));
    }

    @Override
    public InputStream decode(InputStream encoded, BackupName name) {
      return new FilterInputStream(encoded) {
        @Override
        public int read() throws IOException {
          int read = super.read();
          return read < 0 ? read : ~read & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
          int read = super.read(target, offset, length);
          for (int i = 0; i < read; i++) {
            target[offset + i] ^= (byte) 0xff;
          }
          return read;
        }
      };
    }

    @Override
    public Optional<ByteRanges> decodeRanges(ByteRanges encoded, BackupName name) {
      return Optional.of(
          new ByteRanges() {
            @Override
            public long size() {
              return encoded.size();
            }

            @Override
            public InputStream open(long offset, long length) throws IOException {
              return decode(encoded.open(offset, length), name);
            }
          });
    }
  }

  @BeforeEach
  void makeDirectory() throws IOException {
    temporary = Files.createDirectory(directory.resolve("tmp"));
  }

  @AfterEach
  void noTemporaryFileIsLeft() throws IOException {
    assertThat(temporary).isEmptyDirectory();
  }

  private ReadOptions.Builder options() {
    return ReadOptions.builder(BackupEncodings.of(new GzipEncoding(), new Flipped()), temporary);
  }

  private Backup put(String name, byte[] bytes) throws IOException {
    try (InputStream in = new ByteArrayInputStream(bytes)) {
      StoredBackup stored = store.put(BackupKey.of("p", name), Content.of(in, bytes.length));
      return Backup.of(stored, ZoneOffset.UTC);
    }
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

  @Test
  void aRestoreReadsAStoredBackupOnceAndHashesItOnce() throws IOException {
    restoresWithOneRequest("small", golden(), StoredSnapshot.Access.MEMORY);
    restoresWithOneRequest(
        "large", TestSnapshots.bytes(1, 10_000), StoredSnapshot.Access.TEMPORARY_FILE);
  }

  private void restoresWithOneRequest(String name, byte[] bytes, StoredSnapshot.Access access)
      throws IOException {
    Backup backup = put(name, bytes);
    store.requests = 0;
    store.bytes = 0;
    try (CountedSha256 hashed = CountedSha256.begin();
        StoredSnapshot stored = StoredSnapshot.open(backup, store, options().build())) {
      assertThat(stored.access()).isEqualTo(access);
      RestoredMember member =
          DataDirRestore.builder().build().restore(stored.snapshot(), directory.resolve(name));
      assertThat(member.warnings()).isEmpty();
      assertThat(hashed.bytes()).as("bytes hashed").isEqualTo(bytes.length);
    }
    assertThat(store.requests).isEqualTo(1);
    assertThat(store.bytes).isEqualTo(bytes.length);
    assertThat(directory.resolve(name).resolve("member/snap/db")).isNotEmptyFile();
  }

  @Test
  void aRestoreFromTheStoreReadsItOnceAndHashesItOnce() throws IOException {
    byte[] large = TestSnapshots.bytes(1, 10_000);
    for (byte[] bytes : List.of(golden(), large)) {
      for (Backup backup : List.of(put("plain", bytes), put(TARBALL, gzip(bytes)))) {
        Path target = directory.resolve("direct-" + bytes.length + backup.name().text());
        store.requests = 0;
        store.bytes = 0;
        try (CountedSha256 hashed = CountedSha256.begin()) {
          DataDirRestore.builder().build().restore(backup, store, options().build(), target);
          assertThat(hashed.bytes()).as("bytes hashed").isEqualTo(bytes.length);
        }
        assertThat(store.requests).isEqualTo(1);
        assertThat(store.bytes).isEqualTo(backup.stored().size());
        try (EtcdSnapshot restored = EtcdSnapshot.open(target.resolve("member/snap/db"));
            EtcdSnapshot original = ArrayBytes.snapshot(bytes)) {
          assertThat(restored.verify(VerifyOptions.DEFAULT.withoutTrailer()).problems()).isEmpty();
          assertThat(restored.hashKv()).isEqualTo(original.hashKv());
        }
        store.delete(List.of(backup.key()));
      }
    }
  }

  @Test
  void aVerificationHashesOnce() throws IOException {
    byte[] bytes = golden();
    Backup backup = put("good", bytes);
    try (CountedSha256 hashed = CountedSha256.begin()) {
      BackupEncodings encodings = BackupEncodings.none();
      assertThat(new SnapshotBackupVerifier(encodings, temporary).verify(backup, store).ok())
          .isTrue();
      assertThat(hashed.bytes()).isEqualTo(bytes.length);
    }
  }

  @Test
  void aSnapshotThatDoesNotMatchItsSha256IsOpenedOnlyToReportIt() throws IOException {
    for (byte[] bytes : List.of(golden(), TestSnapshots.bytes(2, 10_000))) {
      bytes[bytes.length - 40] ^= 1;
      Backup backup = put("bad-" + bytes.length, bytes);
      assertThatExceptionOfType(CorruptBackupException.class)
          .isThrownBy(() -> StoredSnapshot.open(backup, store, options().build()))
          .withMessage("the snapshot does not match the SHA-256 at its end");
      ReadOptions reported = options().checksum(ReadOptions.Checksum.REPORTED).build();
      try (StoredSnapshot stored = StoredSnapshot.open(backup, store, reported)) {
        assertThat(stored.snapshot().verify().problems())
            .extracting(Problem::kind)
            .contains(Problem.Kind.TRAILER);
      }
    }
  }

  @Test
  void aCopyOfADatabaseIsOpenedWhereTheSha256IsReported() throws IOException {
    byte[] bytes = golden();
    byte[] database = Arrays.copyOf(bytes, bytes.length - 32);
    Backup backup = put("database", database);
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> StoredSnapshot.open(backup, store, options().build()))
        .withMessageContaining("ends after " + database.length);
    ReadOptions reported = options().checksum(ReadOptions.Checksum.REPORTED).build();
    try (StoredSnapshot stored = StoredSnapshot.open(backup, store, reported)) {
      VerifyOptions withoutTrailer = VerifyOptions.DEFAULT.withoutTrailer();
      assertThat(stored.snapshot().verify(withoutTrailer).ok()).isTrue();
      assertThat(stored.snapshot().verify().ok()).isFalse();
    }
  }

  @Test
  void aFewPagesAreReadByRangesWhereTheEncodingAllowsThat() throws IOException {
    byte[] flipped = golden();
    for (int i = 0; i < flipped.length; i++) {
      flipped[i] ^= (byte) 0xff;
    }
    String name = BackupName.periodic("etcd.backup", 230, TIME).text();
    Backup plain = put(name, golden());
    Backup encoded = put(name + ".zst", flipped);
    Backup packed = put(TARBALL, gzip(golden()));
    ReadOptions fewPages = options().extent(ReadOptions.Extent.FEW_PAGES).build();
    List<StoredSnapshot.Access> found = new ArrayList<>();
    for (Backup backup : List.of(plain, encoded, packed)) {
      Path file = Files.createDirectories(directory.resolve("files"));
      file = file.resolve(backup.name().text());
      try (InputStream in = store.open(backup.stored(), 0, backup.stored().size())) {
        Files.copy(in, file);
      }
      try (StoredSnapshot stored = StoredSnapshot.open(backup, store, fewPages);
          StoredSnapshot inFile = StoredSnapshot.open(file, fewPages)) {
        assertThat(stored.snapshot().metadata().revision()).isEqualTo(230);
        assertThat(inFile.snapshot().metadata().revision()).isEqualTo(230);
        found.add(stored.access());
        found.add(inFile.access());
      }
    }
    assertThat(found)
        .containsExactly(
            StoredSnapshot.Access.RANGES,
            StoredSnapshot.Access.FILE,
            StoredSnapshot.Access.RANGES,
            StoredSnapshot.Access.RANGES,
            StoredSnapshot.Access.MEMORY,
            StoredSnapshot.Access.MEMORY);
  }

  @Test
  void aFileThatIsEncodedIsDecodedAndVerified() throws IOException {
    Path good = Files.write(directory.resolve(TARBALL), gzip(golden()));
    try (StoredSnapshot stored = StoredSnapshot.open(good, options().build())) {
      assertThat(stored.snapshot().keys(KeyRange.all()).size()).isEqualTo(171);
    }
    byte[] bytes = golden();
    bytes[5000] ^= 1;
    Files.write(good, gzip(bytes));
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> StoredSnapshot.open(good, options().build()));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(
            () ->
                StoredSnapshot.open(
                    good, ReadOptions.builder(BackupEncodings.none(), temporary).build()))
        .withMessageContaining(".tar.gz");
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> StoredSnapshot.open(directory.resolve("none"), options().build()));
  }

  @Test
  void aBackupThatIsGoneIsNotFound() throws IOException {
    Backup backup = put("gone", golden());
    store.delete(List.of(backup.key()));
    assertThatExceptionOfType(BackupNotFoundException.class)
        .isThrownBy(() -> StoredSnapshot.open(backup, store, options().build()));
  }

  @Test
  void progressCountsTheStoredBytes() throws IOException {
    byte[] bytes = TestSnapshots.bytes(3, 10_000);
    List<Long> moved = new ArrayList<>();
    ReadOptions watched =
        options()
            .progress(
                (done, total) -> {
                  assertThat(total).isEqualTo(bytes.length);
                  moved.add(done);
                })
            .build();
    StoredSnapshot.open(put("watched", bytes), store, watched).close();
    assertThat(moved).isSorted().hasSizeGreaterThan(10).endsWith((long) bytes.length);
  }

  @Test
  void whatIsNoSnapshotIsNamed() throws IOException {
    byte[] tar = new byte[10240];
    System.arraycopy("ustar".getBytes(UTF_8), 0, tar, 257, 5);
    assertNamed(gzip(golden()), "it is compressed with gzip; unpack it with gunzip first");
    assertNamed(tar, "it is a tar archive; unpack it with tar -xf first");
    assertNamed(
        new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0, 0, 0},
        "it is compressed with xz; unpack it with unxz first");
    assertNamed(new byte[] {'P', 'K', 3, 4, 0}, "it is a zip archive; unpack it with unzip first");
    assertNamed(
        new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0},
        "it is compressed with zstd; unpack it with unzstd first");
  }

  private void assertNamed(byte[] bytes, String what) throws IOException {
    Backup backup = put("named-" + what.hashCode(), bytes);
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> StoredSnapshot.open(backup, store, options().build()))
        .withMessageEndingWith(what);
    assertThat(
            new SnapshotBackupVerifier(BackupEncodings.none(), temporary)
                .verify(backup, store)
                .problems())
        .containsExactly("this is not an etcd snapshot: " + what + " (FORMAT)");
    Path file = Files.write(directory.resolve("named"), bytes);
    assertThatExceptionOfType(BackupException.class)
        .isThrownBy(() -> FileSnapshotSource.of(file).open())
        .withMessage(file + ": this is not an etcd snapshot: " + what);
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      assertThatExceptionOfType(CorruptBackupException.class)
          .isThrownBy(snapshot::metadata)
          .withMessageEndingWith(what);
    }
  }
}
