package dev.etcdbackup.tarball;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that are not what they should be: each is refused with a line that says why. */
class HostileTarballTest {
  private static final String FOLDER = "etcd-backup-2020-02-03-14-40-07";
  private static final String FILE = FOLDER + "/etcd-dump.bin";
  private static final BackupName NAME = BackupName.parse(FOLDER + ".tar.gz");
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(2, 20);

  @Test
  void aPlainArchiveIsAccepted() throws IOException {
    assertThat(unpack(whole().gzipped())).isEqualTo(SNAPSHOT);
    assertThat(unpack(tar().file(FILE, SNAPSHOT).end().gzipped())).isEqualTo(SNAPSHOT);
    assertThat(
            unpack(
                tar()
                    .folder("./")
                    .folder("./x/")
                    .file("./x/etcd-dump.bin", SNAPSHOT)
                    .end()
                    .gzipped()))
        .isEqualTo(SNAPSHOT);
    assertThat(
            unpack(
                tar()
                    .entry("x/", '\0', new byte[0])
                    .entry("x/etcd-dump.bin", '\0', SNAPSHOT)
                    .end()
                    .gzipped()))
        .isEqualTo(SNAPSHOT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc/etcd-dump.bin",
        "/etcd-dump.bin",
        "../etcd-dump.bin",
        "./../etcd-dump.bin",
        "x/../etcd-dump.bin",
        "../../x/etcd-dump.bin",
        "x/y/etcd-dump.bin",
        "x//etcd-dump.bin",
        "//etcd-dump.bin",
      })
  void aFileThatIsNotInOneFolderIsRefused(String path) {
    assertRefused(tar().file(path, SNAPSHOT).end(), "'" + path + "', which is not in one folder");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../", "/", "/etc/", "x/../", "x/y/", "./../"})
  void aFolderThatIsNotOneIsRefused(String path) {
    assertRefused(
        tar().folder(path).file(FILE, SNAPSHOT).end(),
        "'" + path + "', which is not in one folder");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "etcd-dump.bin",
        "./etcd-dump.bin",
        "x/etcd-dump",
        "x/my-etcd-dump.bin",
        "x/ETCD-DUMP.BIN",
        "x"
      })
  void aFileOfAnotherNameIsRefused(String path) {
    assertRefused(
        tar().file(path, SNAPSHOT).end(), "'" + path + "' where FOLDER/etcd-dump.bin should be");
  }

  @ParameterizedTest
  @CsvSource({
    "1, a link",
    "2, a link",
    "3, a device or pipe",
    "4, a device or pipe",
    "6, a device or pipe",
    "7, an entry of type 55",
    "S, an entry of type 83", // GNU's sparse file
    "L, an entry of type 76", // GNU's long name
    "K, an entry of type 75",
    "D, an entry of type 68",
    "V, an entry of type 86",
    "é, an entry of type 233",
  })
  void whatIsNeitherFileNorFolderIsRefused(char type, String what) {
    assertRefused(tar().entry(FILE, type, new byte[0]).end(), "it holds " + what + ", '" + FILE);
    assertRefused(
        tar().folder(FOLDER + "/").link(FOLDER + "/etcd-dump.bin", type, "/etc/passwd").end(),
        "it holds " + what);
    assertRefused(
        tar().entry(FOLDER + "/", type, new byte[0]).file(FILE, SNAPSHOT).end(),
        "it holds " + what);
  }

  @Test
  void aSecondFileIsRefusedAfterTheFirstWasRead() {
    for (HandMadeTar more :
        new HandMadeTar[] {
          tar().file(FILE, SNAPSHOT),
          tar().file("x/other", new byte[1]),
          tar().folder("y/"),
          tar().link("x/link", '2', "/etc/passwd"),
          tar().pax('x', "comment=x").file(FILE, SNAPSHOT),
        }) {
      HandMadeTar tar = tar().folder(FOLDER + "/").file(FILE, SNAPSHOT).raw(more.bytes()).end();
      assertRefused(tar, "it holds more than one file");
      assertEndIsNeverReported(tar.gzipped(), SNAPSHOT);
    }
  }

  @Test
  void anotherFolderThanTheFilesIsRefused() {
    assertRefused(
        tar().folder("x/").file("y/etcd-dump.bin", SNAPSHOT).end(), "it holds two folders");
    assertRefused(tar().folder("x/").folder("y/").folder("z/").end(), "holds no etcd-dump.bin");
  }

