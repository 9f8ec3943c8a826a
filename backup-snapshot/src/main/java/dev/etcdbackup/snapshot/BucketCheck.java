package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.etcdbackup.snapshot.bbolt.Bucket;
import dev.etcdbackup.snapshot.bbolt.Damage;
import dev.etcdbackup.snapshot.bbolt.Leaf;
import dev.etcdbackup.snapshot.bbolt.LeafVisitor;
import dev.etcdbackup.snapshot.bbolt.PassedLeaf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Checks the pairs of one of the small buckets, each on its own. */
final class BucketCheck implements LeafVisitor {
  private static final String LEASE = "lease";

  private final ProblemCollector problems;
  private final SnapshotScan.EntrySink rule;
  private final boolean leases;

  private BucketCheck(ProblemCollector problems, SnapshotScan.EntrySink rule, boolean leases) {
    this.problems = problems;
    this.rule = rule;
    this.leases = leases;
  }

  /** What checks leases. */
  static LeafVisitor ofLeases(ProblemCollector problems) {
    return new BucketCheck(problems, Records::lease, true);
  }

  /**
   * What checks a bucket; one that etcd does not have is a problem by itself.
   *
   * @param meta takes the pairs of the bucket of that name
   */
  static LeafVisitor of(Bucket bucket, MetaBucket meta, ProblemCollector problems) {
    if (bucket.name().equals("key")) {
      return new HistoryCheck(problems);
    }
    SnapshotScan.EntrySink rule = rule(bucket.name(), meta);
    if (rule == null) {
      problems.damaged(
          Damage.BUCKET, bucket.page(), bucket.position(), "etcd has no bucket of this name");
      return leaf -> {};
    }
    return new BucketCheck(problems, rule, bucket.name().equals(LEASE));
  }

  private static SnapshotScan.@Nullable EntrySink rule(String bucket, MetaBucket meta) {
    return switch (bucket) {
      case MetaBucket.NAME -> meta::take;
      case LEASE -> Records::lease;
      case "members" -> Records::member;
      case "members_removed" -> (key, value) -> Records.memberId(key);
      case "alarm" -> (key, value) -> Records.alarm(key);
      case "authUsers" -> Records::user;
      case "authRoles" -> Records::role;
      case "auth" -> BucketCheck::auth;
      case "cluster" -> BucketCheck::cluster;
      default -> null;
    };
  }

  private static void auth(byte[] key, byte[] value) throws MalformedException {
    switch (new String(key, UTF_8)) {
      case "authEnabled" -> {
        if (value.length != 1 || value[0] < 0 || value[0] > 1) {
          throw new MalformedException("is neither yes nor no");
        }
      }
      case "authRevision" -> BigEndian.int64(value);
      default -> {
        // a later version's
      }
    }
  }

  private static void cluster(byte[] key, byte[] value) throws MalformedException {
    switch (new String(key, UTF_8)) {
      case "clusterVersion" -> MetaBucket.version(value);
      case "downgrade" -> JsonObject.require(value);
      default -> {
        // a later version's
      }
    }
  }

  @Override
  public void passed(PassedLeaf leaf) throws IOException {
    if (!leases || leaf.kind() != PassingLeaves.LEASES) {
      LeafVisitor.super.passed(leaf);
    }
  }

  @Override
  public void leaf(Leaf leaf) throws IOException {
    for (int i = 0; i < leaf.count(); i++) {
      leaf.select(i);
      try {
        Records.requireSmall(leaf);
        rule.entry(SnapshotScan.key(leaf), SnapshotScan.value(leaf));
      } catch (MalformedException e) {
        problems.add(Problem.Kind.RECORD, leaf, "the pair there " + e.getMessage());
      }
    }
  }
}
