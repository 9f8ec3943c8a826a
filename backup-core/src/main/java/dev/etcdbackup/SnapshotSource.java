package dev.etcdbackup;

/**
 * Where snapshots come from: a running etcd cluster, for example.
 *
 * <p>A source of your own needs the bytes of a snapshot and what is known of them; {@link
 * Snapshot#of} does the rest:
 *
 * <pre>{@code
 * SnapshotSource source =
 *     () -> Snapshot.of(new SnapshotInfo("the archive", revision, 0, 0, ""), archive.open());
 * }</pre>
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
