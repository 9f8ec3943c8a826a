package dev.etcdbackup.snapshot;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.snapshot.bbolt.Bucket;
import dev.etcdbackup.snapshot.bbolt.LeafVisitor;
import dev.etcdbackup.snapshot.bbolt.Meta;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import dev.etcdbackup.snapshot.bbolt.TreeWalk;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Verifies a snapshot: its SHA-256, its pages, and what is in its buckets. */
final class SnapshotCheck {
  private static final List<String> REQUIRED = List.of("key", MetaBucket.NAME);

  private final RandomAccessBytes bytes;
  private final boolean checksumMatches;
  private final VerifyOptions options;
  private final BucketVisitor visitor;
  private final ProblemCollector problems;

  /**
   * @param checksumMatches whether the SHA-256 was verified already and need not be computed again
   */
  SnapshotCheck(
      RandomAccessBytes bytes,
      boolean checksumMatches,
      VerifyOptions options,
      BucketVisitor visitor) {
    this.bytes = bytes;
    this.checksumMatches = checksumMatches;
    this.options = options;
    this.visitor = visitor;
    this.problems = new ProblemCollector(options.maxProblems());
  }

  VerifyReport run() throws IOException {
    Optional<ForeignFormat> foreign = ForeignFormat.of(bytes);
    if (foreign.isPresent()) {
      problems.add(Problem.ofFile(Problem.Kind.FORMAT, foreign.get().message()));
      return problems.report();
    }
    if (checksumMatches) {
      checkDatabase();
      return report();
    }
    if (!TrailerCheck.isThere(bytes)) {
      if (options.trailerRequired()) {
        problems.add(
            Problem.ofFile(
                Problem.Kind.TRAILER,
                "there is no SHA-256 at the end: the file is cut short, or was not streamed"));
      }
      checkDatabase();
      return report();
    }
    try (TrailerCheck trailer = TrailerCheck.start(bytes)) {
      checkDatabase();
      if (!trailer.matches()) {
        problems.add(
            Problem.ofFile(
                Problem.Kind.TRAILER, "the SHA-256 at the end is not that of what is before it"));
      }
    }
    return report();
  }

  private VerifyReport report() throws IOException {
    if (options.deep() && problems.report().ok()) {
      try {
        new CrossCheck(bytes, problems).run();
      } catch (CorruptBackupException e) { // more small entries than any cluster has
        problems.add(Problem.ofFile(Problem.Kind.RECORD, String.valueOf(e.getMessage())));
      }
    }
    return problems.report();
  }

  private void checkDatabase() throws IOException {
    List<Meta> metas = Meta.readBoth(bytes, problems);
    if (metas.isEmpty()) {
      return;
    }
    Meta meta = metas.get(0);
    checkSize(meta);
    if (metas.size() == 2) {
      checkAgreement(meta, metas.get(1));
    }
    TreeWalk walk = new TreeWalk(bytes, meta, problems);
    Set<String> names = new HashSet<>();
    for (Bucket bucket : walk.buckets()) {
      names.add(bucket.name());
      walk.pairs(bucket, checkedFirst(bucket));
    }
    for (String name : REQUIRED) {
      if (!names.contains(name)) {
        problems.add(Problem.ofFile(Problem.Kind.BUCKET, "there is no bucket " + name));
      }
    }
    walk.freelist();
  }

  /** From the first problem on, nothing is handed on. */
  private LeafVisitor checkedFirst(Bucket bucket) throws IOException {
    LeafVisitor check = BucketCheck.of(bucket, problems);
    if (!problems.none()) {
      return check;
    }
    BucketVisitor.Entries entries = visitor.bucket(bucket.name());
    return leaf -> {
      check.leaf(leaf);
      for (int i = 0; i < leaf.count() && problems.none(); i++) {
        leaf.select(i);
        entries.entry(leaf.array(), leaf.keyOffset(), leaf.keyLength(), leaf.valueLength());
      }
    };
  }

  private void checkSize(Meta meta) {
    long found = bytes.size() - (TrailerCheck.isThere(bytes) ? TrailerCheck.SIZE : 0);
    long wanted = meta.databaseSize();
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
