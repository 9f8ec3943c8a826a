package dev.etcdbackup.snapshot;

import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks that entries, each of which is valid by itself, are consistent with each other. */
final class CrossCheck {
  private final RandomAccessBytes bytes;
  private final ProblemCollector problems;
  private final KeyIndex latest = new KeyIndex();

  CrossCheck(RandomAccessBytes bytes, ProblemCollector problems) {
    this.bytes = bytes;
    this.problems = problems;
  }

  void run() throws IOException {
    SnapshotScan scan = new SnapshotScan(bytes);
    MetaBucket meta = MetaBucket.read(scan);
    checkCompaction(meta);
    long compact = meta.compactRevision();
    scan.events(event -> check(event, compact, scan.meta().pageSize()));
    checkLeases(scan);
    checkRoles(MetadataScan.auth(scan));
  }

  private void checkCompaction(MetaBucket meta) {
    long scheduled = meta.scheduledCompaction.orElse(MetaBucket.NO_COMPACTION);
    long finished = meta.finishedCompaction.orElse(MetaBucket.NO_COMPACTION);
    if (finished > scheduled) {
      problems.add(
          Problem.ofFile(
              Problem.Kind.REFERENCE,
              "a compaction was finished at " + finished + " and begun at " + scheduled));
    }
  }

  private void check(Event event, long compact, int pageSize) {
    if (event.keyLength == 0) {
      return; // marks where a restore raised the revision
    }
    String problem = problem(event, latest.find(event), compact);
    if (problem != null) {
      long offset = event.position();
      problems.add(new Problem(Problem.Kind.HISTORY, offset / pageSize, offset, problem));
    }
    latest.add(event);
  }

  /**
   * What is wrong with an event, given the one of its key before it. A compaction takes away the
   * oldest first and leaves the put in force, so after it nothing can be missing.
   */
  private @Nullable String problem(Event event, int before, long compact) {
    boolean first = before == KeyIndex.NONE;
    if (first && event.main <= compact) {
      return null; // what was before is gone
    }
    boolean exists = !first && latest.isLive(before);
    if (event.deleted) {
      return exists ? null : "revision " + event.main + " deletes a key that is not there";
    }
    long create = exists ? latest.createRevision(before) : event.main;
    long version = exists ? latest.version(before) + 1 : 1;
    if (event.createRevision != create) {
      return "create_revision in revision "
          + event.main
          + " is "
          + event.createRevision
          + ", by the history of the key it is "
          + create;
    }
    return event.version == version
        ? null
        : "version in revision "
            + event.main
            + " is "
            + event.version
            + ", by the history of the key it is "
            + version;
  }

  private void checkLeases(SnapshotScan scan) throws IOException {
    Set<Long> leases = new HashSet<>();
    scan.entries("lease", (key, value) -> leases.add(Records.lease(key, value).id()));
    for (int entry : latest.sorted(KeyRange.all())) {
      long lease = latest.lease(entry);
      if (lease != 0 && !leases.contains(lease)) {
        problems.add(
            Problem.ofFile(
                Problem.Kind.REFERENCE,
                "the key of revision "
                    + latest.modRevision(entry)
                    + " has the lease "
                    + Long.toHexString(lease)
                    + ", which is not there"));
      }
    }
  }

  private void checkRoles(AuthSummary auth) {
    Set<String> roles = new HashSet<>();
    roles.add("root"); // built into etcd, which stores it only if it was created like others
    auth.roles().forEach(role -> roles.add(role.name()));
    for (AuthSummary.User user : auth.users()) {
      for (String role : user.roles()) {
        if (!roles.contains(role)) {
          problems.add(
              Problem.ofFile(
                  Problem.Kind.REFERENCE,
                  "user " + user.name() + " has the role " + role + ", which is not there"));
        }
      }
    }
  }
}
