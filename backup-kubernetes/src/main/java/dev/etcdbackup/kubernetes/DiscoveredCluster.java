package dev.etcdbackup.kubernetes;

import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.etcd.EtcdConnection;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An etcd cluster that a {@link ClusterDiscovery} found.
 *
 * <p>Immutable and thread-safe. Names and annotations are those that people gave.
 *
 * @param project the project under which its backups are stored
 * @param layout the name of the layout by which it was found
 * @param kind {@code StatefulSet}, {@code Service} or {@code Pod}
 * @param namespace its namespace
 * @param name the name of the object; of pods, the name of their cluster
 * @param uid the UID of the object; of pods, that of the oldest one
 * @param labels the labels of the object
 * @param annotations the annotations of the object
 * @param endpoints the client URLs of its members, one of each pod, in the order of their names;
 *     empty when there is none
 * @param secrets the Secrets in its namespace that are needed to connect to it
 */
public record DiscoveredCluster(
    String project,
    String layout,
    String kind,
    String namespace,
    String name,
    String uid,
    Map<String, String> labels,
    Map<String, String> annotations,
    List<URI> endpoints,
    EtcdSecrets secrets) {
  /** Copies the collections. */
  public DiscoveredCluster {
    Objects.requireNonNull(project, "project");
    Objects.requireNonNull(layout, "layout");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(namespace, "namespace");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(uid, "uid");
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
    endpoints = List.copyOf(endpoints);
    Objects.requireNonNull(secrets, "secrets");
  }

  /**
   * Reads its Secrets and returns a connection to it.
   *
   * @param client how to reach the API server
   * @return as {@link EtcdSecrets#connect}
   * @throws SourceException as {@link EtcdSecrets#connect} does
   * @throws IllegalArgumentException when it has no endpoints
   */
  public EtcdConnection connect(KubernetesClient client) throws SourceException {
    return secrets.connect(client, namespace, endpoints);
  }

  /**
   * Returns a source of its snapshots, which reads its Secrets for each of them.
   *
   * @param client how to reach the API server; not closed by the source
   * @param timeout how long a snapshot may take
   * @return as {@link EtcdSecrets#source}
   * @throws IllegalArgumentException when it has no endpoints, or the timeout is not valid
   */
  public SnapshotSource source(KubernetesClient client, Duration timeout) {
    return secrets.source(client, namespace, endpoints, timeout);
  }

  /**
   * Returns where it is, for messages.
   *
   * @return {@code StatefulSet services/cray-bss-bitnami-etcd}
   */
  public String place() {
    return kind + " " + namespace + "/" + name;
  }
}
