package dev.etcdbackup.operator;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.SchedulerBuilder;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/** Stores in memory; every cluster has a snapshot but the one at {@link #DEAD}. */
final class FakeBackends implements Backends {
  static final String DEAD = "http://dead:2379";

  private static final byte[] SNAPSHOT = TestSnapshots.bytes(3, TestSnapshots.MIN_PAGES);

  private final Map<StoreAddress, InMemoryBackupStore> stores = new ConcurrentHashMap<>();
  private final BlockingQueue<BackupStore> released = new LinkedBlockingQueue<>();
  private volatile Wait before = () -> {};

  @Override
  public BackupStore store(StoreAddress address) {
    return in(address);
  }

  InMemoryBackupStore in(StoreAddress address) {
    return stores.computeIfAbsent(address, unused -> new InMemoryBackupStore());
  }

  /** The only store of a bucket. */
  InMemoryBackupStore bucket(String bucket) {
    return stores.entrySet().stream()
        .filter(one -> one.getKey().bucket().equals(bucket))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void release(BackupStore store) {
    released.add(store);
  }

  /** The stores that were released. */
  BlockingQueue<BackupStore> released() {
    return released;
  }

  @Override
  public SnapshotSource source(EtcdAddress address) {
    if (address.endpoints().contains(DEAD)) {
      return () -> {
        throw new SourceException(DEAD + " does not answer");
      };
    }
    SnapshotSource fixed = FixedSnapshotSource.of(SNAPSHOT).withExactRevision(42);
    return () -> {
      try {
        before.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SourceException("interrupted", e);
      }
      return fixed.open();
    };
  }

  /** Makes snapshots wait. */
  void beforeEachSnapshot(Wait wait) {
    before = wait;
  }

  /** Waits. */
  interface Wait {
    void await() throws InterruptedException;
  }

  static SchedulerBuilder scheduler(BackupStore store) {
    return BackupScheduler.builder(store)
        .startStagger(Duration.ZERO)
        .retry(Duration.ofHours(1), Duration.ofHours(1));
  }
}
