package dev.etcdbackup.cli.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The PEM files of a TLS connection. None is read before it is needed.
 *
 * @param ca the certificates to trust, instead of those of the Java runtime
 * @param cert the client's certificate; comes with its key
 * @param key the client's private key
 */
public record TlsFiles(Optional<Path> ca, Optional<Path> cert, Optional<Path> key) {
  /** Checks that certificate and key come together. */
  public TlsFiles {
    if (cert.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException("cert and key must both be given or both be absent");
    }
  }
}
