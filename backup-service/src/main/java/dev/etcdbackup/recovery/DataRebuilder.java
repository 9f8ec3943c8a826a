package dev.etcdbackup.recovery;

import java.io.IOException;

/**
 * Rebuilds the data of a cluster that has no backup from where they come from in the first place.
 */
@FunctionalInterface
public interface DataRebuilder {
  /**
   * Fills the new cluster. Called once it is healthy, and before what is left of the old one is
   * discarded.
   *
   * @param project the project
   * @throws IOException when that fails; the old data are kept
   */
  void rediscover(String project) throws IOException;
}
