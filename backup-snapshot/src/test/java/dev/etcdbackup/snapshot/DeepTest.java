package dev.etcdbackup.snapshot;

import static dev.etcdbackup.snapshot.Problem.Kind.HISTORY;
import static dev.etcdbackup.snapshot.Problem.Kind.REFERENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Entries of which each is good by itself, but which contradict one another. */
class DeepTest {
  @TempDir Path directory;

  private static History.Op put(long main, String key, long create, long version) {
    return new History.Op(main, 0, key.getBytes(UTF_8), new byte[3], create, version, 0);
  }

  private static History.Op leased(long main, String key, long lease) {
    return new History.Op(main, 0, key.getBytes(UTF_8), new byte[3], main, 1, lease);
  }

  private static History.Op delete(long main, String key) {
    return new History.Op(main, 0, key.getBytes(UTF_8), new byte[0], 0, 0, 0);
  }

  /** A plain verify passes it; these are the problems of a deep one. */
  private List<Problem> problems(long scheduled, long finished, History.Op... ops)
      throws IOException {
    Path file = directory.resolve("snapshot-" + System.nanoTime());
    BoltWriter writer = new BoltWriter(file, 4096);
    writer.bucket(
        "key",
        Arrays.stream(ops).map(op -> new BoltWriter.Pair(op.revision(), op.keyValue())).iterator());
    TreeMap<String, Long> meta = new TreeMap<>();
    if (finished > 0) {
      meta.put("finishedCompactRev", finished);
    }
    if (scheduled > 0) {
      meta.put("scheduledCompactRev", scheduled);
    }
    writer.bucket(
        "meta",
        meta.entrySet().stream()
            .map(
                e ->
                    new BoltWriter.Pair(
                        e.getKey().getBytes(UTF_8), put(e.getValue(), "", 0, 1).revision()))
            .iterator());
    writer.bucket("lease", Collections.emptyIterator());
    writer.close();
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      assertThat(snapshot.verify().problems()).isEmpty();
      return snapshot.verify(VerifyOptions.DEFAULT.deeply()).problems();
    }
  }

  private List<Problem.Kind> kinds(long compacted, History.Op... ops) throws IOException {
    return problems(compacted, compacted, ops).stream().map(Problem::kind).toList();
  }

  @Test
  void aHistoryThatFollowsIsGood() throws IOException {
    assertThat(kinds(0, put(2, "a", 2, 1), put(3, "a", 2, 2), delete(4, "a"), put(5, "a", 5, 1)))
        .isEmpty();
    assertThat(kinds(4, put(3, "a", 2, 7), put(5, "a", 2, 8))).isEmpty();
    assertThat(kinds(4, delete(4, "a"), put(5, "a", 5, 1))).isEmpty();
  }

  @Test
  void aPutThatDoesNotFollowFromTheOneBefore() throws IOException {
    assertThat(kinds(0, put(2, "a", 2, 1), put(3, "a", 3, 2))).containsExactly(HISTORY);
    assertThat(kinds(0, put(2, "a", 2, 1), put(3, "a", 2, 3))).containsExactly(HISTORY);
    assertThat(kinds(0, put(2, "a", 2, 1), delete(3, "a"), put(4, "a", 2, 3)))
        .containsExactly(HISTORY);
    assertThat(kinds(0, put(4, "a", 2, 2))).containsExactly(HISTORY);
  }

  @Test
  void aDeletionOfWhatIsNotThere() throws IOException {
    assertThat(kinds(0, delete(2, "a"))).containsExactly(HISTORY);
    assertThat(kinds(0, put(2, "a", 2, 1), delete(3, "a"), delete(4, "a")))
        .containsExactly(HISTORY);
  }

  @Test
  void aProblemIsFoundOnItsPage() throws IOException {
    Problem problem = problems(0, 0, put(2, "a", 2, 1), put(3, "a", 2, 4)).get(0);
    assertThat(problem.message())
        .isEqualTo("version in revision 3 is 4, by the history of the key it is 2");
    assertThat(problem.page()).isEqualTo(2);
    assertThat(problem.offset()).isBetween(2 * 4096L, 3 * 4096L);
  }

  @Test
  void aLeaseThatIsNotThere() throws IOException {
    assertThat(problems(0, 0, leased(2, "a", 0x1000)))
        .singleElement()
        .satisfies(p -> assertThat(p.kind()).isEqualTo(REFERENCE))
        .satisfies(p -> assertThat(p.message()).contains("the lease 1000, which is not there"));
    assertThat(kinds(0, leased(2, "a", 0x1000), delete(3, "a"))).isEmpty();
  }

  @Test
  void aCompactionThatEndedAndNeverBegan() throws IOException {
    assertThat(problems(3, 4, put(2, "a", 2, 1), put(5, "b", 5, 1)))
        .extracting(Problem::kind)
        .containsExactly(REFERENCE);
    assertThat(problems(4, 3, put(2, "a", 2, 1), put(5, "b", 5, 1))).isEmpty();
  }

  @Test
  void aRoleThatIsNotThere() throws IOException {
    Path file = directory.resolve("roles");
    BoltWriter writer = new BoltWriter(file, 4096);
    writer.bucket(
        "authUsers",
        List.of(new BoltWriter.Pair("al".getBytes(UTF_8), message(1, "al", 3, "ops"))).iterator());
    writer.bucket("key", Collections.emptyIterator());
    writer.bucket("meta", Collections.emptyIterator());
    writer.close();
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      assertThat(snapshot.verify().ok()).isTrue();
      assertThat(snapshot.verify(VerifyOptions.DEFAULT.deeply()).lines())
          .containsExactly("user al has the role ops, which is not there (REFERENCE)");
    }
  }

  /** etcd stores the role root only when it was created like others. */
  @Test
  void theRoleRootIsBuiltIn() throws IOException {
    Path file = directory.resolve("root");
    BoltWriter writer = new BoltWriter(file, 4096);
    byte[] root = message(1, "root", 3, "root");
    writer.bucket(
        "authUsers", List.of(new BoltWriter.Pair("root".getBytes(UTF_8), root)).iterator());
    writer.bucket("key", Collections.emptyIterator());
    writer.bucket("meta", Collections.emptyIterator());
    writer.close();
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      assertThat(snapshot.verify(VerifyOptions.DEFAULT.deeply()).lines()).isEmpty();
    }
  }

  private static byte[] message(int field, String text, int other, String more) {
    ByteBuffer message = ByteBuffer.allocate(4 + text.length() + more.length());
    message.put((byte) (field << 3 | 2)).put((byte) text.length()).put(text.getBytes(UTF_8));
    message.put((byte) (other << 3 | 2)).put((byte) more.length()).put(more.getBytes(UTF_8));
    return message.array();
  }
}
