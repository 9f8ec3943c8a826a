package dev.etcdbackup.snapshot;

import static dev.etcdbackup.snapshot.Problem.Kind.BUCKET;
import static dev.etcdbackup.snapshot.Problem.Kind.DEPTH;
import static dev.etcdbackup.snapshot.Problem.Kind.ELEMENT;
import static dev.etcdbackup.snapshot.Problem.Kind.FREELIST;
import static dev.etcdbackup.snapshot.Problem.Kind.KEY_ORDER;
import static dev.etcdbackup.snapshot.Problem.Kind.KEY_VALUE;
import static dev.etcdbackup.snapshot.Problem.Kind.META;
import static dev.etcdbackup.snapshot.Problem.Kind.PAGE_HEADER;
import static dev.etcdbackup.snapshot.Problem.Kind.PAGE_RANGE;
import static dev.etcdbackup.snapshot.Problem.Kind.PAGE_SHARED;
import static dev.etcdbackup.snapshot.Problem.Kind.RECORD;
import static dev.etcdbackup.snapshot.Problem.Kind.REVISION;
import static dev.etcdbackup.snapshot.Problem.Kind.SIZE;
import static dev.etcdbackup.snapshot.Problem.Kind.TRAILER;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of damage by itself: it is named, with its page, and reading ends with it. */
class DamageTest {
  private static final int PAGE = 1024;

  @TempDir Path directory;
  private byte[] bytes;
  private ByteBuffer file;
  private int branch; // where the top of the tree of events begins
  private int leaf; // where its first leaf begins

  @BeforeEach
  void writeATreeOfThreeLevels() throws IOException {
    Path path = directory.resolve("snapshot");
    History.random(3, 400).write(new BoltWriter(path, PAGE).gap(1).storesFreelist());
    load(path);
    branch = bucketRoot("key") * PAGE;
    assertThat(flags(branch)).isEqualTo(1);
    leaf = branch;
    while (flags(leaf) == 1) {
      leaf = child(leaf, 0);
    }
    assertThat(snapshot().verify().problems()).isEmpty();
  }

  @Test
  void aValueThatChanged() throws IOException {
    bytes[find("key/") + 40] ^= 1;
    assertThat(kinds(snapshot().verify())).contains(TRAILER);
  }

  @Test
  void aMissingEnd() throws IOException {
    bytes = Arrays.copyOf(bytes, bytes.length - 32);
    assertThat(kinds(snapshot().verify())).containsExactly(TRAILER);
    assertThat(snapshot().verify(VerifyOptions.DEFAULT.withoutTrailer()).ok()).isTrue();
    bytes = Arrays.copyOf(bytes, bytes.length - 40 * PAGE);
    assertThat(kinds(snapshot().verify())).contains(SIZE, PAGE_RANGE);
    assertThatThrownBy(() -> snapshot().status())
        .isInstanceOf(CorruptBackupException.class)
        .hasMessageContaining("cut short");
  }

  @Test
  void aMissingPart() throws IOException {
    byte[] shorter = new byte[bytes.length - PAGE];
    System.arraycopy(bytes, 0, shorter, 0, 20 * PAGE);
    System.arraycopy(bytes, 21 * PAGE, shorter, 20 * PAGE, bytes.length - 21 * PAGE);
    bytes = BoltWriter.seal(shorter);
    assertThat(kinds(snapshot().verify())).contains(SIZE, PAGE_HEADER);
  }

  @Test
  void aCopyOfAMembersFileMayBeLongerThanItsDatabase() throws IOException {
    EtcdSnapshot original = snapshot();
    SnapshotStatus status = original.status();
    bytes = Arrays.copyOf(Arrays.copyOf(bytes, bytes.length - 32), bytes.length + 99 * PAGE - 32);
    assertThat(kinds(snapshot().verify())).containsExactlyInAnyOrder(TRAILER, SIZE);
    assertThat(snapshot().verify(VerifyOptions.DEFAULT.withoutTrailer()).problems()).isEmpty();
    assertThat(snapshot().status()).isEqualTo(status);
  }

