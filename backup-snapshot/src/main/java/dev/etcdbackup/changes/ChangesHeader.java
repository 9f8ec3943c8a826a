package dev.etcdbackup.changes;

import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.Lease;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an object of recorded changes says of itself before its events.
 *
 * <p>Immutable and thread-safe.
 *
 * @param clusterId the id of the cluster, an unsigned number
 * @param memberId the id of the member that sent the events, an unsigned number
 * @param baseKey the key of the backup on which the recording began
 * @param baseSha256 SHA-256 of that snapshot, the whole file, in lower-case hex
 * @param predecessorSha256 SHA-256 at the end of the object recorded before this one, in lower-case
 *     hex; empty for the first one after the base
 * @param from the first revision
 * @param to the last revision; every revision between them is in the object
 * @param compactRevision the compacted revision when it was last asked for, -1 when that was never
 *     or nothing was compacted
 * @param authRevision the revision of users and roles at {@code to}, -1 when the member does not
 *     report it (etcd 3.4)
 * @param written when the object was made, to the millisecond
 * @param leases the leases at {@code to}: those that were there when the object was made, and those
 *     that its events refer to. A granted time of 0 seconds means that it is not known
 * @param hash what the member answered to HashKV at {@code to}, where it was asked
 */
public record ChangesHeader(
    long clusterId,
    long memberId,
    String baseKey,
    String baseSha256,
    String predecessorSha256,
    long from,
    long to,
    long compactRevision,
    long authRevision,
    Instant written,
    List<Lease> leases,
    Optional<HashKv> hash) {
  /** Copies the list. */
  public ChangesHeader {
    leases = List.copyOf(leases);
  }
}
