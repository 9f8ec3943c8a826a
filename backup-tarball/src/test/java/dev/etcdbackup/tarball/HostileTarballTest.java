package dev.etcdbackup.tarball;

import static dev.etcdbackup.tarball.Tarballs.DIRECTORY;
import static dev.etcdbackup.tarball.Tarballs.FILE;
import static dev.etcdbackup.tarball.Tarballs.SNAPSHOT;
import static dev.etcdbackup.tarball.Tarballs.assertEndIsNeverReported;
import static dev.etcdbackup.tarball.Tarballs.assertRefused;
import static dev.etcdbackup.tarball.Tarballs.tar;
import static dev.etcdbackup.tarball.Tarballs.unpack;
import static dev.etcdbackup.tarball.Tarballs.whole;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives of what has no place in a backup: each is refused with a line that says why. */
class HostileTarballTest {
  @Test
  void aPlainArchiveIsAccepted() throws IOException {
    assertThat(unpack(whole().gzipped())).isEqualTo(SNAPSHOT);
    assertThat(unpack(tar().file(FILE, SNAPSHOT).end().gzipped())).isEqualTo(SNAPSHOT);
    assertThat(
            unpack(
                tar()
                    .directory("./")
                    .directory("./x/")
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
  void aFileThatIsNotInOneDirectoryIsRefused(String path) {
    assertRefused(
        tar().file(path, SNAPSHOT).end(), "'" + path + "', which is not in one directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../", "/", "/etc/", "x/../", "x/y/", "./../"})
  void aDirectoryThatIsNotOneIsRefused(String path) {
    assertRefused(
        tar().directory(path).file(FILE, SNAPSHOT).end(),
        "'" + path + "', which is not in one directory");
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
        tar().file(path, SNAPSHOT).end(), "'" + path + "' where DIRECTORY/etcd-dump.bin should be");
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
  void whatIsNeitherFileNorDirectoryIsRefused(char type, String what) {
    assertRefused(tar().entry(FILE, type, new byte[0]).end(), "it holds " + what + ", '" + FILE);
    assertRefused(
        tar()
            .directory(DIRECTORY + "/")
            .link(DIRECTORY + "/etcd-dump.bin", type, "/etc/passwd")
            .end(),
        "it holds " + what);
    assertRefused(
        tar().entry(DIRECTORY + "/", type, new byte[0]).file(FILE, SNAPSHOT).end(),
        "it holds " + what);
  }

  @Test
  void aSecondFileIsRefusedAfterTheFirstWasRead() {
    for (HandMadeTar more :
        new HandMadeTar[] {
          tar().file(FILE, SNAPSHOT),
          tar().file("x/other", new byte[1]),
          tar().directory("y/"),
          tar().link("x/link", '2', "/etc/passwd"),
          tar().pax('x', "comment=x").file(FILE, SNAPSHOT),
        }) {
      HandMadeTar tar =
          tar().directory(DIRECTORY + "/").file(FILE, SNAPSHOT).raw(more.bytes()).end();
      assertRefused(tar, "it holds more than one file");
      assertEndIsNeverReported(tar.gzipped(), SNAPSHOT);
    }
  }

  @Test
  void anotherDirectoryThanTheFilesIsRefused() {
    assertRefused(
        tar().directory("x/").file("y/etcd-dump.bin", SNAPSHOT).end(), "it holds two directories");
    assertRefused(
        tar().directory("x/").directory("y/").directory("z/").end(), "holds no etcd-dump.bin");
  }

  @Test
  void aDirectoryWithContentIsRefused() {
    assertRefused(tar().entry("x/", '5', SNAPSHOT).end(), "a directory with content");
    assertRefused(tar().entry("x/", '0', SNAPSHOT).end(), "a directory with content");
  }

  @Test
  void anArchiveWithoutAFileIsRefused() {
    assertRefused(tar().end(), "it holds no etcd-dump.bin");
    assertRefused(tar().directory("x/").end(), "it holds no etcd-dump.bin");
    HandMadeTar directories = tar();
    for (int i = 0; i < 1000; i++) {
      directories.directory("./");
    }
    assertRefused(directories.file(FILE, SNAPSHOT).end(), "it holds no etcd-dump.bin");
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
        tar().headerOfSize(FILE, size).data(SNAPSHOT).end(), "a tar header that is malformed");
  }

  @Test
  void theLargestSizesThereAreAreRefused() {
    String problem = "bytes and does not begin as a snapshot does";
    assertRefused(
        tar()
            .headerOfSize(FILE, "\u0080\0\0\0\u007F\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF")
            .end(),
        problem);
    assertRefused(tar().header(FILE, '0', 077777777777L).end(), problem);
    assertRefused(tar().header(FILE, '0', 077777777777L), "it ends too early");
  }

  @Test
  void aFileLargerThanItsSnapshotSaysIsRefusedBeforeItIsUnpacked() {
    long more = 077777777777L; // which a gzip of eight megabytes can hold
    assertRefused(
        tar().header(FILE, '0', more).data(SNAPSHOT),
        "its file has %d bytes, and the snapshot's first page announces %d"
            .formatted(more, SNAPSHOT.length));
    assertRefused(
        tar().header(FILE, '0', more).data(new byte[1 << 20]),
        "its file has %d bytes and does not begin as a snapshot does".formatted(more));
    assertRefused(
        tar().pax('x', "size=" + more).header(FILE, '0', 0).data(SNAPSHOT), "its file has " + more);
  }

  @Test
  void whatIsNoSnapshotIsUnpackedToSixtyFourMebibytes() throws IOException {
    byte[] most = new byte[64 << 20];
    assertThat(unpack(tar().file(FILE, most).end().gzipped())).isEqualTo(most);
  }

  @Test
  void paxRecordsThatDoNotMatterAreReadOver() throws IOException {
    String owner = "uname=" + "x".repeat(500);
    assertThat(
            unpack(
                tar()
                    .pax('g', "comment=made by hand")
                    .pax('x', "mtime=1580740807.123456789", owner, "LIBARCHIVE.xattr.a=b=c")
                    .directory("x/")
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
        tar().pax('x', record).file(FILE, SNAPSHOT).end(), "a pax header that is malformed");
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
        "a pax header that is malformed");
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
  void namesInMessagesAreShortAndPrintable() {
    assertRefused(tar().file("a\nb\u0007c", SNAPSHOT).end(), "'a?b?c' where");
    assertRefused(
        tar().pax('x', "path" + "x".repeat(5000) + "\u0001=y", "size=-1").end(),
        "a pax header that is malformed");
    assertRefused(tar().pax('x', "GNU.sparse.\u0001" + "x".repeat(5000) + "=y").end(), "x...'");
  }
}
