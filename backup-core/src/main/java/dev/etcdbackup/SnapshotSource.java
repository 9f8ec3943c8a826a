package dev.etcdbackup;

/**
 * A source of snapshots, for example a running etcd cluster.
 *
 * <p>An application can implement its own source from the bytes of a snapshot and their metadata,
 * with {@link Snapshot#of}:
 *
 * <pre>{@code
 * SnapshotSource source =
 *     () -> Snapshot.of(new SnapshotInfo("the archive", revision, 0, 0, ""), archive.open());
 * }</pre>
 *
 * <p>Implementations are thread-safe; each call of {@link #open()} returns another snapshot. Their
 * {@code toString} says where the snapshots come from, without credentials: a recovery plan names a
 * source by it that does not answer.
 */
public interface SnapshotSource {
  /**
   * Starts a snapshot. Blocks until the source is ready to stream, at most until the source's own
   * deadline; interrupting the thread ends the call within 1 second.
   *
   * @return the snapshot, which the caller closes
   * @throws SourceException when the source cannot provide a snapshot; nothing is left open
   */
  Snapshot open() throws BackupException;
}
