package dev.etcdbackup.snapshot;

import java.util.Optional;

/**
 * The status of a snapshot, as {@code etcdctl} or {@code etcdutl snapshot status} prints it.
 *
 * @param hash CRC-32C over all buckets, an unsigned number of 32 bits
 * @param revision the revision of the last event, 0 when there is none
 * @param totalKey as 3.4 and 3.5 count: all pairs of all buckets; as 3.6 does: the keys of users
 *     (the empty one that {@code --bump-revision} writes included)
 * @param totalSize the size of the database in bytes, without the SHA-256 after it
 * @param version the storage version, {@code ""} when none is stored; empty for 3.4 and 3.5, which
 *     do not tell it
 */
public record SnapshotStatus(
    long hash, long revision, long totalKey, long totalSize, Optional<String> version) {}
