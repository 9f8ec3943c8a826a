package dev.etcdbackup.kubernetes.recovery;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.testkit.kubernetes.TestKubelet;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;

/** An API server with a StatefulSet of etcd, and what acts on it. */
final class RestoreLab implements AutoCloseable {
  static final String SET = "cray-bss-etcd";
  static final BackupKey BACKUP = BackupKey.parse("cray-bss/etcd.backup_v9_2026-11-28-20:00:00");

  private static final Logger REQUESTS = Logger.getLogger("io.fabric8.mockwebserver");

  static {
    REQUESTS.setLevel(Level.WARNING); // it logs each request
  }

  private final KubernetesMockServer server =
      new KubernetesMockServer(
          new Context(),
          new MockWebServer(),
          new HashMap<>(),
          new KubernetesCrudDispatcher(),
          false);
  private final KubernetesClient cluster;
  private final KubernetesClient operator;
  private final TestKubelet kubelet;
  private int requestsLeft = Integer.MAX_VALUE;
  private int requests;

  RestoreLab(Path directory, TestKubelet.Pods pods, TestKubelet.Jobs jobs) {
    server.init();
    cluster = server.createClient();
    operator =
        server.createClient(
            builder ->
                builder.withHttpClientBuilderConsumer(
                    http -> http.addOrReplaceInterceptor("kill", new Kill())));
    kubelet = new TestKubelet(cluster, "ns", directory, pods, jobs);
  }

  /** The operator was killed. */
  static final class KilledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KilledException() {
      super("killed");
    }
  }

  /** Kills the operator before a request. */
  private final class Kill implements Interceptor {
    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
      if (requestsLeft == 0) {
        throw new KilledException();
      }
      requestsLeft--;
      requests++;
    }
  }

  /** Kills the operator before its request of this number from now, from 0. */
  void killBefore(int request) {
    requestsLeft = request;
  }

  void killNoMore() {
    requestsLeft = Integer.MAX_VALUE;
  }

  /** How many requests the operator made. */
  int requests() {
    return requests;
  }

  /** The client of the operator, which may be killed. */
  KubernetesClient operator() {
    return operator;
  }

  /** The client of everything else. */
  KubernetesClient cluster() {
    return cluster;
  }

  TestKubelet kubelet() {
    return kubelet;
  }

  static StatefulSet statefulSet(int replicas) {
    Map<String, String> labels = Map.of("app", SET);
    return new StatefulSetBuilder()
        .withNewMetadata()
        .withNamespace("ns")
        .withName(SET)
        .endMetadata()
        .withNewSpec()
        .withReplicas(replicas)
        .withServiceName(SET + "-headless")
        .withPodManagementPolicy("Parallel")
        .withNewPersistentVolumeClaimRetentionPolicy("Delete", "Delete")
        .withNewSelector()
        .withMatchLabels(labels)
        .endSelector()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels)
        .endMetadata()
        .withNewSpec()
        .withNewSecurityContext()
        .withRunAsUser(1001L)
        .withFsGroup(1001L)
        .endSecurityContext()
        .addNewContainer()
        .withName("etcd")
        .withImage("etcd:3.5")
        .withArgs("--data-dir", "/var/lib/etcd/data")
        .addNewVolumeMount()
        .withName("data")
        .withMountPath("/var/lib/etcd")
        .endVolumeMount()
        .endContainer()
        .endSpec()
        .endTemplate()
        .addNewVolumeClaimTemplate()
        .withNewMetadata()
        .withName("data")
        .endMetadata()
        .withNewSpec()
        .withAccessModes("ReadWriteOnce")
        .withStorageClassName("fast")
        .withNewResources()
        .addToRequests("storage", new Quantity("1Gi"))
        .endResources()
        .endSpec()
        .endVolumeClaimTemplate()
        .endSpec()
        .build();
  }

  void createSet(int replicas) throws IOException {
    cluster.apps().statefulSets().inNamespace("ns").resource(statefulSet(replicas)).create();
    kubelet.sync();
    kubelet.sync();
  }

  StatefulSet set() {
    return cluster.apps().statefulSets().inNamespace("ns").withName(SET).get();
  }

  void editSet(UnaryOperator<StatefulSet> change) {
    cluster.apps().statefulSets().inNamespace("ns").withName(SET).edit(change);
  }

  List<String> claims() {
    return cluster.persistentVolumeClaims().inNamespace("ns").list().getItems().stream()
        .map(one -> one.getMetadata().getName())
        .sorted()
        .toList();
  }

  /** Advances until a step is reached; the cluster acts in between. */
  RestoreState until(RestoreStep step, StatefulSetRestore restore, RestoreState from)
      throws IOException {
    long end = System.nanoTime() + 60_000_000_000L;
    RestoreState state = from;
    while (state.step().compareTo(step) < 0) {
      RestoreState next = restore.advance(state);
      kubelet.sync();
      if (next.step() == state.step() && System.nanoTime() > end) {
        throw new AssertionError("still at " + next);
      }
      state = next;
      LockSupport.parkNanos(1_000_000);
    }
    return state;
  }

  @Override
  public void close() {
    operator.close();
    cluster.close();
    server.destroy();
  }
}
