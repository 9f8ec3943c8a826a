package dev.etcdbackup.kubernetes.objects;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What the key of an object in etcd says of it, without its value: {@code
 * /registry/RESOURCE/NAMESPACE/NAME}, with the group of the resource before it where API servers
 * write it.
 *
 * @param group the group of the resource, {@code example.com}; empty for most resources that are
 *     Kubernetes' own, and for those of the core
 * @param resource the name of the resource, in lower case and plural: {@code pods}. Where the key
 *     has an older name, as {@code minions} for nodes, the name of today
 * @param namespace the namespace; empty when there is none
 * @param name the name
 */
public record ObjectKey(String group, String resource, String namespace, String name) {
  private static final Map<String, String> TODAY =
      Map.of(
          "minions", "nodes",
          "controllers", "replicationcontrollers",
          "ingress", "ingresses",
          "specs", "services",
          "podsecuritypolicy", "podsecuritypolicies");

  /**
   * Reads a key.
   *
   * @param path the key after the prefix of all objects, {@code pods/default/web}
   * @return what it says; a key of another form is a name without anything else
   */
  static ObjectKey parse(String path) {
    List<String> parts = new ArrayList<>(Arrays.asList(path.split("/", -1)));
    String group = "";
    if (parts.size() > 2 && parts.get(0).indexOf('.') > 0) {
      group = parts.remove(0);
    } else if (parts.size() > 2 && parts.get(0).equals("services")) {
      parts.remove(0); // specs or endpoints
    }
    if (parts.size() == 1) {
      return new ObjectKey(group, "", "", path);
    }
    String resource = parts.remove(0);
    String namespace = parts.size() > 1 ? parts.remove(0) : "";
    return new ObjectKey(
        group, TODAY.getOrDefault(resource, resource), namespace, String.join("/", parts));
  }
}
