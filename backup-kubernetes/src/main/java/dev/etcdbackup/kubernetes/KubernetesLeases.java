package dev.etcdbackup.kubernetes;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The leases of one namespace. */
final class KubernetesLeases {
  private final KubernetesClient client;
  private final String namespace;

  KubernetesLeases(KubernetesClient client, String namespace) {
    this.client = ApiCall.impatient(client);
    this.namespace = namespace;
  }

  String namespace() {
    return namespace;
  }

  @Nullable Lease get(String name) throws IOException {
    return ApiCall.of(what(name), () -> leases().withName(name).get());
  }

  /** Creates a lease; empty when there is one. */
  Optional<Lease> create(Lease lease) throws IOException {
    return unlessConflict(lease, () -> leases().resource(lease).create());
  }

  /**
   * Replaces the lease of this resource version; empty when it has another one by now, or is gone.
   */
  Optional<Lease> replace(Lease lease) throws IOException {
    String version = lease.getMetadata().getResourceVersion();
    return unlessConflict(
        lease, () -> leases().resource(lease).lockResourceVersion(version).update());
  }

  private Optional<Lease> unlessConflict(Lease lease, Supplier<@Nullable Lease> request)
      throws IOException {
    try {
      return Optional.ofNullable(ApiCall.of(what(lease.getMetadata().getName()), request));
    } catch (ApiCall.Refused e) {
      if (e.isConflict() || e.isNotFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private NonNamespaceOperation<Lease, LeaseList, Resource<Lease>> leases() {
    return client.leases().inNamespace(namespace);
  }

  private String what(String name) {
    return "lease " + name + " of namespace " + namespace;
  }
}
