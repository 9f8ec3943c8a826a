package dev.etcdbackup.cli;

import dev.etcdbackup.cli.config.EtcdConfig;
import dev.etcdbackup.cli.config.TlsFiles;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Connections to an etcd of the configuration. Its files are read for each connection, so that
 * certificates and passwords may be replaced while a scheduler runs, and a missing file fails the
 * runs of its cluster only.
 */
final class EtcdAccess {
  private EtcdAccess() {}

  static EtcdConnection of(EtcdConfig etcd) {
    EtcdConnection.Builder connection = EtcdConnection.builder(etcd.endpoints());
    etcd.tls().ifPresent(files -> connection.tls(tls(files)));
    etcd.user()
        .ifPresent(
            user -> connection.user(user, () -> password(etcd.passwordFile().orElseThrow())));
    return connection.build();
  }

  /**
   * Reads and checks all files, and connects to nothing.
   *
   * @throws UncheckedIOException when one cannot be read
   * @throws IllegalArgumentException when one does not hold what it should
   */
  static void check(EtcdConfig etcd) {
    etcd.tls().ifPresent(files -> tls(files).check());
    if (etcd.user().isPresent()) {
      String unused = password(etcd.passwordFile().orElseThrow());
    }
  }

  /**
   * The content of a password file without the newline at its end.
   *
   * @throws UncheckedIOException when it cannot be read or is empty; the message names the file
   */
  static String password(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("there is no file " + file, e);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
    String password = text.replaceFirst("\\r?\\n\\z", "");
    if (password.isEmpty()) {
      throw new UncheckedIOException(file + " is empty", new IOException("no password"));
    }
    return password;
  }

  private static EtcdTls tls(TlsFiles files) {
    EtcdTls tls = files.ca().map(EtcdTls::trusting).orElseGet(EtcdTls::trustingSystem);
    return files.cert().isPresent()
        ? tls.withCertificate(files.cert().get(), files.key().orElseThrow())
        : tls;
  }
}
