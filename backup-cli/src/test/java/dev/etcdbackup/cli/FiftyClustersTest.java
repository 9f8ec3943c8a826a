package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.schedule.BackupListener;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.ClusterStatus;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.schedule.Schedule;
import dev.etcdbackup.schedule.ScheduledCluster;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** Fifty clusters every two seconds, and a Ceph that is away in the middle of it. */
@Tag("server")
@Tag("night")
@Timeout(300)
class FiftyClustersTest {
  private static final int CLUSTERS = 50;
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final long MIB = 1 << 20;

  /** A minute in a whole run; the outage takes most of half a minute anyway. */
  private static final Duration RUN =
      Duration.ofMillis(600L * Integer.getInteger("etcdbackup.test.share", 100));

  @TempDir private static Path directory;

  @Test
  void allResumeAndNothingIsLostOrDoubledAndNothingGrows() throws Exception {
    try (CephFixture ceph = CephFixture.start(directory.resolve("ceph"));
        S3Client client = ceph.client();
        EtcdServer first = EtcdServer.start();
        EtcdServer second = EtcdServer.start();
        EtcdServer third = EtcdServer.start()) {
      List<EtcdServer> servers = List.of(first, second, third);
      for (EtcdServer server : servers) {
        server.put("who", server.endpoint().toString());
      }
      client.createBucket(request -> request.bucket("fifty"));
      S3BackupStore store = S3BackupStore.builder(client, "fifty").build();

      Events warmUp = new Events();
      try (BackupScheduler scheduler = scheduler(store, servers, warmUp)) {
        scheduler.start();
        await("three rounds", () -> warmUp.everyClusterHas(warmUp.stored, 3));
      }
      Set<Thread> threads = Thread.getAllStackTraces().keySet();
      long heap = liveHeap();

      Events events = new Events();
      BackupScheduler scheduler = scheduler(store, servers, events);
      runThroughAnOutage(scheduler, events, ceph);
      List<ClusterStatus> statuses = scheduler.status();
      assertThat(scheduler.stop(INTERVAL.plus(TIMEOUT))).isTrue();

      await("threads to end: " + begunSince(threads), () -> begunSince(threads).isEmpty());
      long grown = liveHeap() - heap;
      report(events, statuses, grown);
      assertThat(grown).as("bytes of live heap more than before").isLessThan(4 * MIB);
      assertThat(client.listMultipartUploads(r -> r.bucket("fifty")).uploads()).isEmpty();
      List<StoredBackup> stored =
          store.list("").stream().filter(FiftyClustersTest::isBackup).toList();
      nothingIsLostOrDoubled(stored, warmUp, events);
      noGapIsLongerThanIntervalTimeoutAndOutage(events);
    }
  }

  private static void runThroughAnOutage(BackupScheduler scheduler, Events events, CephFixture ceph)
      throws Exception {
    long end = System.nanoTime() + RUN.toNanos();
    scheduler.start();
    await("eight rounds", () -> events.everyClusterHas(events.stored, 8));
    ceph.stopGateway();
    Instant away = Instant.now();
    await("every cluster to fail twice", () -> events.everyClusterHas(events.failed, 2));
    ceph.startGateway();
    events.outages.add(Duration.between(away, Instant.now()));
    events.resumed.clear();
    await("every cluster to resume", () -> events.everyClusterHas(events.resumed, 1));
    await("five rounds more", () -> events.everyClusterHas(events.resumed, 5));
    await("the run to last " + RUN, () -> System.nanoTime() - end > 0);
  }

  private static void nothingIsLostOrDoubled(List<StoredBackup> stored, Events... runs) {
    Map<BackupKey, StoredBackup> left =
        stored.stream().collect(Collectors.toMap(StoredBackup::key, Function.identity()));
    for (Events events : runs) {
      for (BackupResult result : events.results) {
        StoredBackup found = left.remove(result.key());
        assertThat(found).as("%s, which was reported", result.key()).isNotNull();
        assertThat(found.size()).isEqualTo(result.backup().stored().size());
      }
      // What was stored, but the gateway went away before it could say so, was reported as unknown.
      left.keySet().removeIf(key -> events.unknown.getOrDefault(key.project(), 0) > 0);
    }
    assertThat(left.keySet()).as("backups that were not reported").isEmpty();

    Map<String, Long> perInterval =
        stored.stream()
            .collect(
                Collectors.groupingBy(
                    one -> one.key().project() + " " + second(one) / INTERVAL.toSeconds(),
                    Collectors.counting()));
    assertThat(perInterval.values()).as("backups of an interval").containsOnly(1L);
  }

