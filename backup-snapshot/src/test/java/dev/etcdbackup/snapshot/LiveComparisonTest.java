package dev.etcdbackup.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot against members that went on, were compacted, or hold something else. */
class LiveComparisonTest {
  private static final History ALL = History.random(7, 200); // revisions 2 to 201

  @TempDir Path directory;
  private final List<Long> asked = new ArrayList<>();
  private EtcdSnapshot snapshot;
  private int files;

  @BeforeEach
  void takeASnapshotOfRevision150CompactedAt50() throws IOException {
    snapshot = open(ALL.until(150).compacted(50, true), "snapshot");
  }

  private EtcdSnapshot open(History history, String name) throws IOException {
    return EtcdSnapshot.open(history.write(directory.resolve(name + files++), 4096));
  }

  /** A member that holds a history, and answers for no revision it was compacted beyond. */
  private LiveHash member(History history) throws IOException {
    EtcdSnapshot live = open(history, "live");
    return revision -> {
      long number = revision.number().orElse(0);
      asked.add(number);
      return number == 0 || number >= history.compact
          ? Optional.of(live.hashKv(revision))
          : Optional.empty();
    };
  }

  private static boolean isLatest(Revision revision) {
    return revision.equals(Revision.LATEST);
  }

  private void assertComparable(LiveHash live, boolean equal) throws IOException {
    HashComparison comparison = snapshot.compareWithLive(live);
    assertThat(comparison.outcome())
        .as(comparison.reason())
        .isEqualTo(equal ? HashComparison.Outcome.EQUAL : HashComparison.Outcome.DIFFERENT);
    assertThat(comparison.reason()).contains("HashKV").doesNotContain("\n");
  }

  private void assertNotComparable(LiveHash live, String reason) throws IOException {
    HashComparison comparison = snapshot.compareWithLive(live);
    assertThat(comparison.outcome()).isEqualTo(HashComparison.Outcome.NOT_COMPARABLE);
    assertThat(comparison.reason()).contains(reason).doesNotContain("\n");
  }

  @Test
  void aMemberThatWentOnIsAskedForTheSnapshotsRevision() throws IOException {
    assertComparable(member(ALL.compacted(50, true)), true);
    assertThat(asked).containsExactly(0L, 150L);
  }

  @Test
  void aMemberThatStandsStillIsAskedOnce() throws IOException {
    assertComparable(member(ALL.until(150).compacted(50, true)), true);
    assertComparable(member(ALL.until(120).compacted(50, true)), true);
    assertThat(asked).containsExactly(0L, 0L);
  }

  @Test
  void aMemberCompactedSinceIsComparedByItsOwnCompaction() throws IOException {
    assertComparable(member(ALL.compacted(149, true)), true);
  }

  @Test
  void otherHistoryIsDifferent() throws IOException {
    assertComparable(member(History.random(8, 200).compacted(50, true)), false);
    assertComparable(member(History.random(8, 200).compacted(90, true)), false);
  }

  @Test
  void theRevisionOfTheLastCompactionIsNeverAskedFor() throws IOException {
    assertNotComparable(member(ALL.compacted(150, true)), "compacted at 150");
    assertNotComparable(member(ALL.compacted(170, true)), "compacted at 170");
    assertNotComparable(member(ALL.until(50).compacted(20, true)), "there is no later revision");
    snapshot = open(ALL.until(150).compacted(150, true), "dense");
    assertNotComparable(member(ALL.compacted(50, true)), "snapshot was compacted at 150");
    assertThat(asked).containsOnly(0L);
  }

  @Test
  void aMemberThatWasCompactedLessCannotBeCompared() throws IOException {
    assertNotComparable(member(ALL.compacted(20, true)), "the live cluster at 20 only");
    assertNotComparable(member(ALL), "the live cluster never");
  }

  @Test
  void aCompactionBetweenTheTwoQuestionsIsNoticed() throws IOException {
    LiveHash before = member(ALL.compacted(50, true));
    HashKv now = before.hashKv(Revision.LATEST).orElseThrow();
    assertNotComparable(
        revision -> isLatest(revision) ? Optional.of(now) : Optional.empty(),
        "compacted meanwhile");
    assertNotComparable(
        revision ->
            Optional.of(
                isLatest(revision) ? now : new HashKv(1, revision.number().orElseThrow(), 160)),
        "compacted at 160");
    LiveHash after = member(ALL.compacted(100, true));
    assertComparable(
        revision -> isLatest(revision) ? Optional.of(now) : after.hashKv(revision), true);
  }

  @Test
  void anEmptyClusterEqualsItsEmptySnapshot() throws IOException {
    for (String golden : List.of("3.4.23-empty.snap.db", "3.6.14-empty.snap.db")) {
      snapshot = Golden.named(golden).open();
      assertComparable(revision -> Optional.of(snapshot.hashKv(revision)), true);
    }
  }

  @Test
  void aSnapshotOfAClusterNeverCompactedIsComparedWithOneThatWas() throws IOException {
    snapshot = open(ALL.until(150), "whole");
    assertComparable(member(ALL), true);
    assertComparable(member(ALL.compacted(100, false)), true);
  }
}
