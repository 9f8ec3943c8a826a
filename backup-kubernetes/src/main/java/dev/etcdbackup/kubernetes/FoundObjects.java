package dev.etcdbackup.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The objects of one layout in one namespace or in all, as clusters. What it hands over is keyed by
 * {@code NAMESPACE/NAME} of the cluster.
 */
final class FoundObjects {
  private static final int MOST_PODS = 100; // clusters of etcd have 7 at most
  private static final String SERVICE_NAME = "kubernetes.io/service-name";

  private final ClusterLayout layout;
  private final BiConsumer<String, @Nullable Candidate> changed;
  private final GroupedObjects<Pod> pods = new GroupedObjects<>(); // by cluster; guarded by this
  private final Map<String, Service> services = new HashMap<>(); // guarded by this
  private final GroupedObjects<EndpointSlice> slices =
      new GroupedObjects<>(); // by Service; guarded by this

  /**
   * Makes it; nothing is watched yet.
   *
   * @param changed takes the key of a cluster, and the cluster, or null when it is gone
   */
  FoundObjects(ClusterLayout layout, BiConsumer<String, @Nullable Candidate> changed) {
    this.layout = layout;
    this.changed = changed;
  }

  /**
   * Prepares what is to be watched.
   *
   * @param namespace null for all
   */
  List<Watched<?>> watches(KubernetesClient client, @Nullable String namespace) {
    String in = namespace == null ? " of all namespaces" : " of namespace " + namespace;
    return switch (layout.kind()) {
      case STATEFUL_SET ->
          List.of(
              new Watched<>(
                  "StatefulSets" + in,
                  selected(client.apps().statefulSets(), namespace),
                  meta -> new StatefulSetBuilder().withMetadata(meta).build(),
                  this::statefulSet));
      case SERVICE ->
          List.of(
              new Watched<>(
                  "Services" + in,
                  selected(client.services(), namespace),
                  meta -> new ServiceBuilder().withMetadata(meta).build(),
                  this::service),
              new Watched<>(
                  "EndpointSlices" + in,
                  selected(client.discovery().v1().endpointSlices(), namespace),
                  meta -> new EndpointSliceBuilder().withMetadata(meta).build(),
                  this::slice));
      case POD ->
          List.of(
              new Watched<>(
                  "pods" + in,
                  selected(client.pods(), namespace).withLabel(layout.clusterLabel()),
                  meta -> new PodBuilder().withMetadata(meta).build(),
                  this::pod));
    };
  }

  private <T, L> FilterWatchListDeletable<T, L, ?> selected(
      MixedOperation<T, L, ?> objects, @Nullable String namespace) {
    FilterWatchListDeletable<T, L, ?> all =
        namespace == null ? objects.inAnyNamespace() : objects.inNamespace(namespace);
    return layout.labels().isEmpty() ? all : all.withLabels(layout.labels());
  }

  void statefulSet(String key, @Nullable StatefulSet object) {
    if (object == null || object.getSpec() == null) {
      changed.accept(key, null);
      return;
    }
    EtcdPodSpec pod = new EtcdPodSpec(template(object));
    if (!layout.matches(object, pod)) {
      changed.accept(key, null);
      return;
    }
    changed.accept(
        key,
        Candidate.of(
            layout,
            object.getMetadata().getName(),
            object,
            new Candidate.Facts() {
              @Override
              public EtcdSecrets secrets() {
                return pod.secrets();
              }

              @Override
              public List<URI> endpoints(boolean tls) {
                return ofPods(object, pod, tls);
              }
            }));
  }

  private static PodSpec template(StatefulSet object) {
    boolean there =
        object.getSpec().getTemplate() != null && object.getSpec().getTemplate().getSpec() != null;
    return there ? object.getSpec().getTemplate().getSpec() : new PodSpec();
  }

  /** The names of the pods of a StatefulSet follow from its own, so no pod is asked for. */
  private static List<URI> ofPods(StatefulSet object, EtcdPodSpec pod, boolean tls) {
    String name = object.getMetadata().getName();
    String namespace = object.getMetadata().getNamespace();
    String service = object.getSpec().getServiceName();
    int replicas = Objects.requireNonNullElse(object.getSpec().getReplicas(), 1);
    if (replicas == 0) {
      throw new IllegalArgumentException("it is scaled to 0 pods");
    }
    if (replicas > MOST_PODS) { // anyone who can make a StatefulSet can write any number
      throw new IllegalArgumentException(
          "it is scaled to " + replicas + " pods, more than " + MOST_PODS);
    }
    int first =
        object.getSpec().getOrdinals() == null
            ? 0
            : Objects.requireNonNullElse(object.getSpec().getOrdinals().getStart(), 0);
    List<URI> endpoints = new ArrayList<>();
    for (int i = first; i < first + replicas; i++) {
      String member = name + "-" + i;
      String host =
          member + "." + Objects.requireNonNullElse(service, name) + "." + namespace + ".svc";
      endpoints.add(pod.endpoint(namespace, member, host, tls));
    }
    return endpoints;
  }

  synchronized void pod(String key, @Nullable Pod object) {
    String cluster = object == null || isOver(object) ? null : clusterOf(object);
    List<String> clusters =
        cluster == null || object == null ? pods.remove(key) : pods.put(key, cluster, object);
    clusters.forEach(this::pods);
  }

