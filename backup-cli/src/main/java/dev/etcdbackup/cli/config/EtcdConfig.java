package dev.etcdbackup.cli.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The endpoints of an etcd, and how to connect to them.
 *
 * @param endpoints its members, {@code http://HOST:PORT} or {@code https://HOST:PORT}
 * @param tls the files of its TLS connection
 * @param user the user to log in as; comes with the file of the password
 * @param passwordFile the file that holds the password
 */
public record EtcdConfig(
    List<URI> endpoints,
    Optional<TlsFiles> tls,
    Optional<String> user,
    Optional<Path> passwordFile) {
  /** Copies the list, and checks that user and password come together. */
  public EtcdConfig {
    endpoints = List.copyOf(endpoints);
    if (user.isPresent() != passwordFile.isPresent()) {
      throw new IllegalArgumentException(
          "user and passwordFile must both be given or both be absent");
    }
  }
}
