package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.etcdbackup.snapshot.bbolt.BucketShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the metadata from small buckets and from the first and last pages of large ones. */
final class MetadataScan {
  private static final BucketShape NOTHING = new BucketShape(1, 1, 0, true, Optional.empty());

  private final SnapshotScan scan;

  MetadataScan(SnapshotScan scan) {
    this.scan = scan;
  }

  SnapshotMetadata run() throws IOException {
    MetaBucket meta = MetaBucket.read(scan);
    BucketShape events = scan.shape("key").orElse(NOTHING);
    List<Member> members = new ArrayList<>();
    scan.entries("members", (key, value) -> members.add(Records.member(key, value)));
    List<Long> removed = new ArrayList<>();
    scan.entries("members_removed", (key, value) -> removed.add(Records.memberId(key)));
    List<Alarm> alarms = new ArrayList<>();
    scan.entries("alarm", (key, value) -> alarms.add(Records.alarm(key)));
    String[] clusterVersion = {""};
    scan.entries(
        "cluster",
        (key, value) -> {
          if (new String(key, UTF_8).equals("clusterVersion")) {
            clusterVersion[0] = MetaBucket.version(value);
          }
        });
    return new SnapshotMetadata(
        events.lastKey().isPresent() ? SnapshotScan.mainRevision(events.lastKey().get()) : 0,
        meta.compactRevision(),
        meta.scheduledCompaction,
        meta.finishedCompaction,
        meta.writtenBy(),
        clusterVersion[0],
        meta.storageVersion,
        meta.consistentIndex,
        meta.term,
        members,
        removed,
        alarms,
        SnapshotMetadata.Extent.of(scan.shape("lease").orElse(NOTHING)),
        SnapshotMetadata.Extent.of(events),
        scan.meta().databaseSize(),
        scan.meta().pageSize());
  }

  static AuthSummary auth(SnapshotScan scan) throws IOException {
    boolean[] enabled = {false};
    scan.entries(
        "auth",
        (key, value) ->
            enabled[0] |=
                new String(key, UTF_8).equals("authEnabled") && value.length == 1 && value[0] == 1);
    List<AuthSummary.User> users = new ArrayList<>();
    scan.entries("authUsers", (key, value) -> users.add(Records.user(key, value)));
    List<AuthSummary.Role> roles = new ArrayList<>();
    scan.entries("authRoles", (key, value) -> roles.add(Records.role(key, value)));
    return new AuthSummary(enabled[0], users, roles);
  }
}
