package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.etcd.DatabaseFile.Child;
import dev.etcdbackup.etcd.DatabaseFile.Pair;
import dev.etcdbackup.snapshot.bbolt.DatabaseWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RevisionScanTest {
  private static final long SEED = 20261122;

  @ParameterizedTest
  @CsvSource({
    "3.4.23-empty, 0",
    "3.4.23-misc, 22",
    "3.4.23-plain, 230",
    "3.4.23-rich-compacted1, 4209",
    "3.5.30-empty, 0",
    "3.5.30-misc, 22",
    "3.5.30-plain, 230",
    "3.5.30-rich-auth, 4545",
    "3.6.14-empty, 0",
    "3.6.14-plain, 230"
  })
  void realSnapshotsHaveTheRevisionThatEtcdPrints(String name, long revision) throws Exception {
    assertThat(scan(golden(name))).hasValue(revision);
  }

  @Test
  void theAnswerDoesNotDependOnHowTheBytesArrive() throws Exception {
    byte[] bytes = golden("3.5.30-rich-auth");
    Random random = new Random(SEED);
    for (int limit : new int[] {1, 80, 4095, 4096, 4097, 100_000}) {
      RevisionScan scan = new RevisionScan();
      for (int at = 0; at < bytes.length; ) {
        int count = Math.min(bytes.length - at, 1 + random.nextInt(limit));
        scan.update(bytes, at, count);
        at += count;
      }
      assertThat(scan.revision()).as("at most %s bytes at once", limit).hasValue(4545);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 2048, 4096, 16384, 65536})
  void anyPageSizeWillDo(int pageSize) {
    DatabaseFile file =
        new DatabaseFile(pageSize, 8, 7)
            .leaf(2, Pair.of(1, 100), Pair.of(2, 100))
            .leaf(3, Pair.of(3, 100), Pair.of(9, 100))
            .branch(4, Child.of(1, 2), Child.of(3, 3))
            .leaf(7, Pair.buckets(DatabaseFile.bucket(4)));
    assertThat(scan(file.bytes())).hasValue(9);
  }

  /** Its last branch may have one child more than a page takes. */
  @Test
  void aRestoredDatabaseWillDoWhateverItsSize(@TempDir Path directory) throws IOException {
    for (int pairs = 1; pairs < 150; pairs++) {
      Path file = directory.resolve("db-" + pairs);
      try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
          DatabaseWriter writer = new DatabaseWriter(channel, 1024)) {
        writer.bucket("key");
        for (int main = 1; main <= pairs; main++) {
          writer.add(DatabaseFile.revision(main, 0), new byte[300]);
        }
        writer.finish();
      }
      assertThat(scan(Files.readAllBytes(file))).as("%s pairs", pairs).hasValue(pairs);
    }
  }

  @Test
  void onlyTheWayFromTheRootCounts() {
    DatabaseFile file =
        new DatabaseFile(1024, 9, 3)
            .leaf(2, Pair.of(1, 10))
            .leaf(3, Pair.buckets(DatabaseFile.bucket(6)))
            .leaf(4, Pair.of(900, 10)) // free, from a database this file was before
            .leaf(5, Pair.of(5, 10))
            .branch(6, Child.of(1, 2), Child.of(4, 5))
            .branch(7, Child.of(1, 2), Child.of(800, 4))
            .leaf(8, Pair.buckets(DatabaseFile.bucket(7)));
    assertThat(scan(file.bytes())).hasValue(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {900, 942, 950, 959, 1000, 3000, 5000})
  void theLastKeyMayLieBehindALargeValue(int valueSize) {
    DatabaseFile file =
        new DatabaseFile(1024, 12, 10)
            .leaf(2, Pair.of(6, valueSize), Pair.of(7, 200))
            .leaf(10, Pair.buckets(DatabaseFile.bucket(2)));
    assertThat(scan(file.bytes())).hasValue(7);
  }

  @Test
  void thePagesOfALargeValueAreNotTakenForPages() {
    byte[] mimicry = new byte[3000];
    byte[] page = new DatabaseFile(1024, 4, 0).leaf(3, Pair.of(77, 10)).bytes();
    // The value begins 65 bytes into page 2; let its bytes look like page 3 where page 3 is.
    System.arraycopy(page, 3 * 1024, mimicry, 1024 - 65, 1024);
    DatabaseFile file =
        new DatabaseFile(1024, 12, 10)
            .leaf(2, new Pair(DatabaseFile.revision(6, 0), mimicry, false), Pair.of(7, 200))
            .leaf(10, Pair.buckets(DatabaseFile.bucket(2)));
    assertThat(scan(file.bytes())).hasValue(7);
  }

  @Test
  void aSmallBucketLiesInsideTheRootPage() {
    Pair[] buckets = Pair.buckets(DatabaseFile.inlineBucket(Pair.of(2, 10), Pair.of(3, 10)));
    assertThat(scan(new DatabaseFile(4096, 3, 2).leaf(2, buckets).bytes())).hasValue(3);
  }

  @Test
  void anEmptyBucketIsAtRevisionZeroAsEtcdPrintsIt() {
    Pair[] buckets = Pair.buckets(DatabaseFile.inlineBucket());
    assertThat(scan(new DatabaseFile(4096, 3, 2).leaf(2, buckets).bytes())).hasValue(0);
  }

  @Test
  void theListOfBucketsMayTakeSeveralPages() {
    DatabaseFile file =
        new DatabaseFile(1024, 9, 8)
            .leaf(2, Pair.of(4, 10), Pair.of(5, 10))
            .leaf(3, Pair.bucket("alarm", DatabaseFile.inlineBucket()))
            .leaf(
                4,
                Pair.bucket("cluster", DatabaseFile.inlineBucket()),
                Pair.bucket("key", DatabaseFile.bucket(2)))
            .leaf(5, Pair.bucket("lease", DatabaseFile.inlineBucket()))
            .branch(
                8,
                new Child(DatabaseFile.ascii("alarm"), 3),
                new Child(DatabaseFile.ascii("cluster"), 4),
                new Child(DatabaseFile.ascii("lease"), 5));
    assertThat(scan(file.bytes())).hasValue(5);
  }

  @Test
  void manyOlderCopiesOfTheLastLeafDoNotHideIt() {
    DatabaseFile file = new DatabaseFile(1024, 5000, 4999).leaf(2, Pair.of(6000, 10));
    for (int page = 3; page < 4998; page++) {
      file.leaf(page, Pair.of(page, 10)); // free
    }
    file.branch(4998, Child.of(1, 3), Child.of(5999, 2));
    file.leaf(4999, Pair.buckets(DatabaseFile.bucket(4998)));
    assertThat(scan(file.bytes())).hasValue(6000);
  }

  @Test
  void withTooManyHigherOnesThereIsNoAnswerRatherThanAWrongOne() {
    DatabaseFile file = new DatabaseFile(1024, 5000, 4999).leaf(2, Pair.of(6, 10));
    for (int page = 3; page < 4998; page++) {
      file.leaf(page, Pair.of(page + 100, 10));
    }
    file.leaf(4999, Pair.buckets(DatabaseFile.bucket(2)));
    assertThat(scan(file.bytes())).isEmpty();
  }

  @Test
  void aCircleOfPagesEnds() {
    DatabaseFile file =
        new DatabaseFile(1024, 6, 5)
            .branch(2, Child.of(1, 3))
            .branch(3, Child.of(1, 2))
            .leaf(5, Pair.buckets(DatabaseFile.bucket(2)));
    assertThat(scan(file.bytes())).isEmpty();
  }

  @Test
  void aChildThatIsNotThereIsNoAnswer() {
    DatabaseFile file =
        new DatabaseFile(1024, 6, 5)
            .branch(2, Child.of(1, 3), Child.of(5, 4_000_000_000L))
            .leaf(3, Pair.of(5, 10))
            .leaf(5, Pair.buckets(DatabaseFile.bucket(2)));
    assertThat(scan(file.bytes())).isEmpty();
  }

  @Test
  void halfADatabaseIsNoAnswer() throws Exception {
    byte[] bytes = golden("3.4.23-plain");
    RevisionScan scan = new RevisionScan();
    assertThat(scan.revision()).isEmpty();
    scan.update(bytes, 0, bytes.length - 33);
    assertThat(scan.revision()).isEmpty();
    scan.update(bytes, bytes.length - 33, 33);
    assertThat(scan.revision()).hasValue(230);
  }

  @Test
  void noBytesWhateverMakeItThrow() throws Exception {
    byte[] good = golden("3.4.23-misc");
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(SEED + seed);
      byte[] bytes = good.clone();
      for (int i = 1 + random.nextInt(8); i > 0; i--) {
        int at = 16 + random.nextInt(random.nextBoolean() ? 64 : bytes.length - 20);
        bytes[at] = (byte) (random.nextBoolean() ? random.nextInt() : 0xff);
      }
      try {
        OptionalLong unused = scan(bytes);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + (SEED + seed), e);
      }
    }
  }

  private static OptionalLong scan(byte[] bytes) {
    RevisionScan scan = new RevisionScan();
    scan.update(bytes, 0, bytes.length);
    return scan.revision();
  }

  private static byte[] golden(String name) throws Exception {
    try (InputStream in =
        RevisionScanTest.class.getResourceAsStream("/golden/" + name + ".snap.db.gz")) {
      return new GZIPInputStream(in).readAllBytes();
    }
  }
}
