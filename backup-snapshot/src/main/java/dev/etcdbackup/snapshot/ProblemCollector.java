package dev.etcdbackup.snapshot;

import dev.etcdbackup.snapshot.bbolt.Damage;
import dev.etcdbackup.snapshot.bbolt.DamageReport;
import dev.etcdbackup.snapshot.bbolt.Leaf;
import java.util.ArrayList;
import java.util.List;

/** Problems as they are found: the first are kept, all are counted. For one thread. */
final class ProblemCollector implements DamageReport {
  private final List<Problem> problems = new ArrayList<>();
  private final int max;
  private long count;

  ProblemCollector(int max) {
    this.max = max;
  }

  void add(Problem problem) {
    count++;
    if (problems.size() < max) {
      problems.add(problem);
    }
  }

  void add(Problem.Kind kind, Leaf leaf, String message) {
    add(new Problem(kind, leaf.page(), leaf.position(), message));
  }

  @Override
  public void damaged(Damage damage, long page, long offset, String message) {
    add(new Problem(kind(damage), page, offset, message));
  }

  boolean none() {
    return count == 0;
  }

  VerifyReport report() {
    return new VerifyReport(problems, count);
  }

  private static Problem.Kind kind(Damage damage) {
    return switch (damage) {
      case META -> Problem.Kind.META;
      case PAGE_RANGE -> Problem.Kind.PAGE_RANGE;
      case PAGE_SHARED -> Problem.Kind.PAGE_SHARED;
      case PAGE_HEADER -> Problem.Kind.PAGE_HEADER;
      case ELEMENT -> Problem.Kind.ELEMENT;
      case DEPTH -> Problem.Kind.DEPTH;
      case KEY_ORDER -> Problem.Kind.KEY_ORDER;
      case BUCKET -> Problem.Kind.BUCKET;
      case FREELIST -> Problem.Kind.FREELIST;
    };
  }
}
