package dev.etcdbackup;

import java.io.Closeable;
import java.io.InputStream;

/**
 * One snapshot on its way: the bbolt database of an etcd member, then 32 bytes of SHA-256 over it,
 * as {@code etcdctl snapshot save} writes it to a file.
 *
 * <p>Read by one thread; {@link #close()} may be called by any other.
 */
public interface Snapshot extends Closeable {
  /**
   * A snapshot from a stream of its bytes, for sources other than those of this library.
   *
   * <p>The bytes are verified as they pass. Whatever goes wrong is the failure of the source: when
   * the stream throws, ends too early, or does not match its checksum, reading throws {@link
   * SourceException}, at this read and every later one.
   *
   * @param info what is known of the snapshot; its revision is written into the name of the backup
   * @param bytes the database and its SHA-256, from the beginning; closed with the snapshot. Its
   *     reads must end when the reading thread is interrupted or the stream is closed, and after a
   *     time without progress
   * @return the snapshot
   */
  static Snapshot of(SnapshotInfo info, InputStream bytes) {
    return new StreamSnapshot(info, bytes);
  }

  /**
   * What is known before the first byte.
   *
   * @return origin, revision, ids and version
   */
  SnapshotInfo info();

  /**
   * How long the stream will be: the database's high-water mark times its page size, plus 32.
   * Blocks until the first page has arrived.
   *
   * @return the size in bytes
   * @throws BackupException when the first page does not arrive or is not one of a database
   */
  long size() throws BackupException;

  /**
   * The bytes; the same stream at each call.
   *
   * <p>Its end, -1, is reported only after everything was verified: the size is the announced one
   * and the SHA-256 at the end matches. A source that failed, stalled or was cut short throws a
   * {@link BackupException} instead, at this read and every later one. Reads block no longer than
   * the source's no-progress timeout and deadline; interrupting the reading thread or closing the
   * snapshot ends a blocked read within a second.
   *
   * @return the stream; closing it closes the snapshot
   */
  InputStream stream();

  /**
   * Size, SHA-256 and exact revision. To be called after the stream has ended.
   *
   * @return the digest of the verified bytes
   * @throws IllegalStateException when the stream has not ended with -1
   */
  SnapshotDigest digest();

  /** Ends the snapshot and what feeds it. A read in progress throws. Closing again does nothing. */
  @Override
  void close();
}
