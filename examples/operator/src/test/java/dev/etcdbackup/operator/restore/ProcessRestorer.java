package dev.etcdbackup.operator.restore;

import dev.etcdbackup.testkit.kubernetes.EtcdPods;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;

/** Restores StatefulSets whose members are processes of this machine. */
public final class ProcessRestorer {
  private ProcessRestorer() {}

  /**
   * Returns one for a process that does not have the members.
   *
   * @param client the client of the core kinds
   * @param peers the peer URLs of the members
   * @param clients their client URLs
   * @return the restorer
   */
  public static Restorer of(KubernetesClient client, List<String> peers, List<String> clients) {
    return new StatefulSetRestorer(
        client,
        "registry.example/etcd-backup:1",
        Duration.ofMillis(100),
        set -> set.peerUrls(peers::get).clientUrls(clients::get));
  }

  /**
   * Returns one that looks at the cluster ten times a second.
   *
   * @param client the client of the core kinds
   * @param pods the members
   * @return the restorer
   */
  public static Restorer of(KubernetesClient client, EtcdPods pods) {
    return new StatefulSetRestorer(
        client,
        "registry.example/etcd-backup:1",
        Duration.ofMillis(100),
        set -> set.peerUrls(pods::peerUrl).clientUrls(pods::clientUrl));
  }
}