  @Test
  void oneMetaPage() throws IOException {
    SnapshotStatus status = snapshot().status();
    bytes[20] ^= 1;
    assertThat(kinds(resealed().verify())).containsExactly(META);
    assertThat(resealed().status()).isEqualTo(status);
    bytes[20] ^= 1;
    bytes[PAGE + 72] ^= 1;
    assertThat(kinds(resealed().verify())).containsExactly(META);
    assertThat(resealed().status()).isEqualTo(status);
  }

  @Test
  void bothMetaPages() throws IOException {
    bytes[24] ^= 1;
    bytes[PAGE + 24] ^= 1;
    VerifyReport report = resealed().verify();
    assertThat(kinds(report)).containsOnly(META);
    assertThatThrownBy(() -> resealed().metadata())
        .isInstanceOf(CorruptBackupException.class)
        .hasMessageContaining("no database");
  }

  @Test
  void metaPagesOfTwoMoments() throws IOException {
    file.putLong(PAGE + 32, file.getLong(32) - 1);
    file.putLong(PAGE + 72, BoltWriter.checksum(bytes, PAGE));
    assertThat(kinds(resealed().verify())).containsExactly(META);
  }

  @Test
  void aFileThatIsNoDatabaseAtAll() throws IOException {
    for (int size : new int[] {0, 1, 31, 32, 33, 79, 80, 512, 544, 1056, 70_000}) {
      bytes = new byte[size];
      assertThat(snapshot().verify().ok()).as("%s bytes", size).isFalse();
      assertThatThrownBy(() -> snapshot().status()).isInstanceOf(CorruptBackupException.class);
    }
  }

  @Test
  void aTreeThatLeadsBackToItself() throws IOException {
    int inner = child(branch, 0);
    file.putLong(inner + 16 + 8, branch / PAGE);
    expect(PAGE_SHARED, branch / PAGE);
  }

  @Test
  void aPageInTwoPlaces() throws IOException {
    int inner = child(branch, 0);
    file.putLong(inner + 32 + 8, file.getLong(inner + 16 + 8));
    expect(PAGE_SHARED, file.getLong(inner + 16 + 8));
  }

  @Test
  void aTreeDeeperThanAnyRealOne() throws IOException {
    Path path = directory.resolve("deep");
    History.random(3, 100).write(new BoltWriter(path, PAGE).extraLevels(70));
    load(path);
    VerifyReport report = snapshot().verify();
    assertThat(kinds(report)).contains(DEPTH).doesNotContain(TRAILER);
    assertThatThrownBy(() -> snapshot().status()).isInstanceOf(CorruptBackupException.class);
    assertThatThrownBy(() -> snapshot().metadata()).isInstanceOf(CorruptBackupException.class);
  }

  @Test
  void aPageOutOfRange() throws IOException {
    for (long id : new long[] {0, 1, -1, Long.MAX_VALUE, bytes.length / PAGE, 1L << 40}) {
      file.putLong(branch + 16 + 8, id);
      expect(PAGE_RANGE, branch / PAGE);
    }
  }

  @Test
  void headersOfPages() throws IOException {
    file.putLong(leaf, 12345);
    expect(PAGE_HEADER, leaf / PAGE);
    file.putLong(leaf, leaf / PAGE);
    for (short flags : new short[] {0, 3, 4, 0x10, 0x7fff}) {
      file.putShort(leaf + 8, flags);
      expect(PAGE_HEADER, leaf / PAGE);
    }
    file.putShort(leaf + 8, (short) 2);
    file.putInt(leaf + 12, 1);
    expect(PAGE_HEADER, leaf / PAGE);
    file.putInt(leaf + 12, -1);
    expect(PAGE_RANGE, leaf / PAGE);
  }

  @Test
  void aPageThatClaimsMoreOrFewerElements() throws IOException {
    short count = file.getShort(leaf + 10);
    for (int wrong : new int[] {count + 1, count - 1, 0xffff, 0}) {
      file.putShort(leaf + 10, (short) wrong);
      expect(ELEMENT, leaf / PAGE);
    }
  }

