package dev.etcdbackup;

import java.io.Closeable;
import java.io.InputStream;

/**
 * A snapshot that is being transferred: the bbolt database of an etcd member followed by its
 * 32-byte SHA-256, as {@code etcdctl snapshot save} writes it to a file.
 *
 * <p>Read by one thread; {@link #close()} may be called by any other.
 */
public interface Snapshot extends Closeable {
  /**
   * Returns a snapshot that reads its bytes from a stream, for sources other than those of this
   * library.
   *
   * <p>The bytes are verified while they are read. When the stream throws, ends too early, or does
   * not match its checksum, this read and every later one throw {@link SourceException}.
   *
   * @param info the metadata of the snapshot; its revision becomes part of the name of the backup
   * @param bytes the database and its SHA-256, from the beginning; closing the snapshot closes the
   *     stream. Its reads must end when the reading thread is interrupted, when the stream is
   *     closed, and after a time without progress
   * @return the snapshot
   */
  static Snapshot of(SnapshotInfo info, InputStream bytes) {
    return new StreamSnapshot(info, bytes);
  }

  /**
   * Returns the metadata that are known before the first byte.
   *
   * @return origin, revision, ids and version
   */
  SnapshotInfo info();

  /**
   * Returns the size of the stream: the database's high-water mark (its number of pages) times its
   * page size, plus 32. Blocks until the first page has arrived.
   *
   * @return the size in bytes
   * @throws BackupException when the first page does not arrive or is not one of a database
   */
  long size() throws BackupException;

  /**
   * Returns the stream of bytes; every call returns the same stream.
   *
   * <p>The stream returns -1 only after everything was verified: the size is the one in the first
   * page, and the SHA-256 at the end matches. When the source failed, stalled or ended early, this
   * read and every later one throw a {@link BackupException} instead. Reads block no longer than
   * the source's no-progress timeout and deadline; interrupting the reading thread or closing the
   * snapshot ends a blocked read within 1 second.
   *
   * @return the stream; closing it closes the snapshot
   */
  InputStream stream();

  /**
   * Returns the size, the SHA-256 and, if it is known, the exact revision. Call it after the stream
   * has returned -1.
   *
   * @return the digest of the verified bytes
   * @throws IllegalStateException when the stream has not returned -1
   */
  SnapshotDigest digest();

  /**
   * Ends the transfer and releases its resources. A read in progress throws. Closing again does
   * nothing.
   */
  @Override
  void close();
}
