package dev.etcdbackup;

import java.util.Objects;

/**
 * What a source knows of a snapshot before its first byte.
 *
 * <p>Immutable and thread-safe.
 *
 * @param origin where it comes from, for people: an endpoint, a file. No credentials
 * @param revision etcd's revision just before the snapshot began: a lower bound of what is inside
 * @param clusterId etcd's cluster id as an unsigned number, 0 when unknown
 * @param memberId the id of the member that streams as an unsigned number, 0 when unknown
 * @param etcdVersion the version of that member, {@code 3.5.16} say; empty when unknown
 */
public record SnapshotInfo(
    String origin, long revision, long clusterId, long memberId, String etcdVersion) {
  /** Checks the values. */
  public SnapshotInfo {
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(etcdVersion, "etcdVersion");
    if (revision < 0) {
      throw new IllegalArgumentException("revision must be 0 or more, not " + revision);
    }
  }
}
