package dev.etcdbackup.faults;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.faults.FaultProxy;
import dev.etcdbackup.testkit.faults.FaultyBackupStore;
import dev.etcdbackup.testkit.faults.FaultySnapshotSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory store. The fault is injected into the store, a source without an etcd, or a real
 * etcd.
 */
final class DirectoryBackend implements Backend {
  private final Path root;
  private final DirectoryBackupStore store;
  private final BackupStore faultyStore;
  private final @Nullable Fault ofSource;
  private final @Nullable FaultProxy proxy;
  private final @Nullable SnapshotSource etcd;

  private DirectoryBackend(
      Path root,
      @Nullable Fault ofStore,
      @Nullable Fault ofSource,
      @Nullable FaultProxy proxy,
      @Nullable SnapshotSource etcd)
      throws IOException {
    this.root = root;
    this.store = DirectoryBackupStore.at(root);
    this.faultyStore = ofStore == null ? store : FaultyBackupStore.over(store, ofStore);
    this.ofSource = ofSource;
    this.proxy = proxy;
    this.etcd = etcd;
  }

  static DirectoryBackend withFaultyStore(Path root, Fault fault) throws IOException {
    return new DirectoryBackend(root, fault, null, null, null);
  }

  static DirectoryBackend withFaultySource(Path root, Fault fault) throws IOException {
    return new DirectoryBackend(root, null, fault, null, null);
  }

  static DirectoryBackend withoutFault(Path root) throws IOException {
    return new DirectoryBackend(root, null, null, null, null);
  }

  static DirectoryBackend beforeEtcd(Path root, URI member, Fault fault, Duration timeout)
      throws IOException {
    FaultProxy proxy = FaultProxy.tcp(member.getHost(), member.getPort(), fault);
    return new DirectoryBackend(root, null, null, proxy, etcd(List.of(proxy.endpoint()), timeout));
  }

  static DirectoryBackend of(Path root, SnapshotSource etcd) throws IOException {
    return new DirectoryBackend(root, null, null, null, etcd);
  }

  static SnapshotSource etcd(List<URI> endpoints, Duration timeout) {
    return EtcdSnapshotSource.builder(
            EtcdConnection.builder(endpoints).connectTimeout(timeout).probeTimeout(timeout).build())
        .noProgressTimeout(timeout)
        .build();
  }

  @Override
  public BackupStore faultyStore() {
    return faultyStore;
  }

  @Override
  public BackupStore clear() {
    return store;
  }

  @Override
  public SnapshotSource source(byte[] snapshot) {
    if (etcd != null) {
      return etcd;
    }
    return ofSource == null
        ? FixedSnapshotSource.of(snapshot)
        : FaultySnapshotSource.of(snapshot, ofSource);
  }

  @Override
  public void overwrite(BackupKey key, byte[] bytes) throws IOException {
    Files.write(root.resolve(key.toString()), bytes);
  }

  /** A put removes temporary files that are a day old. */
  @Override
  public void sweep() throws IOException {
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(25)));
    try (Stream<Path> files = Files.list(root.resolve(".etcd-backup/tmp"))) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, old);
      }
    }
    BackupKey key = BackupKey.of("sweep", "now");
    store.put(key, Content.of(InputStream.nullInputStream()));
    store.delete(List.of(key));
  }

  @Override
  public List<String> leftovers() throws IOException {
    Path directory = root.resolve(".etcd-backup/tmp");
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> "temporary file " + file.getFileName()).toList();
    }
  }

  @Override
  public void closeClients() {}

  @Override
  public int openConnections() {
    return proxy == null ? 0 : proxy.openConnections();
  }

  @Override
  public void close() throws IOException {
    if (proxy != null) {
      proxy.close();
    }
  }
}
