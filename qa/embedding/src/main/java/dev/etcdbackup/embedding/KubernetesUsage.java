package dev.etcdbackup.embedding;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Uses an operator through the resources of a Kubernetes API server. */
final class KubernetesUsage implements Usage {
  private static final String NAMESPACE = "default";
  private static final CustomResourceDefinitionContext KIND =
      new CustomResourceDefinitionContext.Builder()
          .withGroup("example.com")
          .withVersion("v1")
          .withKind("BackedUpEtcd")
          .withPlural("backedupetcds")
          .withScope("Namespaced")
          .withStatusSubresource(true)
          .build();

  private final Cluster cluster;
  private final KubernetesMockServer server =
      new KubernetesMockServer(
          new Context(),
          new MockWebServer(),
          new HashMap<>(),
          new KubernetesCrudDispatcher(),
          false);
  private final KubernetesClient client;

  KubernetesUsage(Cluster cluster) {
    this.cluster = cluster;
    server.init();
    server.expectCustomResource(KIND);
    client = server.createClient();
  }

  @Override
  public Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(cluster.environment());
    environment.put("KUBERNETES_MASTER", "http://127.0.0.1:" + server.getPort());
    return environment;
  }

  /** Creates the resource whose cluster the operator backs up. */
  void create() {
    client
        .genericKubernetesResources(KIND)
        .inNamespace(NAMESPACE)
        .resource(
            new GenericKubernetesResourceBuilder()
                .withApiVersion("example.com/v1")
                .withKind("BackedUpEtcd")
                .withNewMetadata()
                .withName(Cluster.PROJECT)
                .withNamespace(NAMESPACE)
                .endMetadata()
                .withAdditionalProperties(
                    Map.of(
                        "spec",
                        Map.of(
                            "endpoint", cluster.etcd().endpoint().toString(),
                            "intervalSeconds", 2,
                            "keep", 2)))
                .build())
        .create();
  }

  @Override
  public String run(Application application) throws Exception {
    create();
    application.await("the first backup in the status", () -> status("newest") != null);
    Object first = status("newest");
    application.await("a pruned backup", () -> !cluster.names().contains(String.valueOf(first)));
    application.await("2 backups in the status", () -> Integer.valueOf(2).equals(status("stored")));
    application.await("a verified backup", () -> Boolean.TRUE.equals(status("verified")));
    List<String> held = cluster.names();
    HttpUsage.requireEqual("the backups kept", true, held.size() <= 3);
    resource().delete();
    application.await("the deletion of the resource", () -> resource().get() == null);
    return "OK";
  }

  Cluster cluster() {
    return cluster;
  }

  private Resource<GenericKubernetesResource> resource() {
    return client.genericKubernetesResources(KIND).inNamespace(NAMESPACE).withName(Cluster.PROJECT);
  }

  /** The value of a field of the resource's status; null while there is none. */
  Object status(String field) {
    return resource().get().get("status", field);
  }

  @Override
  public void close() {
    client.close();
    server.destroy();
  }
}
