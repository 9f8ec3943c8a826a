package dev.etcdbackup.snapshot;

import static dev.etcdbackup.snapshot.Problem.Kind.KEY_VALUE;
import static dev.etcdbackup.snapshot.Problem.Kind.RECORD;
import static dev.etcdbackup.snapshot.Problem.Kind.REVISION;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each rule of a pair, in a database that is whole otherwise: its pages, its size and its SHA-256
 * are good.
 */
class PairCheckTest {
  private static final byte[] EMPTY = {};
  private static final byte[] LEASE = ByteBuffer.allocate(8).putLong(7).array();

  @TempDir Path directory;

  /** A pair in a bucket, and what is wrong with it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Case(String bucket, byte[] key, byte[] value, Problem.Kind kind, String problem) {
    @Override
    public String toString() {
      return bucket + ": " + (problem.isEmpty() ? new String(key, UTF_8) : problem);
    }
  }

  static List<Case> badEvents() {
    return List.of(
        event(put(2, 0), message(2, 2, 3, 2, 4, 1), "the key is empty in revision 2"),
        event(put(2, 1), EMPTY, "the key is empty in revision 2"),
        event(delete(2, 0), EMPTY, "the key is empty in revision 2"),
        event(delete(2, 0), message(1, "a", 2, 2), "a deletion has more than a key"),
        event(delete(2, 0), message(1, "a", 3, 2), "a deletion has more than a key"),
        event(delete(2, 0), message(1, "a", 4, 1), "a deletion has more than a key"),
        event(delete(2, 0), message(1, "a", 5, "v"), "a deletion has more than a key"),
        event(delete(2, 0), message(1, "a", 6, 7), "a deletion has more than a key"),
        event(put(2, 0), value(2, 3, 1), "mod_revision is 3 in revision 2"),
        event(put(2, 0), value(0, 2, 1), "create_revision is 0 in revision 2"),
        event(put(2, 0), value(3, 2, 1), "create_revision is 3 in revision 2"),
        event(put(2, 0), value(2, 2, 0), "version is 0 in revision 2"),
        event(
            put(2, 0),
            new byte[] {0x0a, 2, 'a'},
            "the value of revision 2 has a field that does not fit in it"),
        event(put(2, 0), new byte[] {0x10}, "the value of revision 2 ends within a number"),
        event(
            put(2, 0),
            message(0, 1),
            "the value of revision 2 has a field with an impossible number"),
        event(put(2, 0), message(1, 1), "the value of revision 2 has field 1 with the wrong type"),
        revision(put(0, 0), "is revision 0, 0"),
        revision(put(-1, 0), "is revision -1, 0"),
        revision(put(2, -1), "is revision 2, -1"),
        revision(new byte[16], "is not a revision"),
        revision(changed(put(2, 0), 8, '-'), "is not a revision"),
        revision(changed(delete(2, 0), 17, 'x'), "is not a revision"));
  }

  static List<Case> badRecords() {
    return List.of(
        record("lease", LEASE, message(1, 8, 2, 60), "is of another lease than its key says"),
        record("lease", new byte[7], message(1, 7), "is 7 bytes long, not 8"),
        record("members", "a", "{\"id\":11}", "is of another member than its key says"),
        record("members", "0a", "{\"id\":10}", "has a key that is not the id of a member"),
        record("members", "A", "{\"id\":10}", "has a key that is not the id of a member"),
        record("members", "a", "{\"id\":-10}", "has JSON with a wrong id"),
        record("members", "a", "{\"id\":10,\"name\":1}", "has JSON with a wrong name"),
        record("members", "a", "{\"id\":10,\"peerURLs\":\"\"}", "has JSON with a wrong peerURLs"),
        record("members", "a", "[]", "is not a JSON object"),
        record("members", "a", "{\"id\":10", "has malformed JSON"),
        record("members", "a", "{\"id\":10}{}", "has more than a JSON object"),
        record("members_removed", "m", "removed", "has a key that is not the id of a member"),
        record("alarm", new byte[] {0x0f}, EMPTY, "has a field of an unknown type"),
        record("authUsers", text("al"), message(1, "bo"), "has another name than its key says"),
        record("authRoles", text("al"), message(1, "bo"), "has another name than its key says"),
        record("auth", text("authEnabled"), EMPTY, "is neither yes nor no"),
        record("auth", text("authEnabled"), new byte[] {2}, "is neither yes nor no"),
        record("auth", text("authEnabled"), new byte[] {-1}, "is neither yes nor no"),
        record("auth", text("authEnabled"), new byte[] {1, 1}, "is neither yes nor no"),
        record("auth", text("authRevision"), new byte[7], "is 7 bytes long, not 8"),
        record("cluster", "clusterVersion", "3.5", "is not a version"),
        record("cluster", "downgrade", "true", "is not a JSON object"),
        record("cluster", text("later"), new byte[1 << 20], "is larger than 1 MiB"),
        record("meta", text("consistent_index"), new byte[9], "is 9 bytes long, not 8"),
        record("meta", text("term"), new byte[7], "is 7 bytes long, not 8"),
        record("meta", text("scheduledCompactRev"), delete(2, 0), "is not a revision"),
        record("meta", text("scheduledCompactRev"), put(2, 1), "is not a revision of a compaction"),
        record("meta", text("finishedCompactRev"), put(-1, 0), "is not a revision of a compaction"),
        record("meta", "storageVersion", "3.6", "is not a version"),
        record("meta", "confState", "", "is not a JSON object"));
  }

  /** What a later version may store, and what is rare. */
  static List<Case> good() {
    return List.of(
        event(put(2, 0), EMPTY, ""), // where a restore raised the revision
        event(put(2, 0), message(1, "a", 2, 2, 3, 2, 4, 1, 9, 1), ""),
        event(put(2, 0), value(1, 2, 5), ""),
        event(delete(2, 0), message(1, "a"), ""),
        record("lease", LEASE, message(1, 7, 2, 60, 3, 5, 9, "later"), ""),
        record("members", "a", "{\"id\":10,\"name\":null,\"later\":[{\"a\":1}]}", ""),
        record("members", "ffffffffffffffff", "{\"id\":18446744073709551615}", ""),
        record("members_removed", "a", "removed", ""),
        record("alarm", message(1, 7, 2, 9), EMPTY, ""),
        record("auth", text("authEnabled"), new byte[] {0}, ""),
        record("auth", text("authEnabled"), new byte[] {1}, ""),
        record("auth", "later", "x", ""),
        record("cluster", "clusterVersion", "3.6.0-rc.1", ""),
        record("cluster", "downgrade", "{\"enabled\":false}", ""),
        record("cluster", text("later"), new byte[(1 << 20) - 5], ""),
        record("meta", text("scheduledCompactRev"), put(0, 0), ""),
        record("meta", "later", "x", ""));
  }

