package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.schedule.BackupListener;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.schedule.Schedule;
import dev.etcdbackup.schedule.ScheduledCluster;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several schedulers over one store, each with a lock of its own in the same etcd. */
@Tag("server")
@Timeout(200)
class ReplicasTest {
  private static final Duration TTL = Duration.ofSeconds(3);
  private static final Duration DAY = Duration.ofDays(1);
  private static final int INTERVALS = Integer.getInteger("etcdbackup.test.share", 100);

  @AutoClose private static EtcdServer etcd;

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @BeforeAll
  static void startEtcd() throws Exception {
    etcd = EtcdServer.start();
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  @Test
  void everyIntervalHasOneBackupOfOneOfThem() throws Exception {
    BackupStore store = new InMemoryBackupStore();
    List<Events> replicas = List.of(new Events(), new Events());
    for (Events events : replicas) {
      replica(store, events, Duration.ofSeconds(1));
    }
    Set<Long> stalled = new HashSet<>();
    long first = Instant.now().getEpochSecond() + 1;
    long last = first + INTERVALS - 1;
    long looked = System.currentTimeMillis();
    while (Instant.now().getEpochSecond() <= last) {
      Thread.sleep(10);
      long now = System.currentTimeMillis();
      for (long time = looked; now - looked > 300 && time <= now; time += 100) {
        if (stalled.add(time / 1000)) { // not even this thread got on: that interval says nothing
          last++;
        }
      }
      looked = now;
    }
    for (AutoCloseable one : open) {
      one.close();
    }

    Map<Long, Long> backups =
        store.list("p").stream()
            .map(ReplicasTest::second)
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    assertThat(stalled)
        .as("seconds in which this machine stood still")
        .hasSizeLessThanOrEqualTo(INTERVALS / 2);
    for (long second = first; second <= last; second++) {
      long count = backups.getOrDefault(second, 0L);
      assertThat(count).as("backups of second %s", second).isLessThanOrEqualTo(1);
      if (!stalled.contains(second)) {
        assertThat(count).as("backups of second %s, %s", second, stalled).isEqualTo(1);
      }
    }
    for (Events events : replicas) {
      assertThat(events.failures).isEmpty();
    }
    assertThat(replicas).as("both had their share").noneMatch(one -> one.stored.isEmpty());
  }

  @Test
  void whenTheHolderIsKilledTheOtherTakesOverWithinASecondOfTheTimeToLive(@TempDir Path directory)
      throws Exception {
    try (HolderProcess holder = holder(directory)) {
      Events events = new Events();
      replica(DirectoryBackupStore.at(directory), events, DAY);
      events.await("skipped p: another process holds its lock; waiting for it");
      long killed = System.nanoTime();
      holder.kill();
      events.await("started p");
      assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(TTL.plusSeconds(1));
      events.await("stored p");
    }
    assertThat(DirectoryBackupStore.at(directory).list("p")).hasSize(1);
  }

  @Test
  void aHolderPausedAheadOfItsCheckCommitsNothingWhenItGoesOn(@TempDir Path directory)
      throws Exception {
    BackupStore store = DirectoryBackupStore.at(directory);
    try (HolderProcess holder = holder(directory)) {
      Events events = new Events();
      replica(store, events, DAY);
      events.await("skipped p: another process holds its lock; waiting for it");
      holder.pause();
      holder.goOn(); // the end of the snapshot is there when it wakes up
      events.await("stored p");
      holder.resume();
      holder.await("failed p lock");
      assertThat(store.list("p"))
          .extracting(StoredBackup::key)
          .containsExactly(events.stored.get(0).key());
    }
  }

  @Test
  void whoIsNotPausedCommits(@TempDir Path directory) throws Exception {
    try (HolderProcess holder = holder(directory)) {
      holder.goOn();
      BackupStore store = DirectoryBackupStore.at(directory);
      holder.await("stored p");
      assertThat(store.list("p")).hasSize(1);
    }
  }

  private HolderProcess holder(Path directory) throws Exception {
    return HolderProcess.start(etcd.endpoint().toString(), TTL, directory);
  }

  private void replica(BackupStore store, Events events, Duration interval) {
    EtcdBackupLock lock =
        EtcdBackupLock.builder(EtcdConnection.to(etcd.endpoints())).ttl(TTL).build();
    open.addFirst(lock);
    BackupScheduler scheduler = BackupScheduler.builder(store).lock(lock).listener(events).build();
    open.addFirst(scheduler);
    scheduler.put(
        ScheduledCluster.builder("p", FixedSnapshotSource.of(TestSnapshots.bytes(8, 20)))
            .schedule(Schedule.every(interval))
            .build());
    scheduler.start();
  }

  private static long second(StoredBackup backup) {
    return BackupName.parse(backup.key().name()).time().orElseThrow().getEpochSecond();
  }

  private static final class Events implements BackupListener {
    final BlockingQueue<String> all = new LinkedBlockingQueue<>();
    final List<BackupResult> stored = new ArrayList<>();
    final List<FailedRun> failures = new ArrayList<>();

    void await(String event) throws InterruptedException {
      List<String> before = new ArrayList<>();
      while (true) {
        String next = all.poll(60, TimeUnit.SECONDS);
        assertThat(next).as("'%s' behind %s", event, before).isNotNull();
        if (next.equals(event)) {
          return;
        }
        before.add(next);
      }
    }

    @Override
    public void started(String project) {
      all.add("started " + project);
    }

    @Override
    public void succeeded(String project, BackupResult result) {
      stored.add(result);
      all.add("stored " + project);
    }

    @Override
    public void failed(FailedRun failure) {
      failures.add(failure);
      all.add("failed " + failure.project() + " " + failure.reason());
    }

    @Override
    public void skipped(String project, String reason) {
      all.add("skipped " + project + ": " + reason);
    }
  }
}
