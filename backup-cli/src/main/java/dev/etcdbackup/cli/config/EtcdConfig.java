package dev.etcdbackup.cli.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where an etcd is, and how to talk to it.
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
      throw new IllegalArgumentException("a user and the file of the password go together");
    }
  }
}
