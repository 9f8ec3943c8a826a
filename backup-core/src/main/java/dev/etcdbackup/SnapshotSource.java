package dev.etcdbackup;

/**
 * Where snapshots come from: a live etcd cluster, say.
 *
 * <p>Implementations are thread-safe; each call of {@link #open()} is a snapshot of its own.
 */
public interface SnapshotSource {
  /**
   * Begins a snapshot. Blocks until the source has answered that it will stream, at most as long as
   * the source's own deadline allows; interrupting the thread ends the call within a second.
   *
   * @return the snapshot, to be closed by the caller
   * @throws SourceException when no snapshot can be had; nothing is left open
   */
  Snapshot open() throws BackupException;
}
