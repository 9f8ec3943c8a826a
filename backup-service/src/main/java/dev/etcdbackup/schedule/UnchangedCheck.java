package dev.etcdbackup.schedule;

import dev.etcdbackup.Backup;
import java.io.IOException;

/**
 * A check whether a cluster still holds what its newest backup holds, so that another backup would
 * be the same.
 *
 * <p>Called by the threads of the runs, for several projects concurrently. It blocks until it knows
 * and ends by its own limits of time; interrupting the thread ends it within 1 second.
 */
@FunctionalInterface
public interface UnchangedCheck {
  /**
   * Reads the newest backup and asks the cluster.
   *
   * @param newest the newest backup of the cluster's series
   * @return true only when the backup verifies and the cluster is the same one, at the same
   *     revision, with the same HashKV
   * @throws IOException when that cannot be determined; the cluster is backed up then
   */
  boolean isUnchanged(Backup newest) throws IOException;
}
