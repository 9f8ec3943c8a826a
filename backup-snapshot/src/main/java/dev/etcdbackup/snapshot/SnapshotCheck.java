package dev.etcdbackup.snapshot;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.snapshot.bbolt.Bucket;
import dev.etcdbackup.snapshot.bbolt.LeafVisitor;
import dev.etcdbackup.snapshot.bbolt.Meta;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import dev.etcdbackup.snapshot.bbolt.TreeWalk;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Verifies a snapshot: its SHA-256, its pages, and what is in its buckets. */
final class SnapshotCheck {
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
    if (!TrailerCheck.isThere(bytes.size())) {
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
    DatabaseCheck check = new DatabaseCheck(metas, options, problems);
    check.checkMetas(bytes.size());
    check.check(new TreeWalk(bytes, metas.get(0), problems), this::checkedFirst);
  }

  /** From the first problem on, nothing is handed on. */
  private LeafVisitor checkedFirst(Bucket bucket) throws IOException {
    LeafVisitor check = BucketCheck.of(bucket, new MetaBucket(), problems);
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
}
