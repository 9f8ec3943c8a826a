package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that no server writes, whose checksums are right, end a call as damage does. */
class HostileFilesTest {
  private static final int PAGE = 1024;

  @TempDir Path directory;
  private int files;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":16,\"isLearner\":[\"a\",\"b\"]}",
        "{\"id\":16,\"isLearner\":{\"id\":17}}",
        "{\"id\":16,\"isLearner\":\"true\"}",
        "{\"id\":16,\"isLearner\":1}"
      })
  void aLearnerThatIsNeitherTrueNorFalse(String json) throws IOException {
    EtcdSnapshot snapshot = ArrayBytes.snapshot(snapshot(Map.of("members", Map.of("10", json))));
    assertThat(snapshot.verify().problems())
        .singleElement()
        .extracting(Problem::kind)
        .isEqualTo(Problem.Kind.RECORD);
    assertThatThrownBy(snapshot::metadata).isInstanceOf(CorruptBackupException.class);
  }

  @Test
  void aDowngradeThatIsNeitherTrueNorFalse() throws IOException {
    String json = "{\"enabled\":[\"a\",\"b\"],\"target-version\":\"3.5.0\"}";
    EtcdSnapshot snapshot =
        ArrayBytes.snapshot(snapshot(Map.of("cluster", Map.of("downgrade", json))));
    assertThatThrownBy(() -> snapshot.preflight(false)).isInstanceOf(CorruptBackupException.class);
  }

  /** The meta page in force says that the database ends long before the stream does. */
  @Test
  void aStreamThatIsLongerThanTheDatabaseIsNotKept() throws IOException {
    byte[] database = snapshot(Map.of());
    byte[] longer = Arrays.copyOf(database, (24 << 20) + 32);
    ByteBuffer file = ByteBuffer.wrap(longer).order(ByteOrder.LITTLE_ENDIAN);
    long transaction = file.getLong(64);
    file.putLong(56, (longer.length - 32) / PAGE);
    file.putLong(72, BoltWriter.checksum(longer, 0));
    file.putLong(PAGE + 64, transaction + 1);
    file.putLong(PAGE + 72, BoltWriter.checksum(longer, PAGE));
    BoltWriter.seal(longer);

    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThat(PassingCheck.of(new ByteArrayInputStream(longer))).isEmpty();
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4 << 20);
  }

  @Test
  void aBranchWithoutChildrenAtTheTopOfTheEvents() throws IOException {
    byte[] bytes = Files.readAllBytes(History.random(3, 400).write(file(), PAGE));
    EtcdSnapshot whole = ArrayBytes.snapshot(bytes.clone());
    assertThat(whole.metadata().events().depth()).isGreaterThan(1);
    int root = rootOf("key", bytes) * PAGE;
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putShort(root + 10, (short) 0);
    EtcdSnapshot snapshot = ArrayBytes.snapshot(BoltWriter.seal(bytes));
    assertThat(snapshot.verify().ok()).isFalse();
    assertThatThrownBy(snapshot::metadata).isInstanceOf(CorruptBackupException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void aLastRevisionThatIsNone(long revision) throws IOException {
    byte[] key = new History.Op(1, 0, new byte[0], new byte[0], 0, 1, 0).revision();
    ByteBuffer.wrap(key).putLong(revision);
    byte[] bytes = snapshot(Map.of("key", Map.of(new String(key, ISO_8859_1), "")));
    assertThatThrownBy(() -> ArrayBytes.snapshot(bytes).metadata())
        .isInstanceOf(CorruptBackupException.class)
        .hasMessageContaining("not a revision");
  }

  @Test
  void theLargestRevisionIsRead() throws IOException {
    byte[] key = "a".getBytes(UTF_8);
    long last = Long.MAX_VALUE;
    History.Op put = new History.Op(last, 0, key, key, last, 1, 0);
    String event = new String(put.revision(), ISO_8859_1);
    String value = new String(put.keyValue(), ISO_8859_1);
    EtcdSnapshot snapshot = ArrayBytes.snapshot(snapshot(Map.of("key", Map.of(event, value))));
    assertThat(snapshot.verify(VerifyOptions.DEFAULT.deeply()).problems()).isEmpty();
    assertThat(snapshot.metadata().revision()).isEqualTo(last);
    assertThat(snapshot.get(key, Revision.of(last))).isPresent();
  }

  /** A member that was compacted after the end of the snapshot has nothing in common with it. */
  @Test
  void aCompactionAfterTheEndOfTheSnapshotIsRefused() throws IOException {
    History history = History.random(4, 50);
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(history.write(file(), PAGE))) {
      long end = history.current;
      assertThat(snapshot.hashKv(Revision.LATEST, end).revision()).isEqualTo(end);
      for (Revision revision : List.of(Revision.LATEST, Revision.of(end + 1))) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> snapshot.hashKv(revision, end + 1))
            .withMessageContaining("compactRevision must be -1 to " + end);
      }
    }
  }

  private Path file() {
    return directory.resolve("snapshot-" + ++files);
  }

  /** A snapshot with entries in some buckets. */
  private byte[] snapshot(Map<String, Map<String, String>> buckets) throws IOException {
    TreeMap<String, Map<String, String>> all = new TreeMap<>(buckets);
    all.putIfAbsent("key", Map.of());
    all.putIfAbsent("meta", Map.of());
    Path file = file();
    try (BoltWriter writer = new BoltWriter(file, PAGE)) {
      for (var bucket : all.entrySet()) {
        List<BoltWriter.Pair> pairs =
            new TreeMap<>(bucket.getValue())
                .entrySet().stream().map(HostileFilesTest::pair).toList();
        writer.bucket(
            bucket.getKey(), pairs.isEmpty() ? Collections.emptyIterator() : pairs.iterator());
      }
    }
    return Files.readAllBytes(file);
  }

  private static BoltWriter.Pair pair(Map.Entry<String, String> entry) {
    return new BoltWriter.Pair(
        entry.getKey().getBytes(ISO_8859_1), entry.getValue().getBytes(ISO_8859_1));
  }

  /** The page at the top of a bucket that is not small. */
  private static int rootOf(String bucket, byte[] bytes) {
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int root = (int) file.getLong(32) * PAGE;
    for (int i = 0; i < file.getShort(root + 10); i++) {
      int element = root + 16 + 16 * i;
      int key = element + file.getInt(element + 4);
      int length = file.getInt(element + 8);
      if (new String(bytes, key, length, ISO_8859_1).equals(bucket)) {
        return (int) file.getLong(key + length);
      }
    }
    throw new AssertionError("no bucket " + bucket);
  }
}
