package dev.etcdbackup.kubernetes.recovery;

import dev.etcdbackup.kubernetes.ObjectName;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Locale;

/**
 * A workload that is restarted after a restore, as {@code kubectl rollout restart} does it.
 *
 * @param kind {@code deployment}, {@code statefulset} or {@code daemonset}
 * @param name its name
 */
record Dependant(String kind, String name) {
  private static final List<String> KINDS = List.of("deployment", "statefulset", "daemonset");

  /** Reads {@code KIND/NAME}. */
  static Dependant parse(String text) {
    String[] parts = text.split("/", -1);
    String kind = parts[0].toLowerCase(Locale.ROOT);
    if (parts.length != 2 || parts[1].isBlank() || !KINDS.contains(kind)) {
      throw new IllegalArgumentException(
          "a dependant must be deployment/NAME, statefulset/NAME or daemonset/NAME, not " + text);
    }
    return new Dependant(kind, ObjectName.require(kind, parts[1]));
  }

  /**
   * Changes the pod template, once for each restore.
   *
   * @throws IllegalStateException when there is no such workload
   */
  void restart(KubernetesClient client, String namespace, String id) {
    var apps = client.apps();
    switch (kind) {
      case "deployment" -> restart(apps.deployments().inNamespace(namespace).withName(name), id);
      case "statefulset" -> restart(apps.statefulSets().inNamespace(namespace).withName(name), id);
      default -> restart(apps.daemonSets().inNamespace(namespace).withName(name), id);
    }
  }

  private <T extends HasMetadata> void restart(Resource<T> workload, String id) {
    if (workload.get() == null) {
      throw new IllegalStateException("the dependant " + this + " does not exist");
    }
    workload.patch(
        PatchContext.of(PatchType.JSON_MERGE),
        "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\""
            + MemberClaims.RESTORE
            + "\":\""
            + id
            + "\"}}}}}");
  }

  @Override
  public String toString() {
    return kind + "/" + name;
  }
}
