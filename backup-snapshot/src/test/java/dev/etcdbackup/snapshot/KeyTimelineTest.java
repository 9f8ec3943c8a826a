package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Timelines over many snapshots of random histories, against what happened. */
class KeyTimelineTest {
  private static final byte[] KEY = "key/7".getBytes(UTF_8);
  private static final int BACKUPS = 200;

  @TempDir Path directory;

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

  private List<KeyTimeline.Change> add(KeyTimeline timeline, History history, long at)
      throws IOException {
    Path file = history.write(directory.resolve("h" + at), 4096);
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      return timeline.add(Instant.ofEpochSecond(at), snapshot);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
