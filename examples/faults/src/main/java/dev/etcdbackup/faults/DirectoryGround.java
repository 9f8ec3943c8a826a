package dev.etcdbackup.faults;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.faults.FaultProxy;
import dev.etcdbackup.testkit.faults.FaultyBackupStore;
import dev.etcdbackup.testkit.faults.FaultySnapshotSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory store. The fault strikes the store, a source without an etcd, or a real etcd. */
final class DirectoryGround implements Ground {
  private final Path root;
  private final DirectoryBackupStore store;
  private final BackupStore struck;
  private final @Nullable Fault ofSource;
  private final @Nullable FaultProxy proxy;
  private final Duration timeout;

  private DirectoryGround(
      Path root,
      @Nullable Fault ofStore,
      @Nullable Fault ofSource,
      @Nullable FaultProxy proxy,
      Duration timeout)
      throws IOException {
    this.root = root;
    this.store = DirectoryBackupStore.at(root);
    this.struck = ofStore == null ? store : FaultyBackupStore.over(store, ofStore);
    this.ofSource = ofSource;
    this.proxy = proxy;
    this.timeout = timeout;
  }

  static DirectoryGround struckInTheStore(Path root, Fault fault) throws IOException {
    return new DirectoryGround(root, fault, null, null, Duration.ZERO);
  }

  static DirectoryGround struckInTheSource(Path root, Fault fault) throws IOException {
    return new DirectoryGround(root, null, fault, null, Duration.ZERO);
  }

  static DirectoryGround unstruck(Path root) throws IOException {
    return new DirectoryGround(root, null, null, null, Duration.ZERO);
  }

  static DirectoryGround beforeEtcd(Path root, URI member, Fault fault, Duration timeout)
      throws IOException {
    FaultProxy proxy = FaultProxy.tcp(member.getHost(), member.getPort(), fault);
    return new DirectoryGround(root, null, null, proxy, timeout);
  }

  @Override
  public BackupStore struck() {
    return struck;
  }

  @Override
  public BackupStore clear() {
    return store;
  }

  @Override
  public SnapshotSource source(byte[] snapshot) {
    if (proxy != null) {
      return EtcdSnapshotSource.builder(List.of(proxy.endpoint()))
          .noProgressTimeout(timeout)
          .probeTimeout(timeout)
          .build();
    }
    return ofSource == null
        ? FixedSnapshotSource.of(snapshot)
        : FaultySnapshotSource.of(snapshot, ofSource);
  }

  @Override
  public List<String> leftovers() throws IOException {
    Path folder = root.resolve(".etcd-backup/tmp");
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
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
