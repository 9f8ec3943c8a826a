package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random histories, in databases of any page size, against a model that keeps everything. */
class HistoryTest {
  @TempDir Path directory;

  private record Seen(long create, long mod, long version, long lease, String value) {}

  @ParameterizedTest
  @ValueSource(ints = {1024, 4096, 16384, 65536})
  void everyRetainedRevisionReadsAsItWas(int pageSize) throws IOException {
    for (long seed = 1; seed <= 4; seed++) {
      Random random = new Random(seed);
      History all = History.random(seed, 100 + random.nextInt(300));
      History left = all.compacted(1 + random.nextLong(all.current), seed % 2 == 0);
      Path file = left.write(directory.resolve(seed + ".db"), pageSize);
      try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
        assertThat(snapshot.verify(VerifyOptions.DEFAULT.deeply()).problems())
            .as("seed %s", seed)
            .isEmpty();
        for (long revision = left.compact; revision <= left.current; revision += 7) {
          assertThat(read(snapshot.keys(KeyRange.all(), Revision.of(revision))))
              .as("seed %s, revision %s", seed, revision)
              .isEqualTo(expected(all.at(revision)));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 4096})
  void aRangeHoldsWhatLiesInIt(int pageSize) throws IOException {
    History all = History.random(11, 300);
    NavigableMap<String, History.Op> state = all.at(all.current);
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(all.write(directory.resolve("a"), pageSize))) {
      assertThat(read(snapshot.keys(KeyRange.prefix("key/1".getBytes(UTF_8)))))
          .isNotEmpty()
          .isEqualTo(expected(state.subMap("key/1", "key/2")));
      assertThat(read(snapshot.keys(range("key/13", "key/5"))))
          .isNotEmpty()
          .isEqualTo(expected(state.subMap("key/13", "key/5")));
      String one = state.firstKey();
      assertThat(read(snapshot.keys(KeyRange.of(one.getBytes(UTF_8))))).containsOnlyKeys(one);
      assertThat(read(snapshot.keys(range("key/5", "key/13")))).isEmpty();
    }
  }

  /** A member may have compacted since the snapshot was taken; the hash must not depend on it. */
  @ParameterizedTest
  @ValueSource(ints = {1024, 4096, 65536})
  void hashKvOfACompactionToComeIsThatOfTheFileAfterIt(int pageSize) throws IOException {
    for (long seed = 21; seed <= 26; seed++) {
      History all = History.random(seed, 200);
      long compact = 1 + new Random(seed).nextLong(all.current);
      History left = all.compacted(compact, seed % 2 == 0);
      try (EtcdSnapshot before =
              EtcdSnapshot.open(all.write(directory.resolve("b" + seed), pageSize));
          EtcdSnapshot after =
              EtcdSnapshot.open(left.write(directory.resolve("c" + seed), pageSize))) {
        for (long revision = compact; revision <= all.current; revision += 11) {
          assertThat(after.hashKv(Revision.of(revision)))
              .as("seed %s, compacted at %s, revision %s", seed, compact, revision)
              .isEqualTo(before.hashKv(Revision.of(revision), compact));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 4096})
  void differencesAreThoseOfTheModels(int pageSize) throws IOException {
    for (long seed = 31; seed <= 34; seed++) {
      History all = History.random(seed, 260);
      Map<String, History.Op> before = all.at(90);
      Map<String, History.Op> after = all.at(all.current);
      try (EtcdSnapshot snapshot =
          EtcdSnapshot.open(all.write(directory.resolve("d" + seed), pageSize))) {
        DiffCursor diff =
            new DiffCursor(
                snapshot.keys(KeyRange.all(), Revision.of(90)),
                snapshot.keys(KeyRange.all(), Revision.of(all.current)));
        List<String> seen = new ArrayList<>();
        while (diff.next()) {
          seen.add(diff.change() + " " + new String(diff.key(), UTF_8));
        }
        assertThat(seen).as("seed %s", seed).isEqualTo(differences(before, after));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void deepTreesWithGapsAndAFreelistAreRead(boolean freelist) throws IOException {
    History all = History.random(41, 900);
    Path file = directory.resolve("deep");
    BoltWriter writer = new BoltWriter(file, 1024).gap(2).fanout(3);
    all.write(freelist ? writer.storesFreelist() : writer);
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      assertThat(snapshot.metadata().events().depth()).isGreaterThan(4);
      assertThat(snapshot.verify().problems()).isEmpty();
      assertThat(read(snapshot.keys(KeyRange.all()))).isEqualTo(expected(all.at(all.current)));
      assertThat(snapshot.metadata().revision()).isEqualTo(all.current);
    }
  }

  private static KeyRange range(String from, String to) {
    return KeyRange.between(from.getBytes(UTF_8), to.getBytes(UTF_8));
  }

  private static List<String> differences(
      Map<String, History.Op> before, Map<String, History.Op> after) {
    TreeMap<String, String> differences = new TreeMap<>();
    before.forEach(
        (key, op) -> {
          History.Op now = after.get(key);
          if (now == null) {
            differences.put(key, "REMOVED " + key);
          } else if (now.lease() != op.lease() || !value(now).equals(value(op))) {
            differences.put(key, "CHANGED " + key);
          }
        });
    for (String key : after.keySet()) {
      if (!before.containsKey(key)) {
        differences.put(key, "ADDED " + key);
      }
    }
    return new ArrayList<>(differences.values());
  }

  private static Map<String, Seen> expected(Map<String, History.Op> state) {
    Map<String, Seen> expected = new TreeMap<>();
    state.forEach(
        (key, op) ->
            expected.put(
                key, new Seen(op.create(), op.main(), op.version(), op.lease(), value(op))));
    return expected;
  }

  private static String value(History.Op op) {
    return HexFormat.of().formatHex(op.value());
  }

  private static Map<String, Seen> read(KeyCursor keys) throws IOException {
    Map<String, Seen> read = new TreeMap<>();
    while (keys.next()) {
      String value = HexFormat.of().formatHex(keys.value());
      read.put(
          new String(keys.key(), UTF_8),
          new Seen(keys.createRevision(), keys.modRevision(), keys.version(), keys.lease(), value));
    }
    return read;
  }
}
