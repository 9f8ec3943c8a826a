package dev.etcdbackup.snapshot;

import java.util.List;

/**
 * A member of the cluster.
 *
 * @param id its id, an unsigned number
 * @param name its name; empty when it never started
 * @param peerUrls where other members reach it
 * @param clientUrls where clients reach it; empty when it never started
 * @param learner whether it has no vote yet
 */
public record Member(
    long id, String name, List<String> peerUrls, List<String> clientUrls, boolean learner) {
  /** Copies the lists. */
  public Member {
    peerUrls = List.copyOf(peerUrls);
    clientUrls = List.copyOf(clientUrls);
  }

  /**
   * The id as etcd prints it.
   *
   * @return hex, lower case, without zeros in front
   */
  public String hexId() {
    return Long.toHexString(id);
  }
}
