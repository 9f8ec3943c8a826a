package dev.etcdbackup.kubernetes.recovery;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The members of a cluster as a StatefulSet of the API describes them.
 *
 * @param cluster what the application said of them
 * @param set the StatefulSet
 * @param container the container that runs etcd
 * @param mount where the container has the volume that holds the data directory
 * @param dataDir the data directory, as the container sees it
 * @param count the number of members
 */
record Members(
    EtcdStatefulSet cluster,
    StatefulSet set,
    Container container,
    VolumeMount mount,
    String dataDir,
    int count) {
  private static final String DATA_DIR = "--data-dir";

  /**
   * Reads a StatefulSet.
   *
   * @throws IllegalArgumentException when it has no claims, or where its data are is not known
   */
  static Members of(EtcdStatefulSet cluster, StatefulSet set, int count) {
    Container container = container(cluster, set.getSpec().getTemplate().getSpec());
    String dataDir = dataDir(cluster, container);
    VolumeMount mount = mount(set, container, dataDir);
    Members members = new Members(cluster, set, container, mount, dataDir, count);
    for (int i = 0; i < count; i++) {
      requireUrl("peerUrls", members.peerUrl(i));
      requireUrl("clientUrls", members.clientUrl(i));
    }
    return members;
  }

  private static Container container(EtcdStatefulSet cluster, PodSpec pod) {
    String wanted = cluster.container();
    Optional<Container> named =
        pod.getContainers().stream()
            .filter(one -> one.getName().equals(wanted == null ? "etcd" : wanted))
            .findFirst();
    if (named.isEmpty() && wanted != null) {
      throw new IllegalArgumentException(
          "StatefulSet " + cluster + " has no container " + wanted + "; give the one of etcd");
    }
    return named.orElseGet(() -> pod.getContainers().get(0));
  }

  private static String dataDir(EtcdStatefulSet cluster, Container container) {
    String given = cluster.dataDir();
    String found = given == null ? dataDirOf(container) : given;
    if (found == null || !found.startsWith("/") || found.contains("$(")) {
      throw new IllegalArgumentException(
          "the data directory of container "
              + container.getName()
              + " of StatefulSet "
              + cluster
              + " is not an absolute path in --data-dir or ETCD_DATA_DIR; give dataDir");
    }
    return found;
  }

  private static @Nullable String dataDirOf(Container container) {
    List<String> words =
        Stream.concat(container.getCommand().stream(), container.getArgs().stream()).toList();
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).startsWith(DATA_DIR + "=")) {
        return words.get(i).substring(DATA_DIR.length() + 1);
      }
      if (words.get(i).equals(DATA_DIR) && i + 1 < words.size()) {
        return words.get(i + 1);
      }
    }
    return container.getEnv().stream()
        .filter(one -> one.getName().equals("ETCD_DATA_DIR"))
        .map(EnvVar::getValue)
        .findFirst()
        .orElse(null);
  }

  private static VolumeMount mount(StatefulSet set, Container container, String dataDir) {
    List<String> claims =
        set.getSpec().getVolumeClaimTemplates().stream()
            .map(template -> template.getMetadata().getName())
            .toList();
    return container.getVolumeMounts().stream()
        .filter(mount -> claims.contains(mount.getName()) && mount.getSubPathExpr() == null)
        .filter(
            mount -> (dataDir + "/").startsWith(mount.getMountPath().replaceAll("/+$", "") + "/"))
        .max(Comparator.comparingInt(mount -> mount.getMountPath().length()))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the data directory "
                        + dataDir
                        + " is not on a volume of the claim templates "
                        + claims
                        + "; only such a StatefulSet can be restored"));
  }

  private static void requireUrl(String what, String url) {
    try {
      URI uri = new URI(url);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null && uri.getPort() > 0) {
        return;
      }
    } catch (java.net.URISyntaxException e) {
      // refused below
    }
    throw new IllegalArgumentException(
        what + " must give http://HOST:PORT or https://HOST:PORT, not " + url);
  }

  String namespace() {
    return cluster.namespace();
  }

  String pod(int index) {
    var ordinals = set.getSpec().getOrdinals();
    int start = ordinals == null || ordinals.getStart() == null ? 0 : ordinals.getStart();
    return cluster.name() + "-" + (start + index);
  }

  List<String> pods() {
    return IntStream.range(0, count).mapToObj(this::pod).toList();
  }

  /** The claim that the StatefulSet uses for a member. */
  String claim(int index) {
    return mount.getName() + "-" + pod(index);
  }

  /** The claim template of the data. */
  PersistentVolumeClaim template() {
    return set.getSpec().getVolumeClaimTemplates().stream()
        .filter(one -> one.getMetadata().getName().equals(mount.getName()))
        .findFirst()
        .orElseThrow();
  }

  String peerUrl(int index) {
    return cluster.peerUrl().of(index, pod(index), set.getSpec().getServiceName());
  }

  String clientUrl(int index) {
    return cluster.clientUrl().of(index, pod(index), set.getSpec().getServiceName());
  }

  String initialCluster() {
    return IntStream.range(0, count)
        .mapToObj(i -> pod(i) + "=" + peerUrl(i))
        .collect(Collectors.joining(","));
  }

  /** Problems of this StatefulSet that a restore would meet. */
  List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    if (!"Parallel".equals(set.getSpec().getPodManagementPolicy()) && count > 1) {
      remarks.add(
          "podManagementPolicy is OrderedReady: when the readiness probe needs a quorum, the second"
              + " pod never starts");
    }
    int claims = set.getSpec().getVolumeClaimTemplates().size();
    if (claims > 1) {
      remarks.add(
          "the StatefulSet has "
              + claims
              + " claim templates; only "
              + mount.getName()
              + " is replaced, so a log directory elsewhere (--wal-dir) must be moved by hand");
    }
    return remarks;
  }
}
