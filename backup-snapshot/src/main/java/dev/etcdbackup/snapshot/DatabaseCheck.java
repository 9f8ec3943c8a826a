package dev.etcdbackup.snapshot;

import dev.etcdbackup.snapshot.bbolt.Bucket;
import dev.etcdbackup.snapshot.bbolt.LeafVisitor;
import dev.etcdbackup.snapshot.bbolt.Meta;
import dev.etcdbackup.snapshot.bbolt.TreeWalk;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Checks a database: its size, that its meta pages belong together, its trees, that etcd's buckets
 * are there, and the list of its free pages.
 */
final class DatabaseCheck {
  private static final List<String> REQUIRED = List.of("key", MetaBucket.NAME);

  private final List<Meta> metas;
  private final VerifyOptions options;
  private final ProblemCollector problems;

  /** What takes the pairs of each bucket. */
  @FunctionalInterface
  interface Visitors {
    LeafVisitor of(Bucket bucket) throws IOException;
  }

  /**
   * @param metas the valid meta pages, one or two
   */
  DatabaseCheck(List<Meta> metas, VerifyOptions options, ProblemCollector problems) {
    this.metas = metas;
    this.options = options;
    this.problems = problems;
  }

  /** Checks what the meta pages say, in a file of so many bytes. */
  void checkMetas(long size) {
    checkSize(size);
    if (metas.size() == 2) {
      checkAgreement(metas.get(0), metas.get(1));
    }
  }

  /** Checks the rest. */
  void check(TreeWalk walk, Visitors visitors) throws IOException {
    Set<String> names = new HashSet<>();
    for (Bucket bucket : walk.buckets()) {
      names.add(bucket.name());
      walk.pairs(bucket, visitors.of(bucket));
    }
    for (String name : REQUIRED) {
      if (!names.contains(name)) {
        problems.add(Problem.ofFile(Problem.Kind.BUCKET, "there is no bucket " + name));
      }
    }
    walk.freelist();
  }

  private void checkSize(long size) {
    long found = size - (TrailerCheck.isThere(size) ? TrailerCheck.SIZE : 0);
    long wanted = metas.get(0).databaseSize();
    if (found < wanted || (found > wanted && options.trailerRequired())) {
      problems.add(
          Problem.ofFile(Problem.Kind.SIZE, "the database has " + wanted + " bytes, not " + found));
    }
  }

  /** A server writes both anew into what it streams; in its own file they are of two moments. */
  private void checkAgreement(Meta meta, Meta other) {
    boolean streamed = options.trailerRequired();
    if (meta.pageSize() != other.pageSize()
        || meta.transaction() - other.transaction() != 1
        || (streamed && meta.root() != other.root())
        || (streamed && meta.freelist() != other.freelist())
        || (streamed && meta.highWaterMark() != other.highWaterMark())) {
      problems.add(
          new Problem(
              Problem.Kind.META,
              other.page(),
              (long) other.page() * meta.pageSize(),
              "the two meta pages do not belong together"));
    }
  }
}
