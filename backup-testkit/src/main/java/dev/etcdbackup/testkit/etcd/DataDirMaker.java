package dev.etcdbackup.testkit.etcd;

import java.io.IOException;
import java.nio.file.Path;

/** Makes the data directory of a member before it starts, out of a backup say. */
@FunctionalInterface
public interface DataDirMaker {
  /**
   * Makes a data directory.
   *
   * @param member whose it is; {@code etcd} gets the same settings
   * @param dataDir the directory, which is not there
   * @throws IOException when it cannot be made; the start ends with it
   */
  void make(NewMember member, Path dataDir) throws IOException;

  /**
   * A member that is about to be started.
   *
   * @param index its place in the cluster, from 0
   * @param name its name
   * @param peerUrl where other members reach it
   * @param initialCluster all members, {@code NAME=URL,…}
   * @param token the cluster's token
   */
  record NewMember(int index, String name, String peerUrl, String initialCluster, String token) {}
}
