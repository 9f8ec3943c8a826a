package dev.etcdbackup.recovery;

import dev.etcdbackup.BackupKey;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The operations on a cluster that a recovery needs and only the application can perform.
 *
 * <p>{@link Recovery#carryOut} calls these methods in the order in which they are declared here,
 * each at most once, on the thread of its caller. When one of them throws, it calls none of the
 * later ones. The data of the old cluster therefore exist until the new cluster is healthy. The
 * methods may block; the recovery sets no deadline for them. An unchecked exception ends the
 * recovery as an {@link IOException} does.
 */
public interface ClusterOperations {
  /**
   * Stops the remaining members of the old cluster, so that they cannot reach the new members, and
   * sets their data aside. An implementation must not delete the data. When this is called, the
   * snapshot to be restored has been downloaded to this machine and verified.
   *
   * @throws IOException when that fails; the recovery ends
   */
  void stopOld() throws IOException;

  /**
   * Creates the new cluster from a snapshot and starts it.
   *
   * @param snapshot the snapshot file, with its SHA-256 trailer. The recovery deletes it before
   *     {@link #discardOld} is called and whenever the recovery fails
   * @throws IOException when that fails; the recovery ends and the old data are kept
   */
  void startFrom(Path snapshot) throws IOException;

  /**
   * Creates the new cluster from a stored backup and starts it. By default calls {@link
   * #startFrom(Path)}; implementations whose members read the store themselves override it.
   *
   * @param backup the key of the backup
   * @param snapshot as for {@link #startFrom(Path)}
   * @throws IOException when that fails; the recovery ends and the old data are kept
   */
  default void startFrom(BackupKey backup, Path snapshot) throws IOException {
    startFrom(snapshot);
  }

  /**
   * Starts the new cluster without data. Called instead of {@link #startFrom(Path)} when the data
   * have to be rebuilt.
   *
   * @throws IOException when that fails; the recovery ends and the old data are kept
   */
  void startEmpty() throws IOException;

  /**
   * Waits until the new cluster is healthy: it has a leader and accepts writes. An implementation
   * sets its own deadline.
   *
   * @throws IOException when the cluster is not healthy in time; the recovery ends and the old data
   *     are kept
   */
  void awaitHealthy() throws IOException;

  /**
   * Deletes the data that {@link #stopOld} set aside. When this is called, the new cluster is
   * healthy, and its data have been rebuilt where that was necessary.
   *
   * @throws IOException when that fails; the new cluster is in service nevertheless
   */
  void discardOld() throws IOException;
}
