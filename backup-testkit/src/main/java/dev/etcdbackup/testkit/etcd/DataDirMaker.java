package dev.etcdbackup.testkit.etcd;

import java.io.IOException;
import java.nio.file.Path;

/** Creates the data directory of a member before its start, for example from a backup. */
@FunctionalInterface
public interface DataDirMaker {
  /**
   * Creates a data directory.
   *
   * @param member the member; its {@code etcd} is started with the same settings
   * @param dataDir the directory, which does not exist
   * @throws IOException when it cannot be created; the start fails with it
   */
  void make(NewMember member, Path dataDir) throws IOException;

  /**
   * A member that is about to be started.
   *
   * @param index its index in the cluster, from 0
   * @param name its name
   * @param peerUrl its address for other members
   * @param initialCluster all members, {@code NAME=URL,…}
   * @param token the cluster's token
   */
  record NewMember(int index, String name, String peerUrl, String initialCluster, String token) {}
}
