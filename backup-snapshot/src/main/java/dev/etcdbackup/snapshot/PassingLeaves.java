package dev.etcdbackup.snapshot;

import dev.etcdbackup.snapshot.bbolt.Leaf;
import dev.etcdbackup.snapshot.bbolt.LeafCheck;
import dev.etcdbackup.snapshot.bbolt.LeafVisitor;
import java.io.IOException;

/**
 * Checks the leaves of the two buckets that may be large, {@code key} and {@code lease}, as they
 * pass. Which bucket a leaf is of is not known then, but keys of other buckets do not look like
 * theirs, or are kept.
 */
final class PassingLeaves implements LeafCheck {
  /** All pairs are events, in the order of their revisions. */
  static final int EVENTS = 1;

  /** All pairs are leases. */
  static final int LEASES = 2;

  @Override
  public int kindOf(Leaf leaf) throws IOException {
    leaf.select(0);
    ProblemCollector problems = new ProblemCollector(1);
    return switch (leaf.keyLength()) {
      case Event.PUT_LENGTH, Event.DELETE_LENGTH ->
          isGood(leaf, new HistoryCheck(problems), problems) ? EVENTS : UNKNOWN;
      case Long.BYTES -> isGood(leaf, BucketCheck.ofLeases(problems), problems) ? LEASES : UNKNOWN;
      default -> UNKNOWN;
    };
  }

  private static boolean isGood(Leaf leaf, LeafVisitor check, ProblemCollector problems)
      throws IOException {
    check.leaf(leaf);
    return problems.none();
  }
}
