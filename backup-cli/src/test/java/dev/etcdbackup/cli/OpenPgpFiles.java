package dev.etcdbackup.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A key pair of OpenPGP in files of a directory, and the passphrase of its private key: the golden
 * key of {@code backup-openpgp}, whose passphrase was made a thousand times faster to try, for each
 * command tries it twice.
 *
 * @param publicKey the file of the public key
 * @param privateKey the file of the private key, which encrypts and signs
 * @param passphrase the file of its passphrase
 */
record OpenPgpFiles(Path publicKey, Path privateKey, Path passphrase) {
  /** The key id of the subkey that is encrypted to. */
  static final String SUBKEY = "05A9AB1524925DB3";

  static OpenPgpFiles in(Path directory) throws IOException {
    return new OpenPgpFiles(
        copy("public.asc", directory),
        copy("private.asc", directory),
        copy("passphrase", directory));
  }

  private static Path copy(String name, Path directory) throws IOException {
    Path to = directory.resolve(name);
    try (InputStream in =
        Objects.requireNonNull(OpenPgpFiles.class.getResourceAsStream("openpgp/" + name))) {
      Files.copy(in, to);
    }
    return to;
  }
}