  @Test
  void elementsThatLieElsewhere() throws IOException {
    int element = leaf + 16 + 16;
    for (int field = 4; field <= 12; field += 4) {
      int right = file.getInt(element + field);
      for (int wrong : new int[] {0, -1, right + 1, right - 1, 1 << 30, Integer.MIN_VALUE}) {
        file.putInt(element + field, wrong);
        expect(ELEMENT, leaf / PAGE);
      }
      file.putInt(element + field, right);
    }
  }

  @Test
  void keysOutOfOrderInAPage() throws IOException {
    file.putLong(key(leaf, 0), file.getLong(key(leaf, 1)) + 1);
    expect(KEY_ORDER, leaf / PAGE);
  }

  @Test
  void keysOutOfOrderAcrossPages() throws IOException {
    int last = file.getShort(leaf + 10) - 1;
    file.putLong(key(leaf, last), 1_000_000);
    expect(KEY_ORDER, leaf / PAGE);
  }

  @Test
  void aBranchThatPromisesMoreThanItsChildHolds() throws IOException {
    int inner = child(branch, 0);
    int key = inner + 32 + file.getInt(inner + 32);
    bytes[key + 16]++;
    expect(KEY_ORDER, file.getLong(inner + 32 + 8));
  }

  @Test
  void bucketsThatAreNone() throws IOException {
    int root = Math.toIntExact(file.getLong(32)) * PAGE;
    file.putInt(root + 16, 0);
    expect(BUCKET, root / PAGE);
    file.putInt(root + 16, 1);
    file.putInt(leaf + 16, 1);
    expect(BUCKET, leaf / PAGE);
  }

  @Test
  void aBucketByAnotherName() throws IOException {
    bytes[find("members_removed") + 3] = 'x';
    assertThat(kinds(resealed().verify())).containsExactly(BUCKET);
  }

  @Test
  void aMissingBucket() throws IOException {
    Path path = directory.resolve("bare");
    BoltWriter writer = new BoltWriter(path, PAGE);
    writer.bucket("cluster", Collections.emptyIterator()).close();
    load(path);
    assertThat(snapshot().verify().problems())
        .extracting(Problem::toString)
        .containsExactly("there is no bucket key (BUCKET)", "there is no bucket meta (BUCKET)");
    assertThat(snapshot().status().revision()).isZero();
    assertThat(snapshot().keys(KeyRange.all()).next()).isFalse();
  }

  @Test
  void revisionsAndValues() throws IOException {
    int first = key(leaf, 0);
    bytes[first + 8] = '-';
    expect(REVISION, leaf / PAGE);
    bytes[first + 8] = '_';
    int value = first + 17; // 0x0a, length, key, 0x10, create_revision, 0x18, mod_revision
    int mod = value + 2 + bytes[value + 1] + 3;
    assertThat(bytes[mod - 1]).isEqualTo((byte) 0x18);
    bytes[mod]++;
    assertThat(kinds(resealed().verify())).containsExactly(KEY_VALUE);
    bytes[mod]--;
    bytes[value + 1] = 127;
    expect(KEY_VALUE, leaf / PAGE);
  }

  /** Pages that a write went astray to are whole, bear the right number and belong elsewhere. */
  @Test
  void aLeafOfAnotherBucketUnderKey() throws IOException {
    int other = bucketRoot("lease") * PAGE;
    other = flags(other) == 1 ? child(other, 0) : other;
    long number = file.getLong(leaf);
    System.arraycopy(bytes, other, bytes, leaf, PAGE);
    file.putLong(leaf, number);
    VerifyReport report = resealed().verify();
    assertThat(report.problems())
        .anyMatch(p -> p.kind() == REVISION && p.page() == leaf / PAGE, "not a revision");
    assertThatThrownBy(() -> snapshot().keys(KeyRange.all()))
        .isInstanceOf(CorruptBackupException.class);
  }

