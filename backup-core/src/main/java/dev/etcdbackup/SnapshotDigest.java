package dev.etcdbackup;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * What was proved of a snapshot by reading all of it: its size is the one its header announces, and
 * the SHA-256 at its end is that of everything before.
 *
 * <p>Immutable and thread-safe.
 *
 * @param size the size in bytes, the 32 of the trailer included
 * @param sha256 SHA-256 of the whole file in lower-case hex, as {@code sha256sum} prints it; not
 *     the trailer, which leaves itself out
 * @param revision the exact revision of the database inside, when it was looked at
 */
public record SnapshotDigest(long size, String sha256, OptionalLong revision) {
  /** Checks the values. */
  public SnapshotDigest {
    Objects.requireNonNull(sha256, "sha256");
    Objects.requireNonNull(revision, "revision");
  }
}
