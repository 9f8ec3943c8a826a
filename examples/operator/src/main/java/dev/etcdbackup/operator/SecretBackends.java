package dev.etcdbackup.operator;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.kubernetes.KubernetesStore;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Stores in S3 and clusters of etcd, with what Secrets hold of them. Secrets are read by {@code
 * get}: those of stores when they were read more than a minute ago, those of etcd for each
 * snapshot.
 */
public final class SecretBackends implements Backends, AutoCloseable {
  private static final Duration READ_AFTER = Duration.ofMinutes(1);

  private final KubernetesClient client;
  private final List<KubernetesStore> opened = new CopyOnWriteArrayList<>();

  /**
   * Creates it.
   *
   * @param client reads the Secrets; remains the caller's
   */
  public SecretBackends(KubernetesClient client) {
    this.client = client;
  }

  @Override
  public BackupStore store(StoreAddress address) {
    KubernetesStore.Builder builder =
        KubernetesStore.builder(client, address.namespace())
            .entry("bucket", address.bucket())
            .entry("prefix", address.prefix());
    @Nullable String secret = address.secret();
    @Nullable String endpoint = address.endpoint();
    @Nullable String region = address.region();
    if (secret != null) {
      builder.secret(secret);
    }
    if (endpoint != null) {
      builder.entry("endpoint", endpoint);
    }
    if (region != null) {
      builder.entry("region", region);
    }
    KubernetesStore store = builder.openUnwatched(READ_AFTER);
    opened.add(store);
    return store;
  }

  @Override
  public SnapshotSource source(EtcdAddress address) {
    List<URI> endpoints = EtcdConnection.to(address.endpoints().toArray(String[]::new)).endpoints();
    return address.secrets().source(client, address.namespace(), endpoints, address.timeout());
  }

  @Override
  public void release(BackupStore store) {
    if (store instanceof KubernetesStore known && opened.remove(known)) {
      known.close();
    }
  }

  /** Closes the clients of the stores. */
  @Override
  public void close() {
    opened.forEach(KubernetesStore::close);
  }
}
