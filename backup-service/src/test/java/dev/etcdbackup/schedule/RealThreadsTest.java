package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The scheduler with the real clock and real threads. */
@Tag("slow")
@Timeout(60)
class RealThreadsTest {
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(9, 40);
  private static final Duration LONG = Duration.ofDays(1);

  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private final LeaseLock lock = new LeaseLock();
  private final Events events = new Events();
  private final BackupScheduler scheduler =
      BackupScheduler.builder(store)
          .threads(counted())
          .lock(lock)
          .listener(events)
          .retry(Duration.ofMillis(10), Duration.ofMillis(50))
          .build();

  @AfterEach
  void nothingIsLeft() {
    assertThat(scheduler.stop(Duration.ZERO)).isTrue();
    assertThat(threads).noneMatch(Thread::isAlive);
  }

  @Test
  void itRunsBySecondsAndStops() throws Exception {
    scheduler.start();
    scheduler.start();
    scheduler.put(every(Duration.ofSeconds(1), FixedSnapshotSource.of(SNAPSHOT)));
    await(() -> store.list("p").size() >= 3);
    scheduler.close();
    int stored = store.list("p").size();
    scheduler.close();
    assertThat(threads).noneMatch(Thread::isAlive);
    assertThat(store.list("p")).hasSize(stored);
  }

  @Test
  void whatWasNeverStartedHasNoThreads() {
    scheduler.put(every(Duration.ofSeconds(1), FixedSnapshotSource.of(SNAPSHOT)));
    assertThat(scheduler.stop(Duration.ZERO)).isTrue();
    assertThat(threads).isEmpty();
  }

  @Test
  void stoppingDuringABackupStoresNothingAndLeavesNoThread() throws Exception {
    Stalled stalled = new Stalled();
    scheduler.start();
    scheduler.put(every(LONG, stalled.source()));
    stalled.reading.await();

    long begun = System.nanoTime();
    assertThat(scheduler.stop(Duration.ofMillis(100))).isTrue();

    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
    assertThat(threads).noneMatch(Thread::isAlive);
    assertThat(store.list("")).isEmpty();
    assertThat(events.all).as("a stop is no failure").containsExactly("started p");
    assertThat(lock.tryAcquire("p", () -> {})).as("the lock was given back").isPresent();
  }

  @Test
  void aRunThatEndsWithinTheGraceIsStored() throws Exception {
    Stalled stalled = new Stalled();
    scheduler.start();
    scheduler.put(every(LONG, stalled.source()));
    stalled.reading.await();
    CompletableFuture<Boolean> stopped =
        CompletableFuture.supplyAsync(() -> scheduler.stop(Duration.ofSeconds(50)));
    stalled.goOn.countDown();
    assertThat(stopped.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(store.list("p")).hasSize(1);
  }

  @Test
  void anInterruptEndsTheGrace() throws Exception {
    Stalled stalled = new Stalled();
    scheduler.start();
    scheduler.put(every(LONG, stalled.source()));
    stalled.reading.await();
    Thread.currentThread().interrupt();
    assertThat(scheduler.stop(Duration.ofHours(1))).isTrue();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void removingAClusterEndsItsRun() throws Exception {
    Stalled stalled = new Stalled();
    scheduler.start();
    scheduler.put(every(LONG, stalled.source()));
    stalled.reading.await();
    CompletableFuture<?> asked = scheduler.trigger("p");
    scheduler.remove("p");
    assertThatThrownBy(() -> asked.get(30, TimeUnit.SECONDS))
        .isInstanceOf(CancellationException.class);
    await(() -> lock.tryAcquire("p", () -> {}).isPresent());
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void losingTheLockEndsTheRunAtOnce() throws Exception {
    Stalled stalled = new Stalled();
    scheduler.start();
    scheduler.put(every(LONG, stalled.source()));
    stalled.reading.await();
    lock.loseAll();
    await(() -> events.all.contains("failed p lock"));
    assertThat(events.all).startsWith("started p", "lock lost p");
    stalled.goOn.countDown(); // the next try
    await(() -> store.list("p").size() == 1);
  }

  @Test
  void aTriggerTellsWhatItsBackupThrew() throws Exception {
    scheduler.start();
    scheduler.put(ScheduledCluster.builder("p", FixedSnapshotSource.of(new byte[200])).build());
    CompletableFuture<?> asked = scheduler.trigger("p");
    assertThatThrownBy(() -> asked.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .hasMessageContaining("etcd database");
  }

  @Test
  void anErrorInASourceDoesNotEndTheScheduler() throws Exception {
    scheduler.start();
    scheduler.put(
        ScheduledCluster.builder(
                "broken",
                () -> {
                  throw new NoClassDefFoundError("dev/missing");
                })
            .schedule(Schedule.every(LONG))
            .build());
    await(() -> events.all.contains("failed broken source"));
    scheduler.put(every(LONG, FixedSnapshotSource.of(SNAPSHOT)));
    await(() -> store.list("p").size() == 1);
  }

  private static ScheduledCluster every(Duration interval, SnapshotSource source) {
    return ScheduledCluster.builder("p", source).schedule(Schedule.every(interval)).build();
  }

  private ThreadFactory counted() {
    return work -> {
      Thread thread = new Thread(work, "counted-" + threads.size());
      threads.add(thread);
      return thread;
    };
  }

  private interface Check {
    boolean holds() throws IOException;
  }

  private static void await(Check check) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
    while (!check.holds()) {
      assertThat(System.nanoTime() - end).as("time is up").isNegative();
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /** Snapshots that stop in the middle until they may go on, and end when they are closed. */
  private static final class Stalled {
    final CountDownLatch reading = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);

    SnapshotSource source() {
      return FixedSnapshotSource.of(
          () -> {
            CountDownLatch closed = new CountDownLatch(1);
            return new FilterInputStream(new ByteArrayInputStream(SNAPSHOT)) {
              private int read;

              @Override
              public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = super.read(buffer, offset, Math.min(length, 10_000));
                read += Math.max(0, count);
                while (read > SNAPSHOT.length / 2 && !isFree(closed)) {
                  reading.countDown();
                }
                return count;
              }

              @Override
              public void close() {
                closed.countDown();
              }
            };
          });
    }

    private boolean isFree(CountDownLatch closed) throws IOException {
      try {
        if (closed.await(1, TimeUnit.MILLISECONDS)) {
          throw new StoreException("closed in the middle", null);
        }
        return goOn.await(1, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StoreException("interrupted in the middle", e);
      }
    }
  }
}
