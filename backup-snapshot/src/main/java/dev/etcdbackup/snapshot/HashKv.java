package dev.etcdbackup.snapshot;

/**
 * The answer of a member to {@code HashKV}. Two stores hold the same keys and history when all
 * three are equal; hashes with different compact revisions cannot be compared.
 *
 * @param hash CRC-32C over the history, an unsigned number of 32 bits
 * @param revision up to which revision
 * @param compactRevision the revision up to which history was compacted, -1 when it never was
 */
public record HashKv(long hash, long revision, long compactRevision) {}
