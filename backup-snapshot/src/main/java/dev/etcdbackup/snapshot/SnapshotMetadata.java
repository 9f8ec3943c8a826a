package dev.etcdbackup.snapshot;

import dev.etcdbackup.snapshot.bbolt.BucketShape;
import java.util.List;
import java.util.OptionalLong;

/**
 * The metadata of a snapshot, which about ten pages contain.
 *
 * @param revision the revision of the last event, exactly; 0 when there is none
 * @param compactRevision the revision up to which history was compacted, -1 when it never was
 * @param scheduledCompaction the revision of the last compaction that was begun
 * @param finishedCompaction the revision of the last compaction that was finished
 * @param writtenBy the line of etcd that wrote it, by what is in the bucket {@code meta}
 * @param clusterVersion the version the cluster agreed on, {@code 3.5.0} say; empty when it has not
 *     yet
 * @param storageVersion the version of the storage, {@code 3.6.0} say; empty before 3.6
 * @param consistentIndex the index of the last Raft entry applied
 * @param term its term; empty before 3.5
 * @param members the members, in the order of the texts of their ids
 * @param removedMembers the ids of members that were removed, unsigned numbers
 * @param alarms the alarms that are raised
 * @param leases how many leases there are
 * @param events how many puts and deletions are kept, and how the tree they lie in looks
 * @param databaseSize the size of the database in bytes, without the SHA-256 after it
 * @param pageSize bytes of a page
 */
public record SnapshotMetadata(
    long revision,
    long compactRevision,
    OptionalLong scheduledCompaction,
    OptionalLong finishedCompaction,
    StatusVersion writtenBy,
    String clusterVersion,
    String storageVersion,
    OptionalLong consistentIndex,
    OptionalLong term,
    List<Member> members,
    List<Long> removedMembers,
    List<Alarm> alarms,
    Extent leases,
    Extent events,
    long databaseSize,
    int pageSize) {
  /** Copies the lists. */
  public SnapshotMetadata {
    members = List.copyOf(members);
    removedMembers = List.copyOf(removedMembers);
    alarms = List.copyOf(alarms);
  }

  /**
   * How much there is in a bucket.
   *
   * @param count how many entries
   * @param pages how many pages hold them
   * @param depth how many levels their tree has
   * @param exact whether count and pages are exact; otherwise they are extrapolated from two paths
   *     through the tree
   */
  public record Extent(long count, long pages, int depth, boolean exact) {
    static Extent of(BucketShape shape) {
      return new Extent(shape.pairs(), shape.leaves(), shape.depth(), shape.exact());
    }
  }
}
