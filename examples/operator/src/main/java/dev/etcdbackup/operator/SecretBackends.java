package dev.etcdbackup.operator;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stores in S3 and clusters of etcd, with what Secrets hold of them. */
public final class SecretBackends implements Backends, AutoCloseable {
  private final SecretReader secrets;
  private final List<SecretStore> opened = new CopyOnWriteArrayList<>();

  /**
   * Creates it.
   *
   * @param client reads the Secrets; remains the caller's
   */
  public SecretBackends(KubernetesClient client) {
    this.secrets = new SecretReader(client);
  }

  @Override
  public BackupStore store(StoreAddress address) {
    SecretStore store = new SecretStore(address, secrets);
    opened.add(store);
    return store;
  }

  @Override
  public SnapshotSource source(EtcdAddress address) {
    return new SecretEtcdSource(address, secrets);
  }

  /** Closes the clients of the stores. */
  @Override
  public void close() {
    opened.forEach(SecretStore::close);
  }
}
