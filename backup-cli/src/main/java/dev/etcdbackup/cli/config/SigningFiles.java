package dev.etcdbackup.cli.config;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * With which key the backups of a cluster are signed.
 *
 * @param key the file with the OpenPGP private key
 * @param passphrase the file with its passphrase; empty when the key has none
 */
public record SigningFiles(Path key, Optional<Path> passphrase) {
  /** Checks the values. */
  public SigningFiles {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(passphrase, "passphrase");
  }
}
