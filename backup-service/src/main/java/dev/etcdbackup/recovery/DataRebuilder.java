package dev.etcdbackup.recovery;

import java.io.IOException;

/** Rebuilds the data of a cluster without a usable backup from their original sources. */
@FunctionalInterface
public interface DataRebuilder {
  /**
   * Writes the data into the new, empty cluster. Called on the thread of {@link Recovery#carryOut}
   * after {@link ClusterOperations#awaitHealthy} and before {@link ClusterOperations#discardOld}.
   *
   * @param project the project of the cluster
   * @throws IOException when that fails; the recovery ends and the old data are kept
   */
  void rediscover(String project) throws IOException;
}
