package dev.etcdbackup.operator;

import dev.etcdbackup.kubernetes.EtcdSecrets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster is reached.
 *
 * @param endpoints the client URLs of its members, at least one
 * @param namespace where the Secrets lie
 * @param secrets the Secrets with certificates and a password
 * @param timeout how long a snapshot may take
 */
public record EtcdAddress(
    List<String> endpoints, String namespace, EtcdSecrets secrets, Duration timeout) {
  /** Copies the list. */
  public EtcdAddress {
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("the endpoints must name at least one member of etcd");
    }
    endpoints = List.copyOf(endpoints);
  }

  /**
   * Returns the Secrets that a resource names.
   *
   * @param tls the Secret with the authorities, and perhaps a client certificate; null for none
   * @param user the Secret with {@code username} and {@code password}; null for none
   * @return the Secrets
   */
  public static EtcdSecrets secrets(@Nullable String tls, @Nullable String user) {
    EtcdSecrets secrets = EtcdSecrets.none();
    if (tls != null) {
      secrets = secrets.withAuthorities(tls, null).withCertificateIfPresent(tls, null, null);
    }
    return user == null ? secrets : secrets.withLogin(user);
  }
}