  @Test
  void aFolderWithContentIsRefused() {
    assertRefused(tar().entry("x/", '5', SNAPSHOT).end(), "a folder with content");
    assertRefused(tar().entry("x/", '0', SNAPSHOT).end(), "a folder with content");
  }

  @Test
  void anArchiveWithoutAFileIsRefused() {
    assertRefused(tar().end(), "it holds no etcd-dump.bin");
    assertRefused(tar().folder("x/").end(), "it holds no etcd-dump.bin");
    HandMadeTar folders = tar();
    for (int i = 0; i < 1000; i++) {
      folders.folder("./");
    }
    assertRefused(folders.file(FILE, SNAPSHOT).end(), "it holds no etcd-dump.bin");
  }

  @Test
  void whatIsNotGzipIsRefused() {
    assertRefused(new byte[0], ".gz format");
    assertRefused(SNAPSHOT, ".gz format");
    assertRefused(whole().bytes(), ".gz format");
    byte[] compress = whole().gzipped();
    compress[2] = 7; // a method nobody has
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
  void aHeaderWithAWrongChecksumIsRefused() {
    byte[] tar = whole().bytes();
    tar[512] ^= 1; // first char of the file's name

    assertRefused(HandMadeTar.gzip(tar), "a tar header whose checksum is wrong");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-0000000001",
        "0x000000001",
        "88888888888",
        "\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF", // -1
        "\u0080\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF", // 2^88 - 1
        "\u0080\0\0\0\u0080\0\0\0\0\0\0\0", // 2^63
      })
  void aSizeThatIsNoneIsRefused(String size) {
    assertRefused(
        tar().headerOfSize(FILE, size).data(SNAPSHOT).end(), "a tar header that makes no sense");
  }

  @Test
  void theLargestSizeThereIsEndsWithTheData() {
    assertRefused(
        tar()
            .headerOfSize(FILE, "\u0080\0\0\0\u007F\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF")
            .end(),
        "it ends too early");
    assertRefused(tar().header(FILE, '0', 077777777777L).end(), "it ends too early");
  }

  @Test
  void paxRecordsThatDoNotMatterAreReadOver() throws IOException {
    String owner = "uname=" + "x".repeat(500);
    assertThat(
            unpack(
                tar()
                    .pax('g', "comment=made by hand")
                    .pax('x', "mtime=1580740807.123456789", owner, "LIBARCHIVE.xattr.a=b=c")
                    .folder("x/")
                    .pax('x', "size=" + SNAPSHOT.length, "atime=1")
                    .file("x/etcd-dump.bin", SNAPSHOT)
                    .end()
                    .gzipped()))
        .isEqualTo(SNAPSHOT);
  }

  @Test
  void theSizeInAPaxRecordIsTheSize() throws IOException {
    assertThat(
            unpack(
                tar()
                    .pax('x', "size=" + SNAPSHOT.length)
                    .header(FILE, '0', 0)
                    .data(SNAPSHOT)
                    .end()
                    .gzipped()))
        .isEqualTo(SNAPSHOT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "path=../../etc/passwd",
        "linkpath=/etc/passwd",
        "GNU.sparse.map=0,1",
        "GNU.sparse.major=1",
        "GNU.sparse.name=x",
        "SCHILY.realsize=1",
      })
  void paxRecordsThatWouldRenameOrRearrangeAreRefused(String record) {
    String key = record.substring(0, record.indexOf('='));
    assertRefused(
        tar().pax('x', record).file(FILE, SNAPSHOT).end(), "the pax record '" + key + "'");
    assertRefused(
        tar().pax('g', record).file(FILE, SNAPSHOT).end(), "the pax record '" + key + "'");
  }

