package dev.etcdbackup.operator;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster is reached.
 *
 * @param endpoints the client URLs of its members, at least one
 * @param namespace where the Secrets lie
 * @param tlsSecret the Secret with {@code etcd-client-ca.crt}, {@code etcd-client.crt} and {@code
 *     etcd-client.key}; null for none
 * @param userSecret the Secret with {@code username} and {@code password}; null for none
 * @param timeout how long a snapshot may take
 */
public record EtcdAddress(
    List<String> endpoints,
    String namespace,
    @Nullable String tlsSecret,
    @Nullable String userSecret,
    Duration timeout) {
  /** Copies the list. */
  public EtcdAddress {
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("the endpoints must name at least one member of etcd");
    }
    endpoints = List.copyOf(endpoints);
  }
}
