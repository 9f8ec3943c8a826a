package dev.etcdbackup.tarball;

import static dev.etcdbackup.tarball.Tarballs.DIRECTORY;
import static dev.etcdbackup.tarball.Tarballs.FILE;
import static dev.etcdbackup.tarball.Tarballs.NAME;
import static dev.etcdbackup.tarball.Tarballs.SNAPSHOT;
import static dev.etcdbackup.tarball.Tarballs.assertEndIsNeverReported;
import static dev.etcdbackup.tarball.Tarballs.assertRefused;
import static dev.etcdbackup.tarball.Tarballs.tar;
import static dev.etcdbackup.tarball.Tarballs.unpack;
import static dev.etcdbackup.tarball.Tarballs.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Archives that are damaged, cut off or go on: none looks whole. */
class BrokenTarballTest {
  @Test
  void whatIsNotGzipIsRefused() {
    assertRefused(new byte[0], ".gz format");
    assertRefused(SNAPSHOT, ".gz format");
    assertRefused(whole().bytes(), ".gz format");
    byte[] compress = whole().gzipped();
    compress[2] = 7; // an unknown method
    assertRefused(compress, "compression method 7");
  }

  @Test
  void whatIsNotTarInsideIsRefused() {
    assertRefused(HandMadeTar.gzip(new byte[0]), "it ends too early");
    assertRefused(HandMadeTar.gzip(SNAPSHOT), "a tar header whose checksum is wrong");
    assertRefused(
        HandMadeTar.gzip("x".repeat(600).getBytes(StandardCharsets.UTF_8)), "a tar header");
    assertRefused(HandMadeTar.gzip(HandMadeTar.gzip(SNAPSHOT)), "a tar header");
  }

  @Test
  void whatFollowsTheEndOfTheTarIsRefused() {
    for (byte[] more :
        new byte[][] {{1}, whole().bytes(), new byte[3 << 20], padded(100), padded(9000)}) {
      byte[] gzipped = whole().raw(more).gzipped();
      assertRefused(gzipped, "it goes on after the end of its tar");
      assertEndIsNeverReported(gzipped, SNAPSHOT);
    }
    HandMadeTar between = tar().file(FILE, SNAPSHOT).raw(new byte[512]).directory("x/").end();
    assertRefused(between, "it goes on after the end of its tar");
  }

  @Test
  void zerosAfterTheEndOfTheTarArePadding() throws IOException {
    assertThat(unpack(whole().raw(new byte[1]).gzipped())).isEqualTo(SNAPSHOT);
    assertThat(unpack(whole().raw(new byte[512 * 1024]).gzipped())).isEqualTo(SNAPSHOT);
  }

  @Test
  void whatFollowsTheGzipIsRefused() throws IOException {
    byte[] gzipped = whole().gzipped();
    for (byte[] more : new byte[][] {{0}, {31}, new byte[1000], SNAPSHOT}) {
      assertRefused(concat(gzipped, more), "Unexpected data after a valid .gz stream");
      assertEndIsNeverReported(concat(gzipped, more), SNAPSHOT);
    }
    assertRefused(concat(gzipped, gzipped), "it goes on after the end of its tar");
    assertRefused(concat(gzipped, new byte[] {31, -117, 8}), "it ends too early");
  }

  @Test
  void oneTarInSeveralGzipMembersIsOneTar() throws IOException {
    byte[] tar = whole().bytes();
    byte[] members = new byte[0];
    for (int at = 0; at < tar.length; at += 10_000) {
      byte[] part = Arrays.copyOfRange(tar, at, Math.min(tar.length, at + 10_000));
      members = concat(members, HandMadeTar.gzip(part));
    }

    assertThat(unpack(members)).isEqualTo(SNAPSHOT);
  }

  @Test
  void gzipHeadersWithoutMeasureAreRefused() {
    byte[] header = {31, -117, 8, 8, 0, 0, 0, 0, 0, 3}; // a file name follows
    byte[] name = new byte[20 << 20];
    Arrays.fill(name, (byte) 'x');

    assertRefused(concat(header, name), "gzip headers are too long");

    byte[] nothing = HandMadeTar.gzip(new byte[0]);
    byte[] members = new byte[(2 << 20) / nothing.length * nothing.length];
    for (int at = 0; at < members.length; at += nothing.length) {
      System.arraycopy(nothing, 0, members, at, nothing.length);
    }
    assertRefused(members, "gzip headers are too long");
  }

