package dev.etcdbackup.faults;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.faults.FaultProxy;
import dev.etcdbackup.testkit.faults.FaultySnapshotSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;

/** A prefix of a bucket, and the proxy through which the job reaches it. */
final class S3Backend implements Backend {
  private final S3Site site;
  private final String prefix;
  private final FaultProxy proxy;
  private final S3Client client;
  private final BackupStore right;
  private final Duration requestTimeout;
  private BackupStore faultyStore;
  private @Nullable S3Client wrong;
  private final @Nullable Fault ofSource;

  S3Backend(
      S3Site site,
      String prefix,
      @Nullable Fault ofStore,
      @Nullable Fault ofSource,
      Duration requestTimeout)
      throws IOException {
    this.site = site;
    this.prefix = prefix;
    this.proxy = FaultProxy.s3(site.endpoint());
    if (ofStore != null) {
      proxy.add(ofStore);
    }
    this.ofSource = ofSource;
    this.client = site.clientAt(proxy.endpoint());
    this.right = site.store(client, prefix, requestTimeout);
    this.faultyStore = right;
    this.requestTimeout = requestTimeout;
  }

  /** From now on the job has a client of its own, and may look elsewhere. */
  void goThrough(S3Client client, String bucket) {
    wrong = client;
    faultyStore = S3Site.store(client, bucket, prefix, requestTimeout);
  }

  void goRight() {
    faultyStore = right;
  }

  @Override
  public BackupStore faultyStore() {
    return faultyStore;
  }

  @Override
  public BackupStore clear() {
    return site.store(prefix);
  }

  @Override
  public SnapshotSource source(byte[] snapshot) {
    return ofSource == null
        ? FixedSnapshotSource.of(snapshot)
        : FaultySnapshotSource.of(snapshot, ofSource);
  }

  @Override
  public void overwrite(BackupKey key, byte[] bytes) {
    site.overwrite(prefix, key, bytes);
  }

  @Override
  public void sweep() throws IOException {
    site.sweep(prefix);
  }

  @Override
  public List<String> leftovers() {
    return site.uploads(prefix);
  }

  @Override
  public void closeClients() {
    client.close();
    if (wrong != null) {
      wrong.close();
    }
  }

  @Override
  public int openConnections() {
    return proxy.openConnections();
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    site.clean(prefix);
  }
}
