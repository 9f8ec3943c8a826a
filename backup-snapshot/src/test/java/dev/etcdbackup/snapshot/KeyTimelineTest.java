package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Timelines over many snapshots of random histories, against what happened. */
class KeyTimelineTest {
  private static final byte[] KEY = "key/7".getBytes(UTF_8);
  private static final int BACKUPS = 200;

  @TempDir Path directory;
  private int files;

  private record Shown(long revision, Optional<String> value) {}

  @Test
  void everyChangeThatASnapshotHoldsIsShownOnceAndWithinItsTimes() throws IOException {
    for (long seed = 1; seed <= 3; seed++) {
      History all = History.random(seed, 1500);
      Random random = new Random(seed);
      KeyTimeline timeline = new KeyTimeline(KEY);
      Map<Instant, Long> revisions = new HashMap<>();
      List<Shown> expected = new ArrayList<>();
      List<Shown> shown = new ArrayList<>();
      long missed = 0;
      long taken = 1;
      long compact = -1;
      for (int backup = 0; backup < BACKUPS; backup++) {
        long before = taken;
        taken = Math.min(taken + 1 + random.nextInt(14), all.current);
        if (random.nextInt(3) == 0) { // nothing undoes a compaction
          compact = Math.max(Math.max(taken - random.nextInt(20), 1), compact);
        }
        History kept = compact < 0 ? all.until(taken) : all.until(taken).compacted(compact, false);
        Instant at = Instant.ofEpochSecond(taken);
        revisions.put(at, taken);
        Path file = kept.write(directory.resolve(seed + "-" + backup), 4096);
        try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
          for (KeyTimeline.Change change : timeline.add(at, snapshot)) {
            assertThat(change.otherHistory()).isFalse();
            assertThat(change.before()).isEqualTo(at);
            missed += change.missed();
            if (change.revision().isEmpty()) {
              assertThat(all.at(taken)).doesNotContainKey("key/7");
              continue;
            }
            long revision = change.revision().get();
            assertThat(revision).isLessThanOrEqualTo(taken);
            change
                .after()
                .ifPresent(after -> assertThat(revision).isGreaterThan(revisions.get(after)));
            shown.add(new Shown(revision, change.put().map(put -> hex(put.value()))));
          }
        }
        for (History.Op op : kept.ops) {
          if (op.name().equals("key/7") && (op.main() > before || backup == 0)) {
            expected.add(
                new Shown(
                    op.main(), op.isDeletion() ? Optional.empty() : Optional.of(hex(op.value()))));
          }
        }
      }
      assertThat(shown).as("seed %s", seed).isNotEmpty().isEqualTo(expected);
      long puts =
          all.until(taken).ops.stream()
              .filter(op -> op.name().equals("key/7") && !op.isDeletion())
              .count();
      long shownPuts = shown.stream().filter(one -> one.value().isPresent()).count();
      assertThat(shownPuts + missed).as("seed %s", seed).isLessThanOrEqualTo(puts);
    }
  }

  @Test
  void aClusterThatWentBackIsSaidToBeAnother() throws IOException {
    History one = History.random(5, 200);
    History other = History.random(6, 100);
    KeyTimeline timeline = new KeyTimeline(KEY);
    assertThat(add(timeline, one, 1)).isNotEmpty();
    assertThat(add(timeline, one, 2)).isEmpty();
    List<KeyTimeline.Change> changes = add(timeline, other, 3);
    assertThat(changes).isNotEmpty();
    assertThat(changes.get(0).otherHistory()).isTrue();
  }

  /** One member has compacted its history, the other one not yet. */
  @Test
  void whatALaterSnapshotStillHoldsHappenedBeforeTheOneThatDoesNotHoldItAnyMore()
      throws IOException {
    int compacted = 0;
    for (long seed = 1; seed <= 8; seed++) {
      History all = History.random(seed, 400);
      KeyTimeline timeline = new KeyTimeline(KEY);
      List<KeyTimeline.Change> changes = new ArrayList<>();
      changes.addAll(add(timeline, all.until(100), 1));
      changes.addAll(add(timeline, all.until(300).compacted(299, false), 2));
      List<KeyTimeline.Change> later = add(timeline, all.until(400), 3);
      changes.addAll(later);
      Set<Long> shown = new HashSet<>();
      for (KeyTimeline.Change change : changes) {
        if (change.revision().isEmpty()) {
          continue; // a deletion, which the later one shows again with its revision
        }
        long revision = change.revision().get();
        shown.add(revision);
        long backup = revision <= 100 ? 1 : revision <= 300 ? 2 : 3;
        compacted += later.contains(change) && backup == 2 ? 1 : 0;
        assertThat(change.before()).isEqualTo(Instant.ofEpochSecond(backup));
        assertThat(change.after().map(Instant::getEpochSecond))
            .isEqualTo(backup == 1 ? Optional.empty() : Optional.of(backup - 1));
      }
      Set<Long> happened = new HashSet<>();
      for (History.Op op : all.until(400).ops) {
        if (op.name().equals("key/7")) {
          happened.add(op.main());
        }
      }
      assertThat(shown).as("seed %s", seed).isEqualTo(happened);
    }
    assertThat(compacted).as("changes that were compacted in between").isPositive();
  }

  private List<KeyTimeline.Change> add(KeyTimeline timeline, History history, long at)
      throws IOException {
    Path file = history.write(directory.resolve("h" + files++), 4096);
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      return timeline.add(Instant.ofEpochSecond(at), snapshot);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
