package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import dev.etcdbackup.snapshot.bbolt.PageStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Good snapshots are found good in one pass, whatever lies in their free pages and values; the
 * mutants of {@link MutationTest} show that no other is.
 */
class PassingCheckTest {
  private static final int PAGE = 1024;

  @TempDir Path directory;
  private byte[] bytes = {};
  private Path path = Path.of("");
  private int files;

  static Stream<Golden> goldens() {
    return Golden.all();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void whatServersWroteIsFoundGood(Golden golden) throws IOException {
    PassingCheck.Good good = PassingCheck.of(stream(golden.bytes())).orElseThrow();
    SnapshotMetadata metadata = golden.open().metadata();
    assertThat(good.revision()).isEqualTo(metadata.revision());
    assertThat(good.meta().writtenBy()).isEqualTo(metadata.writtenBy());
    assertThat(good.databaseSize()).isEqualTo(metadata.databaseSize());
  }

  @Test
  void treesOfAllFormsAreFoundGood() throws IOException {
    History history = History.random(11, 3000);
    for (int pageSize = 1024; pageSize <= 65536; pageSize *= 2) {
      assertGood(write(history, writer(pageSize)));
    }
    History compacted = history.compacted(1500, true);
    assertGood(write(compacted, writer(PAGE).gap(3).fanout(2)));
    assertGood(write(compacted, writer(PAGE).extraLevels(40)));
    assertGood(write(compacted, writer(PAGE).gap(1).storesFreelist()));
    assertGood(write(history.until(1), writer(4096)));
  }

  @Test
  void aTreeThatIsTooDeepIsNot() throws IOException {
    History history = History.random(11, 300);
    assertUncertain(write(history, writer(PAGE).extraLevels(70)));
  }

  @Test
  void valuesOfManyPagesAreFoundGoodUpToEightMebibytes() throws IOException {
    assertGood(values(3, 1_400_000, 5000, 2_000_000, 1, 1_400_000));
    assertGood(values(7 << 20));
    byte[] larger = values(9 << 20);
    assertThat(ArrayBytes.snapshot(larger).verify().ok()).isTrue();
    assertUncertain(larger);
  }

  @Test
  void noMoreIsKeptThanIsAllowed() throws IOException {
    byte[] snapshot = write(History.random(12, 5000), writer(PAGE));
    long pages = snapshot.length / PAGE;
    PageStream stream = new PageStream(stream(snapshot), (damage, page, offset, what) -> {});
    assertThat(stream.read(new PassingLeaves(), 100 * pages + (64 << 10))).isPresent();
    stream = new PageStream(stream(snapshot), (damage, page, offset, what) -> {});
    assertThat(stream.read(new PassingLeaves(), 64 << 10)).isEmpty();
  }

  /** A value of which each page claims to be one with all that follows, up to the same piece. */
  @Test
  void pagesWithinPagesTakeNoMoreThanIsAllowed() throws IOException {
    load(values(writer(PAGE), List.of(new byte[7 << 20])));
    int nested = 16;
    int more = bytes.length / PAGE - 3 * nested; // overflow pages of each
    for (int page = 3; page < 3 + nested; page++) {
      int at = page * PAGE;
      file().putLong(at, page).putShort(at + 8, (short) 2).putShort(at + 10, (short) 1);
      file().putInt(at + 12, more).putInt(at + 16, 0).putInt(at + 20, 16).putInt(at + 24, 1);
      file().putInt(at + 28, more * PAGE);
    }
    PageStream stream = new PageStream(stream(bytes), (damage, page, offset, what) -> {});
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThat(stream.read(new PassingLeaves(), 8 << 20)).isEmpty();
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated).isLessThan(56 << 20); // of which 32 MiB are the window's
  }

  /** Nothing is read of the stream that is not needed to say that it is not certain. */
  @Test
  void whatIsNoSnapshotIsNotReadOn() throws IOException {
    for (int size : new int[] {0, 1, 79, 80, 512, 544, 4096, 70_000, 1 << 20}) {
      ByteArrayInputStream zeros = stream(new byte[size]);
      assertThat(PassingCheck.of(zeros)).isEmpty();
      assertThat(zeros.available()).isGreaterThanOrEqualTo(size - (128 << 10));
    }
    byte[] tar = Golden.named("3.5.30-plain.snap.db").bytes();
    System.arraycopy("ustar".getBytes(UTF_8), 0, tar, 257, 5);
    assertUncertain(BoltWriter.seal(tar));
  }

