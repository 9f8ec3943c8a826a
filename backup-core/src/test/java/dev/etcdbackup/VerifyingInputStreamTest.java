package dev.etcdbackup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyingInputStreamTest {
  private static final byte[] SNAPSHOT = SnapshotBytes.of(1, 5);

  @Test
  void aCompleteSnapshotIsReturnedUnchangedAndVerified() throws IOException {
    VerifyingInputStream in = proving(SNAPSHOT);

    assertThat(in.readAllBytes()).isEqualTo(SNAPSHOT);

    assertThat(in.digest().size()).isEqualTo(SNAPSHOT.length);
    assertThat(in.digest().sha256())
        .isEqualTo(HexFormat.of().formatHex(SnapshotBytes.sha256(SNAPSHOT)));
    assertThat(in.digest().revision()).isEmpty();
  }

  @Test
  void theSizeIsKnownBeforeAnythingIsRead() throws IOException {
    AtomicInteger read = new AtomicInteger();
    VerifyingInputStream in = new VerifyingInputStream(counting(SNAPSHOT, read));

    assertThat(in.size()).isEqualTo(SNAPSHOT.length);
    assertThat(in.size()).isEqualTo(SNAPSHOT.length);
    assertThat(read).hasValue(80);
    assertThat(in.readAllBytes()).isEqualTo(SNAPSHOT);
    assertThat(in.size()).isEqualTo(SNAPSHOT.length);
  }

  @Test
  void theSizeIsKnownAfterSomeOfItWasRead() throws IOException {
    VerifyingInputStream in = proving(SNAPSHOT);

    byte[] first = in.readNBytes(17);
    assertThat(in.size()).isEqualTo(SNAPSHOT.length);
    byte[] second = in.readNBytes(1000);

    assertThat(first).isEqualTo(Arrays.copyOf(SNAPSHOT, 17));
    assertThat(second).isEqualTo(Arrays.copyOfRange(SNAPSHOT, 17, 1017));
    assertThat(in.readAllBytes()).hasSize(SNAPSHOT.length - 1017);
    assertThat(in.digest().size()).isEqualTo(SNAPSHOT.length);
  }

  @RepeatedTest(20)
  void readsAndPiecesOfAnySizeGiveTheSameBytes(RepetitionInfo repetition) throws IOException {
    long seed = repetition.getCurrentRepetition();
    Random random = new Random(seed);
    byte[] snapshot = SnapshotBytes.of(seed, 2 + random.nextInt(20));
    VerifyingInputStream in = new VerifyingInputStream(pieces(snapshot, random));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[3000];
    int end = 0;
    while (end >= 0) {
      if (random.nextInt(4) == 0) {
        int one = in.read();
        end = one;
        if (one >= 0) {
          out.write(one);
        }
      } else {
        int offset = random.nextInt(100);
        end = in.read(buffer, offset, 1 + random.nextInt(random.nextBoolean() ? 5 : 2900));
        out.write(buffer, offset, Math.max(0, end));
      }
    }

    assertThat(out.toByteArray()).as("seed %d", seed).isEqualTo(snapshot);
    assertThat(in.digest().size()).as("seed %d", seed).isEqualTo(snapshot.length);
  }

  @Test
  void skippedBytesAreVerifiedToo() throws IOException {
    VerifyingInputStream in = proving(SNAPSHOT);

    in.skipNBytes(SNAPSHOT.length - 1);
    assertThat(in.read()).isEqualTo(SNAPSHOT[SNAPSHOT.length - 1] & 0xff);
    assertThat(in.read()).isEqualTo(-1);

    assertThat(in.digest().sha256())
        .isEqualTo(HexFormat.of().formatHex(SnapshotBytes.sha256(SNAPSHOT)));
  }

  @Test
  void theDigestIsAvailableOnlyAfterTheEndWasReported() throws IOException {
    VerifyingInputStream in = proving(SNAPSHOT);
    assertThatIllegalStateException().isThrownBy(in::digest).withMessageContaining("not read");

    in.readNBytes(SNAPSHOT.length);
    assertThatIllegalStateException().isThrownBy(in::digest);

    assertThat(in.read()).isEqualTo(-1);
    assertThat(in.digest()).isNotNull();
    assertThat(in.read()).isEqualTo(-1);
    assertThat(in.read(new byte[10])).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16, 79})
  void whatEndsBeforeItsFirstPageIsRefused(int length) {
    assertRefused(Arrays.copyOf(SNAPSHOT, length), "ends after " + length + " bytes, before");
  }

  @ParameterizedTest
  @ValueSource(ints = {80, 81, 1024, 5 * 1024, 5 * 1024 + 1, 5 * 1024 + 31})
  void aTruncatedSnapshotIsRefused(int length) {
    assertRefused(Arrays.copyOf(SNAPSHOT, length), "ends after " + length + " of 5152 bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 32, 1024, 100_000})
  void whatGoesOnAfterTheSnapshotIsRefused(int more) {
    assertRefused(
        Arrays.copyOf(SNAPSHOT, SNAPSHOT.length + more),
        "goes on after the 5152 bytes its first page announces");
  }

  @Test
  void whatGoesOnIsRefusedEvenWhenItsOwnLastBytesAreItsChecksum() {
    byte[] longer = Arrays.copyOf(SNAPSHOT, SNAPSHOT.length + 1024);
    SnapshotBytes.seal(longer);

    assertRefused(longer, "goes on after");
  }

  @RepeatedTest(60)
  void aFlippedBitIsFoundWhereverItIs(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    byte[] flipped = SNAPSHOT.clone();
    int at =
        switch (random.nextInt(3)) {
          case 0 -> random.nextInt(80);
          case 1 -> flipped.length - 1 - random.nextInt(32);
          default -> random.nextInt(flipped.length);
        };
    flipped[at] ^= (byte) (1 << random.nextInt(8));

    assertThatExceptionOfType(CorruptBackupException.class)
        .as("seed %d, byte %d", repetition.getCurrentRepetition(), at)
        .isThrownBy(() -> proving(flipped).readAllBytes());
  }

  @ParameterizedTest
  @CsvSource({
    "1000, 5, announces 5 pages of 1000 bytes",
    "512, 5, announces 5 pages of 512 bytes",
    "131072, 5, announces 5 pages of 131072 bytes",
    "0, 5, announces 5 pages of 0 bytes",
    "4096, 0, announces 0 pages of 4096 bytes",
    "4096, 1, announces 1 page of 4096 bytes",
    "4096, -1, announces 18446744073709551615 pages of 4096 bytes",
    "4096, 9223372036854775807, announces 9223372036854775807 pages of 4096 bytes",
  })
  void aHeaderThatMakesNoSenseIsRefused(int pageSize, long pages, String problem) {
    byte[] bytes = SNAPSHOT.clone();
    SnapshotBytes.header(bytes, pageSize, pages);
    SnapshotBytes.seal(bytes);

    assertRefused(bytes, problem);
  }

  @Test
  void whatIsNoDatabaseIsRefused() {
    assertRefused(new byte[4096], "does not begin with the header of an etcd database");
    byte[] page = "<!DOCTYPE html>".repeat(100).getBytes(StandardCharsets.UTF_8);
    assertRefused(page, "does not begin with the header of an etcd database");
  }

  @Test
  void everyLaterReadFailsAsTheFirstDid() {
    VerifyingInputStream in = proving(Arrays.copyOf(SNAPSHOT, 3000));
    Throwable first = catchThrowableOfType(CorruptBackupException.class, in::readAllBytes);

    for (int i = 0; i < 3; i++) {
      assertThatExceptionOfType(CorruptBackupException.class)
          .isThrownBy(in::read)
          .withMessage(first.getMessage());
    }
    assertThatIllegalStateException().isThrownBy(in::digest);
  }

  @Test
  void theSizeOfWhatIsNoDatabaseFailsAsReadsDo() {
    VerifyingInputStream in = proving(new byte[4096]);

    assertThatExceptionOfType(CorruptBackupException.class).isThrownBy(in::size);
    assertThatExceptionOfType(CorruptBackupException.class).isThrownBy(in::size);
    assertThatExceptionOfType(CorruptBackupException.class).isThrownBy(in::read);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 40, 80, 3000, 5152})
  void anExceptionOfTheUnderlyingStreamIsThrownUnchangedAndThereIsNoDigest(int at) {
    IOException broken = new IOException("connection reset");
    VerifyingInputStream in =
        new VerifyingInputStream(failingOnce(Arrays.copyOf(SNAPSHOT, at), broken));

    assertThat(catchThrowableOfType(IOException.class, in::readAllBytes)).isSameAs(broken);
    assertThat(catchThrowableOfType(IOException.class, in::read)).isSameAs(broken);
    assertThatIllegalStateException().isThrownBy(in::digest);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 40, 3000})
  void anUncheckedExceptionOfTheUnderlyingStreamIsThrownAgainToo(int at) {
    IllegalStateException broken = new IllegalStateException("a reader without a buffer");
    InputStream once =
        new FilterInputStream(failingOnce(Arrays.copyOf(SNAPSHOT, at), new IOException())) {
          @Override
          public int read(byte[] buffer, int offset, int length) {
            try {
              return super.read(buffer, offset, length);
            } catch (IOException e) {
              throw broken;
            }
          }
        };
    VerifyingInputStream in = new VerifyingInputStream(once);

    assertThat(catchThrowableOfType(IllegalStateException.class, in::readAllBytes))
        .isSameAs(broken);
    assertThat(catchThrowableOfType(IllegalStateException.class, in::read)).isSameAs(broken);
    assertThat(catchThrowableOfType(IllegalStateException.class, () -> in.read(new byte[9])))
        .isSameAs(broken);
  }

  @Test
  void readingNothingReadsNothing() throws IOException {
    AtomicInteger read = new AtomicInteger();

    assertThat(new VerifyingInputStream(counting(SNAPSHOT, read)).read(new byte[4], 2, 0)).isZero();
    assertThat(read).hasValue(0);
  }

  @Test
  void closingClosesTheStreamUnderneath() throws IOException {
    AtomicInteger closed = new AtomicInteger();
    InputStream in =
        new ByteArrayInputStream(SNAPSHOT) {
          @Override
          public void close() {
            closed.incrementAndGet();
          }
        };

    new VerifyingInputStream(in).close();

    assertThat(closed).hasValue(1);
  }

  private static void assertRefused(byte[] bytes, String problem) {
    VerifyingInputStream in = proving(bytes);
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(in::readAllBytes)
        .withMessageStartingWith("the snapshot ")
        .withMessageContaining(problem);
    assertThatIllegalStateException().isThrownBy(in::digest);
  }

  private static VerifyingInputStream proving(byte[] bytes) {
    return new VerifyingInputStream(new ByteArrayInputStream(bytes));
  }

  private static InputStream counting(byte[] bytes, AtomicInteger total) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] buffer, int offset, int length) {
        int read = super.read(buffer, offset, length);
        total.addAndGet(Math.max(0, read));
        return read;
      }
    };
  }

  /** A bad source: it fails once where the bytes end, then pretends that this was the end. */
  private static InputStream failingOnce(byte[] bytes, IOException failure) {
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      private boolean thrown;

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        if (read < 0 && !thrown) {
          thrown = true;
          throw failure;
        }
        return read;
      }
    };
  }

  private static InputStream pieces(byte[] bytes, Random random) {
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        return super.read(buffer, offset, Math.min(length, 1 + random.nextInt(700)));
      }
    };
  }
}
