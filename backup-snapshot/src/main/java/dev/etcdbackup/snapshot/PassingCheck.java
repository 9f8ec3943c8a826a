package dev.etcdbackup.snapshot;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.VerifyingInputStream;
import dev.etcdbackup.snapshot.bbolt.Bucket;
import dev.etcdbackup.snapshot.bbolt.LeafVisitor;
import dev.etcdbackup.snapshot.bbolt.Meta;
import dev.etcdbackup.snapshot.bbolt.PageStream;
import dev.etcdbackup.snapshot.bbolt.PassedDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Verifies a snapshot in one pass over a stream, without a copy. Whatever {@link SnapshotCheck}
 * finds bad is not found good here. What is not found good here may still be good: {@link
 * PassedDatabase#walk} says when.
 */
final class PassingCheck {
  /** How many bytes are kept of the pages at most: of a database of some 8 GiB. */
  private static final long MAX_KEPT = 128 << 20;

  private final ProblemCollector problems = new ProblemCollector(1);
  private final HistoryCheck history = new HistoryCheck(problems);
  private final MetaBucket meta = new MetaBucket();

  private PassingCheck() {}

  /**
   * What is known of a good snapshot.
   *
   * @param revision the revision of the last event; 0 when there is none
   * @param meta its bucket {@code meta}
   * @param databaseSize the size of its database in bytes
   */
  record Good(long revision, MetaBucket meta, long databaseSize) {}

  /**
   * Verifies a snapshot.
   *
   * @param snapshot the snapshot; not closed
   * @return what was found; empty when it is not certain that it is good, and then the stream may
   *     not have been read to its end
   * @throws IOException what the stream throws, but {@link CorruptBackupException}
   */
  static Optional<Good> of(InputStream snapshot) throws IOException {
    try {
      return new PassingCheck().run(new VerifyingInputStream(snapshot));
    } catch (CorruptBackupException e) {
      return Optional.empty();
    }
  }

  private Optional<Good> run(InputStream snapshot) throws IOException {
    PageStream pages = new PageStream(snapshot, problems);
    if (!problems.none() || ForeignFormat.of(pages.head(ForeignFormat.HEAD)).isPresent()) {
      return Optional.empty();
    }
    Optional<PassedDatabase> passed = pages.read(new PassingLeaves(), maxKept());
    if (passed.isEmpty()) {
      return Optional.empty();
    }
    DatabaseCheck check = new DatabaseCheck(pages.metas(), VerifyOptions.DEFAULT, problems);
    check.checkMetas(passed.get().size());
    check.check(passed.get().walk(problems), this::visitor);
    Meta inForce = pages.metas().get(0);
    return problems.none()
        ? Optional.of(new Good(history.last(), meta, inForce.databaseSize()))
        : Optional.empty();
  }

  private LeafVisitor visitor(Bucket bucket) {
    return bucket.name().equals("key") ? history : BucketCheck.of(bucket, meta, problems);
  }

  /** In a small heap no more than a quarter of it. */
  private static long maxKept() {
    return Math.min(MAX_KEPT, Runtime.getRuntime().maxMemory() / 4);
  }
}
