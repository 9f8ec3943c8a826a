package dev.etcdbackup.snapshot;

import dev.etcdbackup.snapshot.bbolt.Leaf;
import dev.etcdbackup.snapshot.bbolt.LeafVisitor;
import dev.etcdbackup.snapshot.bbolt.PassedLeaf;
import java.io.IOException;

/** Checks the events of the bucket {@code key}. */
final class HistoryCheck implements LeafVisitor {
  private final ProblemCollector problems;
  private final Event event = new Event();
  private long main;
  private long sub;

  HistoryCheck(ProblemCollector problems) {
    this.problems = problems;
  }

  @Override
  public void leaf(Leaf leaf) throws IOException {
    for (int i = 0; i < leaf.count(); i++) {
      leaf.select(i);
      check(leaf);
    }
  }

  @Override
  public void passed(PassedLeaf leaf) throws IOException {
    byte[] first = leaf.firstKey();
    byte[] last = leaf.lastKey();
    if (leaf.kind() != PassingLeaves.EVENTS || !isAfter(revision(first), sub(first))) {
      LeafVisitor.super.passed(leaf);
    }
    main = revision(last);
    sub = sub(last);
  }

  /** The main revision of the last event; 0 when there was none. */
  long last() {
    return main;
  }

  private void check(Leaf leaf) {
    try {
      event.readRevision(leaf);
    } catch (MalformedException e) {
      problems.add(Problem.Kind.REVISION, leaf, "the key of this pair " + e.getMessage());
      return;
    }
    if (!isAfter(event.main, event.sub)) {
      problems.add(Problem.Kind.REVISION, leaf, "revision " + event.main + " comes after " + main);
    }
    main = event.main;
    sub = event.sub;
    try {
      event.read(leaf);
    } catch (MalformedException e) {
      problems.add(
          Problem.Kind.KEY_VALUE, leaf, "the value of revision " + main + ' ' + e.getMessage());
      return;
    }
    String problem = event.problem();
    if (problem != null) {
      problems.add(Problem.Kind.KEY_VALUE, leaf, problem);
    }
  }

  private boolean isAfter(long nextMain, long nextSub) {
    return nextMain > main || (nextMain == main && nextSub > sub);
  }

  private static long revision(byte[] key) {
    return BigEndian.int64(key, 0);
  }

  private static long sub(byte[] key) {
    return BigEndian.int64(key, 9);
  }
}
