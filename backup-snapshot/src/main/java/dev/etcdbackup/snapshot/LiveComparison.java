package dev.etcdbackup.snapshot;

import java.io.IOException;
import java.util.Optional;

/**
 * How a snapshot is compared with a live member.
 *
 * @param here what the snapshot holds
 * @param snapshot computes its hash
 */
record LiveComparison(RevisionRange here, Hash snapshot) {
  /** {@code HashKV} offline. */
  @FunctionalInterface
  interface Hash {
    HashKv hashKv(Revision revision, long compactRevision) throws IOException;
  }

  /**
   * Asks for the current revision first: that answer is never one a member remembers from a
   * compaction, so it depends on the compact revision in force.
   */
  HashComparison with(LiveHash live) throws IOException {
    Optional<HashKv> now = live.hashKv(Revision.LATEST);
    if (now.isEmpty()) {
      return HashComparison.notComparable("the live cluster does not hash its current revision");
    }
    HashKv answer = now.get();
    long revision = Math.min(here.latest(), answer.revision());
    Optional<String> obstacle = obstacle(revision, answer);
    if (obstacle.isPresent()) {
      return HashComparison.notComparable(obstacle.get());
    }
    if (revision < answer.revision()) {
      Optional<HashKv> then = live.hashKv(Revision.of(revision));
      if (then.isEmpty()) {
        return HashComparison.notComparable(
            "the live cluster was compacted meanwhile and no longer holds revision " + revision);
      }
      answer = then.get();
      obstacle = obstacle(revision, answer);
      if (obstacle.isPresent()) {
        return HashComparison.notComparable(obstacle.get());
      }
    }
    return compare(answer);
  }

  private Optional<String> obstacle(long revision, HashKv live) {
    if (revision <= here.compact()) {
      return Optional.of(
          "the snapshot was compacted at "
              + here.compact()
              + ", and there is no later revision that both hold: it ends at "
              + here.latest()
              + ", the live cluster at "
              + live.revision());
    }
    if (live.compactRevision() >= revision) {
      return Optional.of(
          "the live cluster was compacted at "
              + live.compactRevision()
              + ", and there is no later revision in the snapshot: it ends at "
              + here.latest());
    }
    if (live.compactRevision() < here.compact()) {
      return Optional.of(
          "the snapshot was compacted at "
              + here.compact()
              + ", the live cluster "
              + (live.compactRevision() < 0 ? "never" : "at " + live.compactRevision() + " only"));
    }
    return Optional.empty();
  }

  private HashComparison compare(HashKv live) throws IOException {
    HashKv ours = snapshot.hashKv(Revision.of(live.revision()), live.compactRevision());
    boolean equal = ours.hash() == live.hash();
    return new HashComparison(
        equal ? HashComparison.Outcome.EQUAL : HashComparison.Outcome.DIFFERENT,
        "at revision "
            + live.revision()
            + (live.compactRevision() < 0 ? "" : ", compacted at " + live.compactRevision())
            + ", HashKV is "
            + ours.hash()
            + (equal ? " on both sides" : " in the snapshot and " + live.hash() + " live"));
  }
}