  private static void noGapIsLongerThanIntervalTimeoutAndOutage(Events events) {
    Duration longest = INTERVAL.plus(TIMEOUT).plus(events.outages.get(0));
    Map<String, List<Long>> times =
        events.results.stream()
            .collect(
                Collectors.groupingBy(
                    result -> result.key().project(),
                    Collectors.mapping(
                        result -> second(result.backup().stored()), Collectors.toList())));
    times.forEach(
        (project, seconds) -> {
          for (int i = 1; i < seconds.size(); i++) {
            assertThat(seconds.get(i) - seconds.get(i - 1))
                .as("seconds between two backups of %s", project)
                .isLessThanOrEqualTo(longest.toSeconds());
          }
        });
  }

  /** Not what the scheduler notes beside the backups, which are of a kind of their own. */
  private static boolean isBackup(StoredBackup stored) {
    return BackupName.parse(stored.key().name()).kind() == BackupKind.PERIODIC
        && !stored.key().name().startsWith(".");
  }

  private static BackupScheduler scheduler(
      S3BackupStore store, List<EtcdServer> servers, Events events) {
    BackupScheduler scheduler =
        BackupScheduler.builder(store)
            .listener(events)
            .concurrency(16)
            .startStagger(Duration.ofMillis(20))
            .retry(Duration.ofMillis(200), Duration.ofSeconds(1))
            .build();
    for (int i = 0; i < CLUSTERS; i++) {
      EtcdServer server = servers.get(i % servers.size());
      scheduler.put(
          ScheduledCluster.builder(
                  name(i),
                  EtcdSnapshotSource.builder(EtcdConnection.to(server.endpoints())).build())
              .schedule(Schedule.every(INTERVAL))
              .timeout(TIMEOUT)
              .build());
    }
    return scheduler;
  }

  private static String name(int cluster) {
    return "cluster-" + cluster;
  }

  private static long second(StoredBackup backup) {
    return BackupName.parse(backup.key().name()).time().orElseThrow().getEpochSecond();
  }

  private static Set<Thread> begunSince(Set<Thread> before) {
    Set<Thread> now = new HashSet<>(Thread.getAllStackTraces().keySet());
    now.removeAll(before);
    return now;
  }

  @SuppressWarnings("SystemGc") // live heap is measured after a collection
  private static long liveHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static void await(String what, BooleanSupplier condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("waiting for %s", what).isNegative();
      Thread.sleep(20);
    }
  }

  private static void report(Events events, List<ClusterStatus> statuses, long grown) {
    long missed = statuses.stream().mapToLong(ClusterStatus::missed).sum();
    System.out.printf(
        "%d backups, %d failures, gateway away %s, intervals missed %d, live heap %+d KiB%n",
        events.results.size(),
        events.failed.values().stream().mapToInt(AtomicInteger::get).sum(),
        events.outages,
        missed,
        grown >> 10);
  }

  private static final class Events implements BackupListener {
    final Map<String, AtomicInteger> stored = new ConcurrentHashMap<>();
    final Map<String, AtomicInteger> failed = new ConcurrentHashMap<>();
    final Map<String, AtomicInteger> resumed = new ConcurrentHashMap<>();
    final Map<String, Integer> unknown = new ConcurrentHashMap<>();
    final List<BackupResult> results = Collections.synchronizedList(new ArrayList<>());
    final List<Duration> outages = new ArrayList<>();

    boolean everyClusterHas(Map<String, AtomicInteger> counts, int atLeast) {
      return IntStream.range(0, CLUSTERS)
          .mapToObj(i -> counts.get(name(i)))
          .allMatch(count -> count != null && count.get() >= atLeast);
    }

    @Override
    public void succeeded(String project, BackupResult result) {
      results.add(result);
      stored.computeIfAbsent(project, p -> new AtomicInteger()).incrementAndGet();
      resumed.computeIfAbsent(project, p -> new AtomicInteger()).incrementAndGet();
    }

    @Override
    public void failed(FailedRun failure) {
      if (failure.cause() instanceof StoreException store && store.outcomeUnknown()) {
        unknown.merge(failure.project(), 1, Integer::sum);
      }
      failed.computeIfAbsent(failure.project(), p -> new AtomicInteger()).incrementAndGet();
    }
  }
}