  @ParameterizedTest
  @MethodSource({"badEvents", "badRecords"})
  void aPairThatBreaksARuleIsFound(Case bad) throws IOException {
    byte[] snapshot = snapshot(bad.bucket(), new BoltWriter.Pair(bad.key(), bad.value()));

    assertThat(ArrayBytes.snapshot(snapshot).verify().problems())
        .map(one -> one.kind() + ": " + one.message())
        .containsExactly(bad.kind() + ": " + bad.problem());
    assertThat(PassingCheck.of(new ByteArrayInputStream(snapshot))).as("in one pass").isEmpty();
  }

  @ParameterizedTest
  @MethodSource("good")
  void aPairThatBreaksNoneIsGood(Case good) throws IOException {
    byte[] snapshot = snapshot(good.bucket(), new BoltWriter.Pair(good.key(), good.value()));

    assertThat(ArrayBytes.snapshot(snapshot).verify().problems()).isEmpty();
  }

  /** The one of the deletion is longer, so the keys of the pairs are in order. */
  @ParameterizedTest
  @MethodSource("revisionsTwice")
  void revisionsAscend(List<BoltWriter.Pair> pairs) throws IOException {
    byte[] snapshot = snapshot("key", pairs.toArray(new BoltWriter.Pair[0]));

    assertThat(ArrayBytes.snapshot(snapshot).verify().problems())
        .map(one -> one.kind() + ": " + one.message())
        .containsExactly(REVISION + ": revision 2 comes after 2");
    assertThat(PassingCheck.of(new ByteArrayInputStream(snapshot))).as("in one pass").isEmpty();
  }

  static List<List<BoltWriter.Pair>> revisionsTwice() {
    BoltWriter.Pair put = new BoltWriter.Pair(put(2, 0), value(2, 2, 1));
    BoltWriter.Pair twice = new BoltWriter.Pair(delete(2, 0), message(1, "a"));
    BoltWriter.Pair next = new BoltWriter.Pair(delete(3, 0), message(1, "a"));
    return List.of(List.of(put, twice), List.of(put, twice, next));
  }

  private byte[] snapshot(String bucket, BoltWriter.Pair... pairs) throws IOException {
    Map<String, List<BoltWriter.Pair>> buckets = new TreeMap<>();
    for (String name : new String[] {"key", "meta", "lease"}) {
      buckets.put(name, Collections.emptyList());
    }
    buckets.put(bucket, List.of(pairs));
    Path file = directory.resolve("snapshot");
    BoltWriter writer = new BoltWriter(file, 4096);
    for (Map.Entry<String, List<BoltWriter.Pair>> one : buckets.entrySet()) {
      writer.bucket(one.getKey(), one.getValue().iterator());
    }
    writer.close();
    return Files.readAllBytes(file);
  }

  private static Case event(byte[] key, byte[] value, String problem) {
    return new Case("key", key, value, KEY_VALUE, problem);
  }

  private static Case revision(byte[] key, String problem) {
    return new Case("key", key, value(2, 2, 1), REVISION, "the key of this pair " + problem);
  }

  private static Case record(String bucket, String key, String value, String problem) {
    return record(bucket, text(key), text(value), problem);
  }

  private static Case record(String bucket, byte[] key, byte[] value, String problem) {
    return new Case(
        bucket, key, value, RECORD, problem.isEmpty() ? "" : "the pair there " + problem);
  }

  private static byte[] put(long main, long sub) {
    return ByteBuffer.allocate(17).putLong(main).put((byte) '_').putLong(sub).array();
  }

  private static byte[] delete(long main, long sub) {
    return ByteBuffer.allocate(18).put(put(main, sub)).put((byte) 't').array();
  }

  private static byte[] changed(byte[] bytes, int at, char to) {
    bytes[at] = (byte) to;
    return bytes;
  }

  private static byte[] value(int create, int mod, int version) {
    return message(1, "a", 2, create, 3, mod, 4, version);
  }

  private static byte[] text(String text) {
    return text.getBytes(UTF_8);
  }

  /** A message of protobuf: the number of each field and its value, a small number or a text. */
  private static byte[] message(Object... fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      int field = (int) fields[i] << 3;
      if (fields[i + 1] instanceof Integer number) {
        out.write(field);
        out.write(number);
      } else {
        byte[] text = text((String) fields[i + 1]);
        out.write(field | 2);
        out.write(text.length);
        out.writeBytes(text);
      }
    }
    return out.toByteArray();
  }
}
