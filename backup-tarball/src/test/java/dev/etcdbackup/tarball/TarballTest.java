package dev.etcdbackup.tarball;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.VerifyingInputStream;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarballTest {
  private static final BackupName NAME = BackupName.parse("etcd-backup-2020-02-03-14-40-07.tar.gz");
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(1, 100);

  private final Tarball tarball = new Tarball();

  @Test
  void whatWasPackedIsUnpacked() throws IOException {
    byte[] packed = pack(SNAPSHOT);

    VerifyingInputStream unpacked = new VerifyingInputStream(unpack(packed));

    assertThat(unpacked.readAllBytes()).isEqualTo(SNAPSHOT);
    assertThat(unpacked.digest().size()).isEqualTo(SNAPSHOT.length);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 511, 512, 513, 65_535, 65_536, 65_537, 1_000_000})
  void anySizeIsPackedAndUnpacked(int size) throws IOException {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);

    assertThat(unpack(pack(content)).readAllBytes()).isEqualTo(content);
  }

  @Test
  void readsAndPiecesOfAnySizeGiveTheSameBytes() throws IOException {
    byte[] expected = pack(SNAPSHOT);
    for (long seed = 0; seed < 10; seed++) {
      Random random = new Random(seed);
      InputStream packing =
          tarball.encode(Content.of(pieces(SNAPSHOT, random), SNAPSHOT.length), NAME).stream();
      byte[] packed = readOddly(packing, random);
      assertThat(packed).as("seed %d", seed).isEqualTo(expected);

      InputStream unpacking = tarball.decode(pieces(packed, random), NAME);
      assertThat(readOddly(unpacking, random)).as("seed %d", seed).isEqualTo(SNAPSHOT);
      assertThat(unpacking.read()).isEqualTo(-1);
      assertThat(unpacking.read(new byte[3])).isEqualTo(-1);
    }
  }

  @Test
  void theSameSnapshotAndNameGiveTheSameBytesWhereverTheyAreStored() throws IOException {
    BackupName inDirectory = BackupName.parse("old/etcd-backup-2020-02-03-14-40-07.tar.gz");

    byte[] packed = pack(SNAPSHOT);

    assertThat(pack(SNAPSHOT)).isEqualTo(packed);
    assertThat(
            tarball
                .encode(
                    Content.of(new ByteArrayInputStream(SNAPSHOT), SNAPSHOT.length), inDirectory)
                .stream()
                .readAllBytes())
        .isEqualTo(packed);
  }

  @Test
  void timesThatTarCannotWriteAsOctalDigitsAreNoObstacle() throws IOException {
    for (String time : new String[] {"0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
      BackupName name = BackupName.tarball(Instant.parse(time));
      byte[] packed =
          tarball
              .encode(Content.of(new ByteArrayInputStream(SNAPSHOT), SNAPSHOT.length), name)
              .stream()
              .readAllBytes();

      assertThat(tarball.decode(new ByteArrayInputStream(packed), name).readAllBytes())
          .isEqualTo(SNAPSHOT);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096, 70_000})
  void aSnapshotThatEndsEarlyIsNeverPackedToAnEnd(int length) {
    InputStream packing =
        tarball
            .encode(
                Content.of(
                    new ByteArrayInputStream(Arrays.copyOf(SNAPSHOT, length)), SNAPSHOT.length),
                NAME)
            .stream();

    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(packing::readAllBytes)
        .withMessage(
            "the snapshot ended after " + length + " of " + SNAPSHOT.length + " bytes announced");
    assertThatExceptionOfType(SourceException.class).isThrownBy(packing::read);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100_000})
  void aSnapshotThatGoesOnIsNeverPackedToAnEnd(int more) {
    InputStream packing =
        tarball
            .encode(
                Content.of(
                    new ByteArrayInputStream(Arrays.copyOf(SNAPSHOT, SNAPSHOT.length + more)),
                    SNAPSHOT.length),
                NAME)
            .stream();

    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(packing::readAllBytes)
        .withMessageContaining("goes on after the " + SNAPSHOT.length + " bytes");
    assertThatExceptionOfType(SourceException.class).isThrownBy(packing::read);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 50_000, 100 * 4096 + 32})
  void whatTheSnapshotThrowsPassesAsItIsAndAgain(int at) {
    for (IOException failure :
        new IOException[] {
          new SourceException("etcd went away"),
          new CorruptBackupException("the snapshot does not match"),
          new IOException("reset"),
        }) {
      InputStream packing =
          tarball
              .encode(
                  Content.of(failingOnce(Arrays.copyOf(SNAPSHOT, at), failure), SNAPSHOT.length),
                  NAME)
              .stream();

      assertThat(catchThrowableOfType(IOException.class, packing::readAllBytes)).isSameAs(failure);
      assertThat(catchThrowableOfType(IOException.class, packing::read)).isSameAs(failure);
    }
  }

  @Test
  void whatTheStoreThrowsPassesAsItIsAndAgain() throws IOException {
    byte[] packed = pack(SNAPSHOT);
    for (int at :
        new int[] {0, 5, 10, 11, 600, packed.length / 2, packed.length - 4, packed.length}) {
      for (IOException failure :
          new IOException[] {
            new StoreException("the connection was cut short", null), new IOException("reset")
          }) {
        InputStream unpacking =
            tarball.decode(failingOnce(Arrays.copyOf(packed, at), failure), NAME);

        assertThat(catchThrowableOfType(IOException.class, unpacking::readAllBytes))
            .as("after %d bytes", at)
            .isSameAs(failure);
        assertThat(catchThrowableOfType(IOException.class, unpacking::read)).isSameAs(failure);
      }
    }
  }

  @Test
  void nothingIsReadBeforeTheFirstRead() {
    AtomicInteger touched = new AtomicInteger();
    InputStream untouchable =
        new InputStream() {
          @Override
          public int read() {
            return touched.incrementAndGet();
          }

          @Override
          public int read(byte[] buffer, int offset, int length) {
            return touched.incrementAndGet();
          }
        };

    assertThat(tarball.encode(Content.of(untouchable, 1), NAME).stream()).isNotNull();
    assertThat(tarball.decode(untouchable, NAME)).isNotNull();
    assertThat(touched).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000})
  void closingClosesTheStreamUnderneathWheneverItComes(int read) throws IOException {
    AtomicInteger closed = new AtomicInteger();
    InputStream packing =
        tarball.encode(Content.of(closeCounting(SNAPSHOT, closed), SNAPSHOT.length), NAME).stream();
    packing.readNBytes(read);
    packing.close();
    assertThat(closed).hasValue(1);
    assertThatExceptionOfType(IOException.class).isThrownBy(packing::read);

    InputStream unpacking = tarball.decode(closeCounting(pack(SNAPSHOT), closed), NAME);
    unpacking.readNBytes(read);
    unpacking.close();
    assertThat(closed.get()).isGreaterThanOrEqualTo(2);
    assertThatExceptionOfType(IOException.class).isThrownBy(unpacking::read);
  }

  @Test
  void badArgumentsAreNamed() {
    InputStream nothing = InputStream.nullInputStream();
    BackupName periodic = BackupName.parse("etcd.backup_v1_2020-02-03-20:45:48");
    BackupName encrypted = BackupName.parse("etcd-backup-2020-02-03-14-40-07.tar.gz.gpg");
    BackupEncodings encodings = BackupEncodings.of(tarball);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> tarball.encode(Content.of(nothing, -1), NAME).stream())
        .withMessageContaining("0 or more, not -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tarball.encode(Content.of(nothing, 0), periodic).stream())
        .withMessageContaining("not etcd.backup_v1_2020-02-03-20:45:48");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tarball.decode(nothing, BackupName.parse("manual.tar.gz")))
        .withMessageContaining("not manual.tar.gz");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encodings.decode(nothing, encrypted))
        .withMessageContaining("encrypted with OpenPGP");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encodings.encode(Content.of(nothing, 0), encrypted))
        .withMessageContaining("encrypted with OpenPGP");
  }

  private byte[] pack(byte[] content) throws IOException {
    try (InputStream packing =
        tarball
            .encode(Content.of(new ByteArrayInputStream(content), content.length), NAME)
            .stream()) {
      return packing.readAllBytes();
    }
  }

  private InputStream unpack(byte[] packed) {
    return tarball.decode(new ByteArrayInputStream(packed), NAME);
  }

  private static byte[] readOddly(InputStream in, Random random) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[200_000];
    while (true) {
      if (random.nextInt(10) == 0) {
        int one = in.read();
        if (one < 0) {
          return out.toByteArray();
        }
        out.write(one);
      }
      int offset = random.nextInt(100);
      int bound = random.nextBoolean() ? 600 : buffer.length - 100;
      int read = in.read(buffer, offset, 1 + random.nextInt(bound));
      if (read < 0) {
        return out.toByteArray();
      }
      out.write(buffer, offset, read);
    }
  }

  private static InputStream pieces(byte[] bytes, Random random) {
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        return super.read(buffer, offset, Math.min(length, 1 + random.nextInt(9000)));
      }
    };
  }

  /** A bad stream: it fails once where the bytes end, then pretends that this was the end. */
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

  private static InputStream closeCounting(byte[] bytes, AtomicInteger closed) {
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      @Override
      public void close() throws IOException {
        closed.incrementAndGet();
        super.close();
      }
    };
  }
}
