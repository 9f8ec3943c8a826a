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
 * How to talk to an etcd of the configuration. Its files are read anew for each connection, so that
 * certificates and passwords may be replaced while a scheduler runs, and one that is missing fails
 * the runs of its cluster and no others.
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
   * What stands in a file, less the newline at its end.
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