  @Test
  void aLeaseUnderAnotherId() throws IOException {
    int root = bucketRoot("lease") * PAGE;
    root = flags(root) == 1 ? child(root, 0) : root;
    bytes[key(root, 0) + 7] ^= 1;
    expect(RECORD, root / PAGE);
  }

  @Test
  void aFreelistThatNamesPagesInUse() throws IOException {
    int list = Math.toIntExact(file.getLong(48)) * PAGE;
    long right = file.getLong(list + 16);
    file.putLong(list + 16, branch / PAGE);
    assertThat(kinds(resealed().verify())).containsOnly(FREELIST);
    file.putLong(list + 16, file.getLong(list + 24));
    assertThat(kinds(resealed().verify())).containsOnly(FREELIST);
    file.putLong(list + 16, right);
    file.putShort(list + 10, (short) (file.getShort(list + 10) - 1));
    assertThat(kinds(resealed().verify())).containsOnly(FREELIST);
    file.putShort(list + 10, (short) 0x7fff);
    assertThat(kinds(resealed().verify())).containsOnly(FREELIST);
  }

  @Test
  void moreProblemsThanAreListedAreCounted() throws IOException {
    for (int at = branch + PAGE; at < bytes.length - 32; at += PAGE) {
      bytes[at] ^= 0x55;
    }
    Arrays.fill(bytes, 2 * PAGE, branch - PAGE, (byte) 7);
    VerifyReport all = resealed().verify();
    VerifyReport one = resealed().verify(new VerifyOptions(true, 1, false));
    assertThat(one.problems()).containsExactly(all.problems().get(0));
    assertThat(one.problemCount()).isEqualTo(all.problemCount()).isGreaterThan(1);
    assertThatThrownBy(() -> new VerifyOptions(true, 0, false)).hasMessageContaining("not 0");
  }

  /** The damage is found, on that page; reading everything ends with it, and does not go on. */
  private void expect(Problem.Kind kind, long page) throws IOException {
    VerifyReport report = resealed().verify();
    assertThat(report.problems()).anyMatch(p -> p.kind() == kind && p.page() == page, kind.name());
    assertThat(kinds(report)).doesNotContain(TRAILER);
    assertThat(PassingCheck.of(new ByteArrayInputStream(bytes))).as("in one pass").isEmpty();
    if (kind != RECORD && kind != REVISION && kind != KEY_VALUE) {
      assertThatThrownBy(() -> snapshot().status())
          .isInstanceOf(CorruptBackupException.class)
          .hasMessageMatching("damaged at byte \\d+, page " + page + ": .*");
    }
  }

  private static List<Problem.Kind> kinds(VerifyReport report) {
    return report.problems().stream().map(Problem::kind).distinct().toList();
  }

  private EtcdSnapshot snapshot() {
    return ArrayBytes.snapshot(bytes);
  }

  private EtcdSnapshot resealed() {
    BoltWriter.seal(bytes);
    return snapshot();
  }

  private void load(Path path) throws IOException {
    bytes = Files.readAllBytes(path);
    file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private int bucketRoot(String name) {
    int root = Math.toIntExact(file.getLong(32)) * PAGE;
    for (int i = 0; i < file.getShort(root + 10); i++) {
      int element = root + 16 + 16 * i;
      int key = element + file.getInt(element + 4);
      int length = file.getInt(element + 8);
      if (new String(bytes, key, length, US_ASCII).equals(name)) {
        return Math.toIntExact(file.getLong(key + length));
      }
    }
    throw new AssertionError(name);
  }

  private int flags(int page) {
    return file.getShort(page + 8);
  }

  private int child(int page, int index) {
    return Math.toIntExact(file.getLong(page + 16 + 16 * index + 8)) * PAGE;
  }

  private int key(int page, int index) {
    int element = page + 16 + 16 * index;
    return element + file.getInt(element + 4);
  }

  private int find(String text) {
    return new String(bytes, ISO_8859_1).indexOf(text);
  }
}
