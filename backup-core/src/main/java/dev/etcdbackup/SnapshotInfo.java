package dev.etcdbackup;

import java.util.Objects;

/**
 * The metadata of a snapshot that its source knows before the first byte.
 *
 * <p>Immutable and thread-safe.
 *
 * @param origin where the snapshot comes from, for people: an endpoint or a file, without
 *     credentials
 * @param revision etcd's revision just before the snapshot was started, 0 or more: a lower bound of
 *     the revision in the snapshot
 * @param clusterId etcd's cluster id as an unsigned number, 0 when unknown
 * @param memberId the id of the member that streams the snapshot, as an unsigned number, 0 when
 *     unknown
 * @param etcdVersion the version of that member, for example {@code 3.5.16}; empty when unknown
 */
public record SnapshotInfo(
    String origin, long revision, long clusterId, long memberId, String etcdVersion) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when the revision is negative
   */
  public SnapshotInfo {
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(etcdVersion, "etcdVersion");
    if (revision < 0) {
      throw new IllegalArgumentException("revision must be 0 or more, not " + revision);
    }
  }
}