  private @Nullable String clusterOf(Pod pod) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    String name = labels == null ? null : labels.get(layout.clusterLabel());
    boolean cluster =
        name != null && !name.isEmpty() && layout.matches(pod, new EtcdPodSpec(pod.getSpec()));
    return cluster ? pod.getMetadata().getNamespace() + "/" + name : null;
  }

  private static boolean isOver(Pod pod) {
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return pod.getMetadata().getDeletionTimestamp() != null
        || "Succeeded".equals(phase)
        || "Failed".equals(phase)
        || pod.getSpec() == null;
  }

  private void pods(String cluster) {
    Collection<Pod> members = pods.of(cluster);
    if (members.isEmpty()) {
      changed.accept(cluster, null);
      return;
    }
    Pod oldest =
        members.stream()
            .min(
                Comparator.comparing(
                    one ->
                        Objects.requireNonNullElse(one.getMetadata().getCreationTimestamp(), "")))
            .orElseThrow();
    changed.accept(
        cluster,
        Candidate.of(
            layout,
            cluster.substring(cluster.indexOf('/') + 1),
            oldest,
            new Candidate.Facts() {
              @Override
              public EtcdSecrets secrets() {
                return new EtcdPodSpec(oldest.getSpec()).secrets();
              }

              @Override
              public List<URI> endpoints(boolean tls) {
                List<URI> endpoints = new ArrayList<>();
                for (Pod one : members) {
                  host(one).ifPresent(host -> endpoints.add(endpoint(one, host, tls)));
                }
                if (endpoints.isEmpty()) {
                  throw new IllegalArgumentException("its pods have no address yet");
                }
                return endpoints;
              }
            }));
  }

  private static URI endpoint(Pod pod, String host, boolean tls) {
    return new EtcdPodSpec(pod.getSpec())
        .endpoint(pod.getMetadata().getNamespace(), pod.getMetadata().getName(), host, tls);
  }

  private static Optional<String> host(Pod pod) {
    String hostname = pod.getSpec().getHostname();
    String subdomain = pod.getSpec().getSubdomain();
    if (hostname != null && subdomain != null) {
      return Optional.of(
          hostname + "." + subdomain + "." + pod.getMetadata().getNamespace() + ".svc");
    }
    return Optional.ofNullable(pod.getStatus())
        .map(status -> status.getPodIP())
        .map(FoundObjects::host);
  }

  private static String host(String address) {
    return address.contains(":") ? "[" + address + "]" : address;
  }

  synchronized void service(String key, @Nullable Service object) {
    boolean cluster = object != null && object.getSpec() != null && layout.matches(object, null);
    if (!cluster || object == null) {
      services.remove(key);
      changed.accept(key, null);
      return;
    }
    services.put(key, object);
    service(object, key);
  }

  synchronized void slice(String key, @Nullable EndpointSlice object) {
    String service = object == null ? null : serviceOf(object);
    List<String> changedServices =
        service == null || object == null ? slices.remove(key) : slices.put(key, service, object);
    changedServices.forEach(this::sliced);
  }

  private void sliced(String key) {
    Service service = services.get(key);
    if (service != null) {
      service(service, key);
    }
  }

  private static @Nullable String serviceOf(EndpointSlice slice) {
    Map<String, String> labels = slice.getMetadata().getLabels();
    String name = labels == null ? null : labels.get(SERVICE_NAME);
    return name == null ? null : slice.getMetadata().getNamespace() + "/" + name;
  }

  private void service(Service object, String key) {
    changed.accept(
        key,
        Candidate.of(
            layout,
            object.getMetadata().getName(),
            object,
            new Candidate.Facts() {
              @Override
              public EtcdSecrets secrets() {
                return EtcdSecrets.none();
              }

              @Override
              public List<URI> endpoints(boolean tls) {
                return behind(object, slices.of(key), tls);
              }
            }));
  }

  /** One URL for each pod; that of the Service while it has no pod, so that backups fail then. */
  private static List<URI> behind(Service object, Collection<EndpointSlice> slices, boolean tls) {
    String scheme = tls ? "https://" : "http://";
    String host =
        object.getMetadata().getName() + "." + object.getMetadata().getNamespace() + ".svc";
    ServicePort port = clientPort(object);
    TreeMap<String, URI> found = new TreeMap<>();
    for (EndpointSlice slice : slices) {
      int target = target(slice, port);
      for (Endpoint one : slice.getEndpoints()) {
        for (String address : one.getAddresses()) {
          String pod = one.getHostname() == null ? host(address) : one.getHostname() + "." + host;
          found.put(pod, URI.create(scheme + pod + ":" + target));
        }
      }
    }
    return found.isEmpty()
        ? List.of(URI.create(scheme + host + ":" + port.getPort()))
        : List.copyOf(found.values());
  }

  private static ServicePort clientPort(Service object) {
    List<ServicePort> ports = object.getSpec().getPorts();
    return ports.stream()
        .filter(
            one ->
                "client".equals(one.getName())
                    || "etcd-client".equals(one.getName())
                    || Integer.valueOf(2379).equals(one.getPort()))
        .findFirst()
        .or(() -> ports.stream().findFirst())
        .orElseThrow(() -> new IllegalArgumentException("it has no port"));
  }

  private static int target(EndpointSlice slice, ServicePort port) {
    String name = Objects.requireNonNullElse(port.getName(), "");
    return slice.getPorts().stream()
        .filter(one -> name.equals(Objects.requireNonNullElse(one.getName(), "")))
        .map(one -> Objects.requireNonNullElse(one.getPort(), port.getPort()))
        .findFirst()
        .orElse(port.getPort());
  }
}