  @Test
  void aTrailerIsRequired() throws IOException {
    byte[] snapshot = Golden.named("3.5.30-plain.snap.db").bytes();
    assertUncertain(Arrays.copyOf(snapshot, snapshot.length - 32));
    assertUncertain(Arrays.copyOf(snapshot, snapshot.length + 512));
    snapshot[snapshot.length - 40] ^= 1;
    assertUncertain(snapshot);
  }

  /** Whole and old, with their own numbers, as a server leaves them; some claim what follows. */
  @Test
  void oldPagesDoNoHarm() throws IOException {
    load(write(History.random(13, 2000), writer(PAGE).gap(2)));
    List<Integer> live = pages(true);
    List<Integer> free = pages(false);
    assertThat(free).hasSizeGreaterThan(100);
    Random random = new Random(1);
    for (int page : free) {
      int copied = live.get(random.nextInt(live.size()));
      System.arraycopy(bytes, copied * PAGE, bytes, page * PAGE, PAGE);
      ByteBuffer file = file();
      switch (random.nextInt(8)) {
        case 0 -> file.putLong(page * PAGE, copied); // the number of the live one
        case 1 -> file.putLong(page * PAGE, page).putInt(page * PAGE + 12, -1);
        case 2 -> file.putLong(page * PAGE, page).putInt(page * PAGE + 12, 1 << 30);
        case 3 -> file.putLong(page * PAGE, page).putInt(page * PAGE + 12, random.nextInt(12));
        case 4 -> file.putLong(page * PAGE, page).putShort(page * PAGE + 10, (short) -1);
        case 5 -> file.putLong(page * PAGE, page).putInt(page * PAGE + 20, random.nextInt());
        default -> file.putLong(page * PAGE, page);
      }
    }
    assertGood(BoltWriter.seal(bytes));
  }

  @Test
  void manyOldPagesAroundALiveOneMayMakeItUncertain() throws IOException {
    byte[] large = new byte[20 * PAGE];
    load(values(writer(PAGE).gap(40), List.of(large, new byte[5], large)));
    List<Integer> free = pages(false);
    ByteBuffer file = file();
    for (int page : free) {
      file.putLong(page * PAGE, page).putShort(page * PAGE + 8, (short) 2);
      file.putInt(page * PAGE + 12, 60);
    }
    byte[] snapshot = BoltWriter.seal(bytes);
    assertThat(ArrayBytes.snapshot(snapshot).verify().ok()).isTrue();
    assertUncertain(snapshot);
  }

  /** A database that is stored as a value: its pages bear the numbers of those they lie on. */
  @Test
  void valuesThatImitatePagesDoNoHarm() throws IOException {
    byte[] first = write(History.random(14, 60), writer(PAGE));
    byte[] value = new byte[50 * PAGE];
    Arrays.fill(value, (byte) 0x55);
    load(values(writer(PAGE), List.of(value, first, value, new byte[3])));
    int from = 3; // the value's second page
    List<Integer> live = new ArrayList<>();
    for (int page = 2; page < first.length / PAGE; page++) {
      live.add(page);
    }
    Random random = new Random(2);
    for (int page = from; page < 48; page++) {
      int copied = live.get(random.nextInt(live.size()));
      System.arraycopy(first, copied * PAGE, bytes, page * PAGE, PAGE);
      file().putLong(page * PAGE, page).putInt(page * PAGE + 12, random.nextInt(3) * page % 7);
    }
    assertGood(BoltWriter.seal(bytes));
  }

