package dev.etcdbackup.cli;

import dev.etcdbackup.cli.config.EtcdConfig;
import dev.etcdbackup.cli.config.TlsFiles;
import dev.etcdbackup.etcd.EtcdTls;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Connections to an etcd of the configuration. Its files are read for each connection, so that
 * certificates and passwords may be replaced while a scheduler runs, and a missing file fails the
 * runs of its cluster only.
 */
final class EtcdAccess {
  private EtcdAccess() {}

  static Supplier<ClientBuilder> of(EtcdConfig etcd) {
    return () -> client(etcd);
  }

  /**
   * Reads and checks all files, and connects to nothing.
   *
   * @throws UncheckedIOException when one cannot be read
   * @throws IllegalArgumentException when one does not hold what it should
   */
  static void check(EtcdConfig etcd) {
    ClientBuilder unused = client(etcd);
  }

  private static ClientBuilder client(EtcdConfig etcd) {
    ClientBuilder client = Client.builder();
    etcd.tls().ifPresent(files -> tls(files).applyTo(client));
    etcd.user()
        .ifPresent(
            user ->
                client
                    .user(utf8(user))
                    .password(utf8(password(etcd.passwordFile().orElseThrow()))));
    return client;
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

  static ByteSequence utf8(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  private static EtcdTls tls(TlsFiles files) {
    EtcdTls tls = files.ca().map(EtcdTls::trusting).orElseGet(EtcdTls::trustingSystem);
    return files.cert().isPresent()
        ? tls.withCertificate(files.cert().get(), files.key().orElseThrow())
        : tls;
  }
}