  @Test
  void aSizeForAllFilesIsRefused() {
    assertRefused(tar().pax('g', "size=1").file(FILE, SNAPSHOT).end(), "the pax record 'size'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "size=-1",
        "size=",
        "size",
        "size=1x",
        "size=9999999999999999999",
        "size= 1",
        "size=+1"
      })
  void aPaxSizeThatIsNoneIsRefused(String record) {
    assertRefused(
        tar().pax('x', record).file(FILE, SNAPSHOT).end(), "a pax header that makes no sense");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "\n",
        " \n",
        "0 \n",
        "1 \n",
        "2 \n",
        "9 size=1",
        "100 size=1\n",
        "-9 size=1\n",
        "9999999999 size=1\n",
        "11 size=1\n",
        "00000000000009 size=1\n",
        "10 a=b\nsize=1\n1"
      })
  void paxRecordsThatDoNotParseAreRefused(String records) {
    byte[] bytes = records.getBytes(StandardCharsets.UTF_8);

    assertRefused(
        tar().entry("PaxHeader", 'x', bytes).file(FILE, SNAPSHOT).end(),
        "a pax header that makes no sense");
  }

  @Test
  void paxHeadersWithoutMeasureAreRefused() {
    assertRefused(
        tar().header("PaxHeader", 'x', 64 * 1024 + 1).end(), "a pax header of 65537 bytes");
    assertRefused(tar().header("PaxHeader", 'g', 1L << 32).end(), "a pax header of 4294967296");
    HandMadeTar many = tar();
    for (int i = 0; i < 6; i++) {
      many.pax('g', "comment=x");
    }
    assertRefused(many.file(FILE, SNAPSHOT).end(), "more than 4 pax headers in a row");
    assertRefused(tar().pax('x', "comment=x").end(), "it holds no etcd-dump.bin");
  }

  @Test
  void whatFollowsTheEndOfTheTarIsRefused() {
    for (byte[] more :
        new byte[][] {{1}, whole().bytes(), new byte[3 << 20], padded(100), padded(9000)}) {
      byte[] gzipped = whole().raw(more).gzipped();
      assertRefused(gzipped, "it goes on after the end of its tar");
      assertEndIsNeverReported(gzipped, SNAPSHOT);
    }
    HandMadeTar between = tar().file(FILE, SNAPSHOT).raw(new byte[512]).folder("x/").end();
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
    byte[] tar = tar().folder(FOLDER + "/").file(FILE, small).end().bytes();
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
    byte[] whole = tar().folder(FOLDER + "/").file(FILE, small).end().bytes();
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
  void namesInMessagesAreShortAndPrintable() {
    assertRefused(tar().file("a\nb\u0007c", SNAPSHOT).end(), "'a?b?c' where");
    assertRefused(
        tar().pax('x', "path" + "x".repeat(5000) + "\u0001=y", "size=-1").end(),
        "a pax header that makes no sense");
    assertRefused(tar().pax('x', "GNU.sparse.\u0001" + "x".repeat(5000) + "=y").end(), "x...'");
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
        .isThrownBy(() -> new Tarball().unpack(object, NAME).readAllBytes())
        .withMessageContaining("goes on after the end of its tar");
    assertThat(object.read).isLessThan(bomb.size() / 4);
  }

  private static HandMadeTar tar() {
    return new HandMadeTar();
  }

  private static HandMadeTar whole() {
    return tar().folder(FOLDER + "/").file(FILE, SNAPSHOT).end();
  }

  private static byte[] packed() throws IOException {
    return new Tarball()
        .pack(new ByteArrayInputStream(SNAPSHOT), SNAPSHOT.length, NAME)
        .readAllBytes();
  }

  private static byte[] unpack(byte[] object) throws IOException {
    try (InputStream unpacking = new Tarball().unpack(new ByteArrayInputStream(object), NAME)) {
      return unpacking.readAllBytes();
    }
  }

  private static void assertRefused(HandMadeTar tar, String problem) {
    assertRefused(tar.gzipped(), problem);
  }

  private static void assertRefused(byte[] object, String problem) {
    InputStream unpacking = new Tarball().unpack(new ByteArrayInputStream(object), NAME);
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(unpacking::readAllBytes)
        .withMessageStartingWith(NAME + " cannot be unpacked: ")
        .withMessageContaining(problem)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300).doesNotContain("\n"));
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(unpacking::read)
        .withMessageContaining(problem);
  }

  /** What comes before the exception is the beginning of the snapshot, and no -1. */
  private static void assertEndIsNeverReported(byte[] object, byte[] content) {
    InputStream unpacking = new Tarball().unpack(new ByteArrayInputStream(object), NAME);
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> unpacking.transferTo(seen));
    assertThat(seen.toByteArray()).isEqualTo(Arrays.copyOf(content, seen.size()));
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