  /** A put and a deletion of one revision have other keys, so only their revisions tell. */
  @Test
  void aRevisionThatIsOnTwoPagesIsFoundBad() throws IOException {
    byte[] key = "key".getBytes(UTF_8);
    History.Op put = new History.Op(5, 0, key, new byte[950], 5, 1, 0);
    History.Op deletion = new History.Op(5, 0, key, new byte[0], 0, 0, 0);
    byte[] snapshot = bucket("key", List.of(pair(put), pair(deletion)));
    assertThat(ArrayBytes.snapshot(snapshot).verify().problems())
        .singleElement()
        .extracting(Problem::kind)
        .isEqualTo(Problem.Kind.REVISION);
    assertUncertain(snapshot);
  }

  @Test
  void eventsInAnotherBucketAreFoundBad() throws IOException {
    History.Op put = new History.Op(5, 0, "key".getBytes(UTF_8), new byte[900], 5, 1, 0);
    assertGood(bucket("key", List.of(pair(put))));
    assertUncertain(bucket("lease", List.of(pair(put))));
    byte[] id = {0, 0, 0, 0, 0, 0, 0, 1};
    byte[] lease = new byte[1000]; // an unknown field makes a page of its own
    lease[0] = 8;
    lease[1] = 1;
    lease[2] = 0x7a;
    lease[3] = (byte) ((995 & 0x7f) | 0x80);
    lease[4] = (byte) (995 >> 7);
    assertGood(bucket("lease", List.of(new BoltWriter.Pair(id, lease))));
    assertUncertain(bucket("key", List.of(new BoltWriter.Pair(id, lease))));
  }

  private static BoltWriter.Pair pair(History.Op op) {
    return new BoltWriter.Pair(op.revision(), op.keyValue());
  }

  private byte[] bucket(String name, List<BoltWriter.Pair> pairs) throws IOException {
    BoltWriter writer = writer(PAGE);
    writer.bucket(name, pairs.iterator());
    writer.bucket(name.equals("key") ? "lease" : "key", Collections.emptyIterator());
    writer.bucket("meta", Collections.emptyIterator()).close();
    return Files.readAllBytes(path);
  }

  private static ByteArrayInputStream stream(byte[] snapshot) {
    return new ByteArrayInputStream(snapshot);
  }

  private static void assertGood(byte[] snapshot) throws IOException {
    assertThat(ArrayBytes.snapshot(snapshot).verify().problems()).isEmpty();
    assertThat(PassingCheck.of(stream(snapshot))).isPresent();
  }

  private static void assertUncertain(byte[] snapshot) throws IOException {
    assertThat(PassingCheck.of(stream(snapshot))).isEmpty();
  }

  private BoltWriter writer(int pageSize) throws IOException {
    path = directory.resolve("snapshot-" + ++files);
    return new BoltWriter(path, pageSize);
  }

  private byte[] write(History history, BoltWriter writer) throws IOException {
    history.write(writer);
    return Files.readAllBytes(path);
  }

  private byte[] values(int... sizes) throws IOException {
    List<byte[]> values = Arrays.stream(sizes).mapToObj(byte[]::new).toList();
    return values(writer(4096), values);
  }

  private byte[] values(BoltWriter writer, List<byte[]> values) throws IOException {
    List<BoltWriter.Pair> pairs = new ArrayList<>();
    for (byte[] value : values) {
      long main = pairs.size() + 2L;
      byte[] key = ("key/" + main).getBytes(UTF_8);
      pairs.add(pair(new History.Op(main, 0, key, value, main, 1, 0)));
    }
    writer.bucket("key", pairs.iterator());
    writer.bucket("meta", Collections.emptyIterator()).close();
    return Files.readAllBytes(path);
  }

  private void load(byte[] snapshot) {
    bytes = snapshot;
  }

  private ByteBuffer file() {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Pages that bear their own number, or those that are all zeros. */
  private List<Integer> pages(boolean numbered) {
    List<Integer> pages = new ArrayList<>();
    for (int page = 2; page < bytes.length / PAGE; page++) {
      long number = file().getLong(page * PAGE);
      boolean zeros = Arrays.equals(bytes, page * PAGE, (page + 1) * PAGE, new byte[PAGE], 0, PAGE);
      if (numbered ? number == page : zeros) {
        pages.add(page);
      }
    }
    return pages;
  }
}
