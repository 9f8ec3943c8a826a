package dev.etcdbackup.testkit.etcd;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * A real etcd cluster for tests, whose members are {@link EtcdServer}s. Not thread-safe.
 *
 * <p>Started by {@link EtcdServerBuilder#startCluster}.
 */
public final class EtcdCluster implements Closeable {
  private final EtcdServerBuilder settings;
  private final List<EtcdServer> members;

  EtcdCluster(EtcdServerBuilder settings, List<EtcdServer> members) {
    this.settings = settings;
    this.members = new ArrayList<>(members);
  }

  /**
   * Returns a member.
   *
   * @param index 0 to the number of members minus 1; learners come last
   * @return the member
   */
  public EtcdServer member(int index) {
    return members.get(index);
  }

  /**
   * Returns the endpoints for clients.
   *
   * @return the endpoint of each member, including learners
   */
  public List<URI> endpoints() {
    return members.stream().map(EtcdServer::endpoint).toList();
  }

  /**
   * Adds a learner, which is a member without a vote, and starts it. Requires etcd 3.4 or newer. A
   * cluster of several members must have run for 5 seconds before etcd accepts another one; this
   * method waits for that.
   *
   * @return the member
   * @throws IOException when it is not ready within 1 minute
   */
  public EtcdServer addLearner() throws IOException {
    EtcdServer learner = settings.startLearner(members);
    members.add(learner);
    return learner;
  }

  /** Stops all members and deletes their data. Closing again does nothing. */
  @Override
  public void close() throws IOException {
    closeAll(members);
  }

  /** Closes all servers, also when one of them fails to close; the first failure is thrown. */
  static void closeAll(List<? extends Closeable> servers) throws IOException {
    IOException first = null;
    for (Closeable server : servers) {
      try {
        server.close();
      } catch (IOException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
