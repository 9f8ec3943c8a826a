package dev.etcdbackup.operator;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A store whose settings are in a Secret. It is opened by its first use, so that a Secret that is
 * missing is a failure of that, with a reason, and is tried again.
 */
final class SecretStore implements BackupStore, AutoCloseable {
  private final StoreAddress address;
  private final SecretReader secrets;
  private @Nullable S3Client client; // guarded by this
  private @Nullable BackupStore store; // guarded by this

  SecretStore(StoreAddress address, SecretReader secrets) {
    this.address = address;
    this.secrets = secrets;
    String endpoint = address.endpoint();
    if (endpoint != null) {
      S3Clients.Builder unused = S3Clients.forRgw(URI.create(endpoint)); // refuses a wrong one now
    }
  }

  private synchronized BackupStore open() throws StoreException {
    if (store == null) {
      try {
        client = client();
        store = S3BackupStore.builder(client, address.bucket()).prefix(address.prefix()).build();
      } catch (IOException e) {
        throw new StoreException(String.valueOf(e.getMessage()), e);
      }
    }
    return Objects.requireNonNull(store);
  }

  private S3Client client() throws IOException {
    String secret = address.secret();
    if (secret == null) {
      return builder(Optional.ofNullable(address.region())).build();
    }
    SecretReader.Values values = secrets.read(address.namespace(), secret);
    Optional<String> region =
        address.region() == null ? SecretCredentials.region(values) : Optional.of(address.region());
    S3Clients.Builder builder =
        builder(region)
            .credentials(
                new SecretCredentials(
                    secrets, address.namespace(), secret, InstantSource.system()));
    byte[] ca = values.find("ca.crt");
    if (ca == null) {
      return builder.build();
    }
    Path file = Files.createTempFile("s3-ca", ".pem");
    try {
      return builder.caPem(Files.write(file, ca)).build();
    } catch (IllegalArgumentException e) {
      throw new IOException(values + ": its ca.crt holds no certificate in PEM", e);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private S3Clients.Builder builder(Optional<String> region) {
    String endpoint = address.endpoint();
    if (endpoint == null) {
      endpoint = "https://s3." + region.orElse("us-east-1") + ".amazonaws.com";
    }
    S3Clients.Builder builder = S3Clients.forRgw(URI.create(endpoint));
    return region.isPresent() ? builder.region(region.get()) : builder;
  }

  @Override
  public StoredBackup put(BackupKey key, Content content) throws BackupException {
    return open().put(key, content);
  }

  @Override
  public List<StoredBackup> list(String project) throws BackupException {
    return open().list(project);
  }

  @Override
  public Optional<StoredBackup> find(BackupKey key) throws BackupException {
    return open().find(key);
  }

  @Override
  public InputStream open(StoredBackup backup, long offset, long length) throws BackupException {
    return open().open(backup, offset, length);
  }

  @Override
  public DeleteResult delete(Collection<BackupKey> keys) throws BackupException {
    return open().delete(keys);
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.close();
    }
  }

  @Override
  public String toString() {
    return "s3://" + address.bucket() + (address.prefix().isEmpty() ? "" : "/" + address.prefix());
  }
}
