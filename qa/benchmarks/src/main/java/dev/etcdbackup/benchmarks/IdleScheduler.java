package dev.etcdbackup.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.ClusterStatus;
import dev.etcdbackup.schedule.Schedule;
import dev.etcdbackup.schedule.ScheduledCluster;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * What a scheduler costs that has nothing to do: clusters that are backed up once a day and have
 * today's backup, on a store in memory. A program of its own, since it measures its whole process.
 * {@code ./run bench --cases idle} runs it; by itself it takes other numbers:
 *
 * <pre>{@code
 * ./run bench --help   # builds it
 * cd qa/benchmarks/target
 * java -Xmx256m -cp classes:$(cat classpath) dev.etcdbackup.benchmarks.IdleScheduler 1000 300
 * }</pre>
 */
public final class IdleScheduler {
  /** Until the workers of the first look have gone, and what it runs then is compiled. */
  private static final Duration SETTLING = Duration.ofSeconds(90);

  private IdleScheduler() {}

  /**
   * Measures and prints one line.
   *
   * @param args how many clusters, and for how many seconds
   * @throws IOException never
   */
  public static void main(String[] args) throws IOException {
    int clusters = args.length > 0 ? Integer.parseInt(args[0]) : 1000;
    Duration time = Duration.ofSeconds(args.length > 1 ? Integer.parseInt(args[1]) : 300);
    BackupStore store = new InMemoryBackupStore();
    for (int i = 0; i < clusters; i++) {
      BackupKey key =
          BackupKey.of(
              "cluster-" + i, BackupName.periodic("etcd.backup", i + 1, Instant.now()).text());
      store.put(key, Content.of(new ByteArrayInputStream(new byte[10])));
    }
    long before = liveHeap();
    try (BackupScheduler scheduler = BackupScheduler.builder(store).build()) {
      for (int i = 0; i < clusters; i++) {
        scheduler.put(cluster("cluster-" + i));
      }
      scheduler.start();
      while (!scheduler.status().stream().allMatch(ClusterStatus::known)) {
        pause(Duration.ofMillis(100));
      }
      pause(SETTLING);
      long heap = liveHeap() - before;
      long cpu = cpuNanos();
      pause(time);
      cpu = cpuNanos() - cpu;
      System.out.printf(
          Locale.ROOT,
          "%d clusters: %d KiB of live heap, %d B a cluster; %.3f s of CPU in %d s, %.4f %% of a"
              + " core; %d threads%n",
          clusters,
          heap >> 10,
          heap / clusters,
          cpu / 1e9,
          time.toSeconds(),
          100.0 * cpu / time.toNanos(),
          threads());
    }
  }

  private static ScheduledCluster cluster(String project) {
    return ScheduledCluster.builder(
            project,
            () -> {
              throw new SourceException(project + " is due although it has today's backup");
            })
        .schedule(Schedule.every(Duration.ofDays(1)))
        .build();
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("etcd-backup-"))
        .count();
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  @SuppressWarnings("SystemGc") // live heap is measured after a collection
  private static long liveHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