  @Test
  void aTarThatIsCutOffInsideAWholeGzipIsRefused() {
    byte[] small = Arrays.copyOf(SNAPSHOT, 3000);
    byte[] tar = tar().directory(DIRECTORY + "/").file(FILE, small).end().bytes();
    for (int length = 0; length < tar.length; length += length % 512 == 0 ? 1 : 511) {
      byte[] cut = HandMadeTar.gzip(Arrays.copyOf(tar, length));
      assertRefused(cut, "it ends too early");
      assertEndIsNeverReported(cut, small);
    }
    assertRefused(HandMadeTar.gzip(Arrays.copyOf(tar, tar.length - 1)), "it ends too early");
  }

  @Test
  void aGzipThatIsCutOffIsRefusedWhereverItIs() throws IOException {
    Random random = new Random(5);
    byte[] whole = packed();
    for (int i = 0; i < 400; i++) {
      int length =
          i < 100 ? i : i < 200 ? whole.length - 1 - (i - 100) : random.nextInt(whole.length);
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatExceptionOfType(CorruptBackupException.class)
          .as("the first %d of %d bytes", length, whole.length)
          .isThrownBy(() -> unpack(cut));
      assertEndIsNeverReported(cut, SNAPSHOT);
    }
  }

  @Test
  void aFlippedBitIsFoundWhereverItMatters() throws IOException {
    byte[] whole = packed();
    int found = 0;
    for (int seed = 0; seed < 600; seed++) {
      Random random = new Random(seed);
      byte[] flipped = whole.clone();
      int at = seed < 80 ? seed / 8 : random.nextInt(flipped.length);
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      try {
        assertThat(unpack(flipped)).as("seed %d, byte %d", seed, at).isEqualTo(SNAPSHOT);
        assertThat(at).as("gzip's time and system do not matter").isBetween(3, 9);
      } catch (CorruptBackupException e) {
        found++;
      }
    }
    assertThat(found).isGreaterThan(500);
  }

  @Test
  void aWrongTarInARightGzipNeverEndsInAnotherException() throws IOException {
    byte[] small = Arrays.copyOf(SNAPSHOT, 2000);
    byte[] whole = tar().directory(DIRECTORY + "/").file(FILE, small).end().bytes();
    for (int seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      byte[] broken = whole.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        broken[random.nextInt(1024)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(unpack(HandMadeTar.gzip(broken))).as("seed %d", seed).isEqualTo(small);
      } catch (CorruptBackupException e) {
        assertThat(e.getMessage()).as("seed %d", seed).doesNotContainPattern("\\p{Cntrl}");
      }
    }
  }

  @Test
  void aTarOfNothingButZerosIsReadInNoTime() throws IOException {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
      for (int i = 0; i < 128; i++) {
        gzip.write(new byte[1 << 20]);
      }
    }
    CountingStream object = new CountingStream(bomb.toByteArray());

    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> new Tarball().decode(object, NAME).readAllBytes())
        .withMessageContaining("goes on after the end of its tar");
    assertThat(object.read).isLessThan(bomb.size() / 4);
  }

  private static byte[] packed() throws IOException {
    return new Tarball()
        .encode(Content.of(new ByteArrayInputStream(SNAPSHOT), SNAPSHOT.length), NAME).stream()
            .readAllBytes();
  }

  private static byte[] padded(int zeros) {
    byte[] padded = new byte[zeros + 1];
    padded[zeros] = 1;
    return padded;
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  private static final class CountingStream extends ByteArrayInputStream {
    private long read;

    CountingStream(byte[] bytes) {
      super(bytes);
    }

    @Override
    public synchronized int read(byte[] buffer, int offset, int length) {
      int count = super.read(buffer, offset, length);
      read += Math.max(0, count);
      return count;
    }
  }
}
