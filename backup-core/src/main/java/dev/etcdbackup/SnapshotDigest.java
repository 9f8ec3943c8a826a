package dev.etcdbackup;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * The verified size and hash of a snapshot that was read completely: its size is the one in its
 * first page, and the SHA-256 at its end is that of all bytes before it.
 *
 * <p>Immutable and thread-safe.
 *
 * @param size the size in bytes, including the 32-byte trailer
 * @param sha256 SHA-256 of the whole file in lower-case hex, as {@code sha256sum} prints it. It
 *     differs from the trailer, which is the SHA-256 of the bytes before the trailer
 * @param revision the exact revision of the database; empty when it was not read
 */
public record SnapshotDigest(long size, String sha256, OptionalLong revision) {
  /** Checks the values. */
  public SnapshotDigest {
    Objects.requireNonNull(sha256, "sha256");
    Objects.requireNonNull(revision, "revision");
  }
}
