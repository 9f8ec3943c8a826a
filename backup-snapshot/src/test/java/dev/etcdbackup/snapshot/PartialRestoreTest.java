package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.restore.DataDirRestore;
import dev.etcdbackup.restore.DataDirRestoreBuilder;
import dev.etcdbackup.restore.RestoredMember;
import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts of random histories, restored, against a model that keeps everything. */
class PartialRestoreTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final KeyRange ONES = KeyRange.prefix("key/1".getBytes(UTF_8));

  @TempDir Path directory;
  private int restores;

  @ParameterizedTest
  @ValueSource(ints = {1024, 4096})
  void aPartHoldsItsEventsAsTheyWereAndTheRevisionOfTheWhole(int pageSize) throws IOException {
    for (long seed = 1; seed <= 8; seed++) {
      History history = random(seed);
      Path file = history.write(directory.resolve(seed + "-" + pageSize), pageSize);
      Random random = new Random(seed);
      long until =
          Math.max(history.compact, 1)
              + random.nextLong(history.current - Math.max(history.compact, 1) + 1);
      for (KeySelection keys : selections()) {
        for (boolean latestOnly : new boolean[] {false, true}) {
          HistorySelection selection = new HistorySelection(keys, Revision.of(until), latestOnly);
          String what = "seed " + seed + ", " + selection;
          Path db = restore(file, builder -> builder.select(selection), until);
          Map<String, NavigableMap<String, String>> buckets = buckets(db);
          assertThat(buckets.get("key")).as(what).isEqualTo(model(history, selection, until));
          assertReads(what, history, db, selection, until);
        }
      }
    }
  }

  /** What a server with it answers: the same as the whole at each revision of the part. */
  private static void assertReads(
      String what, History history, Path db, HistorySelection selection, long until)
      throws IOException {
    try (EtcdSnapshot restored = EtcdSnapshot.open(db)) {
      SnapshotMetadata metadata = restored.metadata();
      assertThat(Math.max(Math.max(metadata.revision(), metadata.compactRevision()), 1))
          .as(what)
          .isEqualTo(until);
      long from = selection.latestOnly() ? until : Math.max(history.compact, 1);
      for (long revision = from; revision <= until; revision += 13) {
        KeyCursor keys = restored.keys(KeyRange.all(), Revision.of(revision));
        for (History.Op op : history.at(revision).values()) {
          if (selection.keys().contains(op.key())) {
            assertThat(keys.next()).as(what).isTrue();
            assertThat(keys.key()).as(what).isEqualTo(op.key());
            assertThat(keys.value()).as(what).isEqualTo(op.value());
            assertThat(List.of(keys.createRevision(), keys.modRevision(), keys.version()))
                .as(what)
                .containsExactly(op.create(), op.main(), op.version());
            assertThat(keys.lease()).as(what).isEqualTo(op.lease());
          }
        }
        assertThat(keys.next()).as(what).isFalse();
      }
    }
  }

  @Test
  void aPrefixAndTheRestAreTheWhole() throws IOException {
    for (long seed = 1; seed <= 10; seed++) {
      Path file = random(seed).write(directory.resolve("w" + seed), 4096);
      KeySelection all = KeySelection.all();
      Path with = restore(file, it -> it.select(keys(all.including(ONES))), 0);
      Path without = restore(file, it -> it.select(keys(all.excluding(ONES))), 0);
      Map<String, NavigableMap<String, String>> whole = buckets(restore(file, it -> it, 0));
      Map<String, NavigableMap<String, String>> union = buckets(with);
      union.get("key").values().removeIf(String::isEmpty); // marks the revision
      Map<String, NavigableMap<String, String>> rest = buckets(without);
      rest.get("key").values().removeIf(String::isEmpty);
      assertThat(union.get("key").keySet()).isNotEmpty();
      assertThat(union.get("key").keySet()).doesNotContainAnyElementsOf(rest.get("key").keySet());
      rest.forEach((bucket, pairs) -> union.get(bucket).putAll(pairs));
      assertThat(union).as("seed %s", seed).isEqualTo(whole);
    }
  }

  @Test
  void leasesOfOtherKeysStayBehind() throws IOException {
    History history = History.random(3, 200);
    Path file = history.write(directory.resolve("leases"), 4096);
    Path db = restore(file, it -> it.select(keys(KeySelection.all().including(ONES))), 0);
    try (EtcdSnapshot restored = EtcdSnapshot.open(db);
        EtcdSnapshot whole = EtcdSnapshot.open(file)) {
      List<Long> expected =
          history.ops.stream()
              .filter(op -> ONES.contains(op.key()) && op.lease() != 0)
              .map(History.Op::lease)
              .distinct()
              .sorted()
              .toList();
      assertThat(restored.leases().stream().map(Lease::id)).isEqualTo(expected);
      assertThat(whole.leases()).hasSizeGreaterThan(expected.size());
      assertThat(restored.verify(VerifyOptions.DEFAULT.withoutTrailer().deeply()).problems())
          .isEmpty();
    }
  }

  /** Without history it is what a compaction of the whole leaves, to the hash. */
  @Test
  void droppingTheHistoryIsACompaction() throws IOException {
    for (long seed = 1; seed <= 6; seed++) {
      History all = History.random(seed, 150);
      long at = 20 + new Random(seed).nextLong(100);
      Path file = all.until(at).write(directory.resolve("all" + seed), 4096);
      Path compacted =
          all.until(at).compacted(at, false).write(directory.resolve("c" + seed), 4096);
      Path db = restore(file, it -> it.select(HistorySelection.ALL.withLatestOnly()), at);
      try (EtcdSnapshot restored = EtcdSnapshot.open(db);
          EtcdSnapshot expected = EtcdSnapshot.open(compacted)) {
        assertThat(restored.hashKv()).isEqualTo(expected.hashKv());
        assertThat(restored.metadata().compactRevision()).isEqualTo(at);
      }
    }
  }

  @Test
  void aRevisionThatIsNotThereAndAnEmptySelectionAreNamed() throws IOException {
    Path file = History.random(1, 100).compacted(40, false).write(directory.resolve("n"), 4096);
    for (long revision : new long[] {39, 102}) {
      HistorySelection selection = HistorySelection.ALL.until(Revision.of(revision));
      assertThatThrownBy(() -> restore(file, it -> it.select(selection), 0))
          .isInstanceOf(RevisionNotRetainedException.class)
          .hasMessageContaining("this snapshot holds 40 to 101");
    }
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      HistorySelection nothing =
          keys(KeySelection.all().including(KeyRange.prefix("other".getBytes(UTF_8))));
      RestoredMember member =
          DataDirRestore.builder()
              .skipHashCheck()
              .select(nothing)
              .build()
              .restore(snapshot, directory.resolve("nothing"));
      assertThat(member.warnings())
          .contains("no key of the snapshot was selected: the member starts without keys");
    }
    assertThatThrownBy(
            () -> DataDirRestore.builder().withoutAuth().rootPasswordHash(BCRYPT).build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> DataDirRestore.builder().rootPasswordHash("rootpw"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("rootpw");
  }

  private static final String BCRYPT =
      "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"; // of bcrypt's own tests

  @Test
  void theUsersGoOrRootGetsAPassword() throws IOException {
    Path file = directory.resolve("auth");
    Files.write(file, Golden.named("3.5.30-rich-auth.snap.db").bytes());
    Path without = restore(file, DataDirRestoreBuilder::withoutAuth, 0);
    Path with = restore(file, it -> it.rootPasswordHash(BCRYPT), 0);
    try (EtcdSnapshot none = EtcdSnapshot.open(without);
        EtcdSnapshot root = EtcdSnapshot.open(with);
        EtcdSnapshot before = EtcdSnapshot.open(file)) {
      assertThat(before.auth().enabled()).isTrue();
      assertThat(none.auth()).isEqualTo(new AuthSummary(false, List.of(), List.of()));
      assertThat(root.auth()).isEqualTo(before.auth());
      assertThat(root.hashKv()).isEqualTo(before.hashKv());
    }
    assertThat(buckets(with).get("authUsers").values())
        .anyMatch(user -> user.contains(HEX.formatHex(BCRYPT.getBytes(UTF_8))));
    Path plain = directory.resolve("plain");
    Files.write(plain, Golden.named("3.5.30-plain.snap.db").bytes());
    try (EtcdSnapshot added =
        EtcdSnapshot.open(restore(plain, it -> it.rootPasswordHash(BCRYPT), 0))) {
      assertThat(added.auth().users())
          .containsExactly(new AuthSummary.User("root", List.of("root"), false));
    }
  }

  /** Bytes of any kind are restored right or refused, and leave no directory. */
  @Test
  void mutantsAreRefusedOrHarmless() throws IOException {
    History history = History.random(7, 120).compacted(50, true);
    byte[] good = Files.readAllBytes(history.write(directory.resolve("good"), 1024));
    HistorySelection selection =
        new HistorySelection(KeySelection.all().including(ONES), Revision.of(90), true);
    NavigableMap<String, String> expected = model(history, selection, 90);
    int refused = 0;
    int mutants = 6 * Integer.getInteger("etcdbackup.test.share", 100);
    for (long seed = 0; seed < mutants; seed++) {
      Random random = new Random(seed);
      Mutation[] mutations = Mutation.values();
      byte[] bad = mutations[random.nextInt(mutations.length)].of(good, random);
      boolean renewed = seed % 2 == 0 && bad.length >= 32;
      if (renewed) {
        BoltWriter.seal(bad);
      }
      Path target = directory.resolve("mutant" + seed);
      try {
        DataDirRestore.builder()
            .select(selection)
            .build()
            .restore(ArrayBytes.snapshot(bad), target); // the SHA-256 is required
        NavigableMap<String, String> pairs = buckets(target.resolve("member/snap/db")).get("key");
        assertThat(renewed || pairs.equals(expected)).as("seed %s", seed).isTrue();
      } catch (CorruptBackupException e) {
        refused++;
        assertThat(target).doesNotExist();
      } catch (RevisionNotRetainedException e) {
        refused++;
        assertThat(target).doesNotExist();
      }
    }
    assertThat(refused).isGreaterThan(mutants / 2);
  }

  private static List<KeySelection> selections() {
    KeySelection all = KeySelection.all();
    KeyRange between = KeyRange.between("key/2".getBytes(UTF_8), "key/35".getBytes(UTF_8));
    return List.of(
        all,
        all.including(ONES),
        all.including(ONES).including(between).excluding(KeyRange.of("key/12".getBytes(UTF_8))),
        all.excluding(ONES),
        all.including(KeyRange.prefix("none".getBytes(UTF_8))));
  }

  private static HistorySelection keys(KeySelection keys) {
    return HistorySelection.ALL.ofKeys(keys);
  }

  private static History random(long seed) {
    Random random = new Random(seed);
    History history = History.random(seed, 100 + random.nextInt(150));
    return seed % 2 == 0 ? history : history.compacted(1 + random.nextLong(90), seed % 4 == 1);
  }

  private Path restore(Path file, UnaryOperator<DataDirRestoreBuilder> settings, long revision)
      throws IOException {
    Path target = directory.resolve("restored-" + restores++);
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      RestoredMember member =
          settings.apply(DataDirRestore.builder()).build().restore(snapshot, target);
      if (revision > 0) {
        assertThat(member.revision()).isEqualTo(revision);
      }
    }
    return target.resolve("member/snap/db");
  }

  /** The pairs of all buckets in hex, from a database that was verified. */
  private static Map<String, NavigableMap<String, String>> buckets(Path db) throws IOException {
    Map<String, NavigableMap<String, String>> buckets = new TreeMap<>();
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(db)) {
      VerifyReport report =
          snapshot.verify(
              VerifyOptions.DEFAULT.withoutTrailer(),
              name -> {
                NavigableMap<String, String> pairs = new TreeMap<>();
                buckets.put(name, pairs);
                return (array, at, keyLength, valueLength) ->
                    pairs.put(
                        HEX.formatHex(array, at, at + keyLength),
                        HEX.formatHex(array, at + keyLength, at + keyLength + valueLength));
              });
      assertThat(report.problems()).isEmpty();
    }
    return buckets;
  }

  /** The pairs of the bucket key that are wanted. */
  private static NavigableMap<String, String> model(
      History history, HistorySelection selection, long until) {
    List<History.Op> wanted = new ArrayList<>();
    NavigableMap<String, History.Op> inForce = history.at(until);
    for (History.Op op : history.ops) {
      if (op.main() <= until
          && selection.keys().contains(op.key())
          && (!selection.latestOnly() || op.isSame(inForce.get(op.name())))) {
        wanted.add(op);
      }
    }
    NavigableMap<String, String> pairs = new TreeMap<>();
    wanted.forEach(op -> pairs.put(HEX.formatHex(op.revision()), HEX.formatHex(op.keyValue())));
    long last = wanted.stream().map(History.Op::main).max(Comparator.naturalOrder()).orElse(1L);
    if (!selection.latestOnly() && Math.max(last, Math.max(history.compact, 1)) < until) {
      byte[] marker = new History.Op(until, 0, new byte[0], new byte[0], 0, 1, 0).revision();
      pairs.put(HEX.formatHex(Arrays.copyOf(marker, 17)), "");
    }
    return pairs;
  }
}
