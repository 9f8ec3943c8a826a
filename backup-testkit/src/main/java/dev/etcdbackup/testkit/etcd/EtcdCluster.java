package dev.etcdbackup.testkit.etcd;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * A real etcd cluster for a test; its members are as {@link EtcdServer} says. For one thread.
 *
 * <p>Started by {@link EtcdServerBuilder#startCluster}.
 */
public final class EtcdCluster implements AutoCloseable {
  private final EtcdServerBuilder settings;
  private final List<EtcdServer> members;

  EtcdCluster(EtcdServerBuilder settings, List<EtcdServer> members) {
    this.settings = settings;
    this.members = new ArrayList<>(members);
  }

  /**
   * A member.
   *
   * @param index 0 to the number of members less 1; learners come last
   * @return the member
   */
  public EtcdServer member(int index) {
    return members.get(index);
  }

  /**
   * Where clients connect.
   *
   * @return the endpoint of each member, learners included
   */
  public List<URI> endpoints() {
    return members.stream().map(EtcdServer::endpoint).toList();
  }

  /**
   * Adds a member that does not vote, and starts it. etcd 3.4 or newer. Several members must have
   * run for five seconds before etcd takes another; this waits for it.
   *
   * @return the member
   * @throws IOException when it does not come up within a minute
   */
  public EtcdServer addLearner() throws IOException {
    EtcdServer learner = settings.startLearner(members);
    members.add(learner);
    return learner;
  }

  /** Ends all members and deletes their data. */
  @Override
  public void close() throws IOException {
    for (EtcdServer member : members) {
      member.close();
    }
  }
}
