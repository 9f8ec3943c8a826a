package dev.etcdbackup.zstd;

import static dev.etcdbackup.zstd.Samples.decode;
import static dev.etcdbackup.zstd.Samples.encode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.ByteRanges;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.NamingStrategy;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is particular to zstd: its frames, the program zstd, limits and ranges. */
class ZstandardTest {
  private static final byte[] TEXT = Samples.text(1, 7_000_000);

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096, FrameFormat.CONTENT - 1, FrameFormat.CONTENT, 5_000_000})
  void theProgramZstdDecompressesWhatWasWritten(int size) throws Exception {
    byte[] content = Arrays.copyOf(TEXT, size);
    Path file = Files.write(directory.resolve("a.zst"), encode(new Zstandard(), content));

    assertThat(Samples.zstd(file, "-d")).isEqualTo(content);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "-3", "-19", "--no-check", "--no-content-size", "-T2"})
  void whatTheProgramZstdWroteIsRead(String option) throws Exception {
    byte[] text = option.equals("-19") ? Arrays.copyOf(TEXT, 1_000_000) : TEXT; // slow
    Path file = Files.write(directory.resolve("a"), text);
    byte[] encoded = Samples.zstd(file, option);

    assertThat(decode(encoded)).isEqualTo(text);
    assertThat(new Zstandard().decodeRanges(new Samples.CountedRanges(encoded), Samples.NAME))
        .isEmpty();
  }

  @Tag("slow")
  @ParameterizedTest
  @CsvSource({"1, 3000000", "3, 3000000", "9, 3000000", "19, 1100000"})
  void everyLevelAndNumberOfThreadsDecodesToTheSame(int level, int size) throws Exception {
    byte[] content = Arrays.copyOf(TEXT, size);
    byte[] one = encode(new Zstandard().withLevel(level).withThreads(1), content);
    byte[] four = encode(new Zstandard().withLevel(level).withThreads(4), content);

    assertThat(four).isEqualTo(one);
    assertThat(decode(one)).isEqualTo(content);
  }

  @Test
  void levelsAndThreadsHaveBounds() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Zstandard().withLevel(20))
        .withMessageContaining("1 to 19, not 20");
    assertThatIllegalArgumentException().isThrownBy(() -> new Zstandard().withLevel(0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Zstandard().withThreads(0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Zstandard().withThreads(65));
  }

  @Test
  void aBombEndsWithATypedError() throws Exception {
    Path zeros = directory.resolve("zeros");
    try (var file =
        FileChannel.open(zeros, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.position(400L << 20).write(ByteBuffer.wrap(new byte[1]));
    }
    byte[] bomb = Samples.zstd(zeros);
    long count = 0;
    byte[] piece = new byte[1 << 16];
    try (InputStream in = new Zstandard().decode(new ByteArrayInputStream(bomb), Samples.NAME)) {
      while (true) {
        count += in.read(piece);
      }
    } catch (CorruptBackupException e) {
      assertThat(e).hasMessageContaining("expands to more than 1000 times");
    }
    assertThat(count).isLessThan(100 << 20);
  }

  @Test
  void whatIsWrittenIsNeverRefusedForItsRatio() throws Exception {
    int size = 150 << 20;
    byte[] encoded = encode(new Zstandard(), new byte[size]);
    assertThat(encoded.length).isBetween(size / 1000, size / 900);
    assertThat(Arrays.equals(decode(encoded), new byte[size])).isTrue();

    Path file = Files.write(directory.resolve("a.zst"), encoded);
    assertThat(Samples.zstd(file, "-d")).hasSize(size);
    ByteRanges ranges =
        new Zstandard()
            .decodeRanges(new Samples.CountedRanges(encoded), Samples.NAME)
            .orElseThrow();
    assertThat(ranges.open(size - 10L, 10).readAllBytes()).hasSize(10);
  }

  @Test
  void aWindowOfMoreThan8MiBIsRefused() throws Exception {
    Path file = Files.write(directory.resolve("a"), Samples.text(2, 20 << 20));
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> decode(Samples.zstd(file, "--long=27", "-1", "--no-content-size")))
        .withMessageContaining("more than 8 MiB");
  }

  @Test
  void aDictionaryIsRefused() {
    byte[] header = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x21, 7, 1, 9, 0, 0, 0};
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> decode(header))
        .withMessageContaining("dictionary");
  }

  @Test
  void framesThatAreMissingOrMovedAreNoticed() throws Exception {
    byte[] encoded = encode(new Zstandard(), TEXT);
    int first = (int) Zstd.findFrameCompressedSize(encoded, 0);
    int second = (int) Zstd.findFrameCompressedSize(encoded, first);
    byte[] swapped = encoded.clone();
    System.arraycopy(encoded, first, swapped, 0, second);
    System.arraycopy(encoded, 0, swapped, second, first);

    assertRefused(swapped, "does not agree");
    assertRefused(Arrays.copyOf(encoded, first), "cut");
    assertRefused(Arrays.copyOf(encoded, first + second), "cut");
    assertRefused(Arrays.copyOfRange(encoded, first, encoded.length), "does not agree");
    ByteArrayOutputStream more = new ByteArrayOutputStream();
    more.write(encoded);
    more.write(encoded);
    assertRefused(more.toByteArray(), "after the seek table");
    assertThatThrownBy(() -> slice(swapped, 0, 100)).hasMessageContaining("not the one");
  }

  @Test
  void theReasonOfDamageIsNamed() throws Exception {
    byte[] content = new byte[100_000];
    new Random(3).nextBytes(content);
    byte[] encoded = encode(new Zstandard(), content);
    encoded[50_000] ^= 1; // within a block that is stored as it is
    assertThatThrownBy(() -> decode(encoded))
        .isInstanceOf(CorruptBackupException.class)
        .hasMessage("the zstd frame at byte 0 is damaged: Restored data doesn't match checksum");
  }

  private static void assertRefused(byte[] encoded, String why) {
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> decode(encoded))
        .withMessageContaining(why);
  }

  private static byte[] slice(byte[] encoded, long offset, long length) throws IOException {
    return new Zstandard()
        .decodeRanges(new Samples.CountedRanges(encoded), Samples.NAME)
        .orElseThrow()
        .open(offset, length)
        .readAllBytes();
  }

  @Test
  void aRangeTakesOneRequestAndReadsItsFramesOnly() throws Exception {
    byte[] content = new byte[20 << 20];
    new Random(3).nextBytes(content);
    Samples.CountedRanges encoded = new Samples.CountedRanges(encode(new Zstandard(), content));
    ByteRanges ranges = new Zstandard().decodeRanges(encoded, Samples.NAME).orElseThrow();
    assertThat(encoded.requests).isEqualTo(1);
    assertThat(encoded.read).isEqualTo(64 << 10);

    byte[] found = ranges.open(9 << 20, 70_000).readAllBytes();

    assertThat(found).isEqualTo(Arrays.copyOfRange(content, 9 << 20, (9 << 20) + 70_000));
    assertThat(encoded.requests).isEqualTo(2);
    assertThat(encoded.read).isLessThan(5 << 20);
    assertThat(ranges.open(9 << 20, 10).readAllBytes()).hasSize(10);
    assertThat(encoded.requests).as("kept").isEqualTo(2);
  }

  @Test
  void aDamagedSeekTableIsNoticed() throws Exception {
    byte[] encoded = encode(new Zstandard(), TEXT);
    for (int i = 1; i < 60; i++) {
      byte[] damaged = encoded.clone();
      damaged[encoded.length - i] ^= 4;
      try {
        Optional<ByteRanges> ranges =
            new Zstandard().decodeRanges(new Samples.CountedRanges(damaged), Samples.NAME);
        if (ranges.isPresent()) { // otherwise it is read as a stream
          byte[] content = ranges.get().open(0, ranges.get().size()).readAllBytes();
          assertThat(content).as("byte " + i).isEqualTo(TEXT);
        }
      } catch (CorruptBackupException refused) {
        // as it should be
      }
    }
  }

  @Test
  void theSmallBackupOfVersion01IsRead() throws Exception {
    byte[] encoded;
    try (InputStream in = getClass().getResourceAsStream("/golden/snapshot-0.1.zst")) {
      encoded = in.readAllBytes();
    }
    byte[] snapshot = TestSnapshots.bytes(4, 10);
    assertThat(decode(encoded)).isEqualTo(snapshot);
    assertThat(slice(encoded, 4096, 100)).isEqualTo(Arrays.copyOfRange(snapshot, 4096, 4196));
  }

  @Test
  void interruptingTheReaderEndsItsThreads() throws Exception {
    InputStream in =
        new Zstandard().encode(Content.of(new ByteArrayInputStream(TEXT)), Samples.NAME).stream();
    try (in) {
      Thread.currentThread().interrupt();
      assertThatExceptionOfType(StoreException.class).isThrownBy(in::readAllBytes);
    }
    assertThat(Thread.interrupted()).isTrue();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("etcd-backup-zstd")) {
        thread.join(10_000);
        assertThat(thread.isAlive()).isFalse();
      }
    }
  }

  @Test
  void theServiceTakesAndReadsCompressedBackups() throws Exception {
    byte[] snapshot = TestSnapshots.bytes(4, 1000);
    InMemoryBackupStore store = new InMemoryBackupStore();
    BackupService service =
        BackupService.builder(store).encodings(BackupEncodings.of(new Zstandard())).build();
    BackupResult result =
        service.backUp(
            "p", FixedSnapshotSource.of(snapshot), NamingStrategy.periodic().withEncodings(".zst"));

    assertThat(result.key().name()).endsWith(".zst");
    assertThat(result.digest().size()).isEqualTo(snapshot.length);
    assertThat(result.backup().stored().size()).isLessThan(snapshot.length);
    Path file = directory.resolve("snapshot.db");
    assertThat(service.download(result.key(), file).sha256()).isEqualTo(result.digest().sha256());
    assertThat(file).hasBinaryContent(snapshot);
  }
}
