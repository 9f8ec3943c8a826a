package dev.etcdbackup.operator;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.etcd.EtcdTls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A cluster whose certificates and password are in Secrets. They are read for each snapshot, so
 * that renewed ones apply without a restart. Keys are in a directory of the owner's for as long as
 * the connection is made; mount memory at {@code java.io.tmpdir}.
 */
final class SecretEtcdSource implements SnapshotSource {
  private static final String CA = "etcd-client-ca.crt";
  private static final String CERTIFICATE = "etcd-client.crt";
  private static final String KEY = "etcd-client.key";

  private final EtcdAddress address;
  private final SecretReader secrets;

  SecretEtcdSource(EtcdAddress address, SecretReader secrets) {
    this.address = address;
    this.secrets = secrets;
    builder(); // refuses what is no endpoint now
  }

  @Override
  public Snapshot open() throws SourceException {
    EtcdConnection.Builder connection = builder();
    try {
      String user = address.userSecret();
      if (user != null) {
        SecretReader.Values login = secrets.read(address.namespace(), user);
        String password = text(login.require("password"));
        connection.user(text(login.require("username")), () -> password);
      }
      String tls = address.tlsSecret();
      return tls == null
          ? open(connection)
          : openWithTls(connection, secrets.read(address.namespace(), tls));
    } catch (SourceException e) {
      throw e;
    } catch (IOException e) {
      throw new SourceException(String.valueOf(e.getMessage()), e);
    }
  }

  private Snapshot openWithTls(EtcdConnection.Builder connection, SecretReader.Values secret)
      throws IOException {
    Path directory = Files.createTempDirectory("etcd-tls"); // readable by its owner alone
    try {
      EtcdTls tls = EtcdTls.trusting(file(directory, CA, secret));
      if (secret.find(CERTIFICATE) != null) {
        tls =
            tls.withCertificate(file(directory, CERTIFICATE, secret), file(directory, KEY, secret));
      }
      return open(connection.tls(tls));
    } finally {
      for (String name : List.of(CA, CERTIFICATE, KEY)) {
        Files.deleteIfExists(directory.resolve(name));
      }
      Files.deleteIfExists(directory);
    }
  }

  private Snapshot open(EtcdConnection.Builder connection) throws SourceException {
    return EtcdSnapshotSource.builder(connection.build()).timeout(address.timeout()).build().open();
  }

  private EtcdConnection.Builder builder() {
    return EtcdConnection.builder(address.endpoints().toArray(String[]::new));
  }

  private static Path file(Path directory, String name, SecretReader.Values secret)
      throws IOException {
    return Files.write(directory.resolve(name), secret.require(name));
  }

  private static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8).strip();
  }

  @Override
  public String toString() {
    return "etcd at " + address.endpoints();
  }
}
