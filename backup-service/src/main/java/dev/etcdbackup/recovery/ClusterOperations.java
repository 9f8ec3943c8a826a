package dev.etcdbackup.recovery;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What only the embedder can do with a cluster. A recovery calls these in the order they are listed
 * here, each at most once, on the caller's thread; when one throws, none of the later ones is
 * called, so the old data are there for as long as the new cluster is not healthy.
 */
public interface ClusterOperations {
  /**
   * Stops what is left of the old cluster, so that its members do not reach the new ones, and puts
   * its data aside. They must not be deleted here. When this is called, what is to be restored is
   * proved and on this machine.
   *
   * @throws IOException when that fails
   */
  void stopOld() throws IOException;

  /**
   * Makes the new cluster from a snapshot and starts it.
   *
   * @param snapshot the file, which ends with its SHA-256; it is gone when the recovery has ended
   * @throws IOException when that fails
   */
  void startFrom(Path snapshot) throws IOException;

  /**
   * Starts the new cluster without data; called instead of {@link #startFrom} when it has to be
   * rebuilt.
   *
   * @throws IOException when that fails
   */
  void startEmpty() throws IOException;

  /**
   * Waits until the new cluster is healthy: has a leader, and takes writes.
   *
   * @throws IOException when it does not become so in time
   */
  void awaitHealthy() throws IOException;

  /**
   * Discards what {@link #stopOld} put aside. The new cluster is healthy, and its data were
   * rediscovered if they had to be.
   *
   * @throws IOException when that fails; the recovery has succeeded nevertheless
   */
  void discardOld() throws IOException;
}
