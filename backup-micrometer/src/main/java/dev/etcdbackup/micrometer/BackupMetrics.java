package dev.etcdbackup.micrometer;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.schedule.BackupListener;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.PruneReport;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Meters of a scheduler: give it to the scheduler as a listener, and the scheduler to {@link
 * #watch}.
 *
 * <pre>{@code
 * BackupMetrics metrics = new BackupMetrics(registry);
 * BackupScheduler scheduler = BackupScheduler.builder(store).listener(metrics).build();
 * metrics.watch(scheduler);
 * }</pre>
 *
 * <p>Each has the tag {@code project}, unless it is said otherwise. Prometheus names follow: dots
 * become underscores, and the unit and {@code _total} are appended.
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>meter</th><th>what</th></tr>
 * <tr><td>{@code etcd.backup.attempts}</td><td>tries begun</td></tr>
 * <tr><td>{@code etcd.backup.successes}</td><td>backups stored</td></tr>
 * <tr><td>{@code etcd.backup.failures}</td><td>failed runs, by {@code reason}: source, store, lock,
 * other</td></tr>
 * <tr><td>{@code etcd.backup.duration}</td><td>timer of the successful ones</td></tr>
 * <tr><td>{@code etcd.backup.size}</td><td>summary, bytes of each snapshot</td></tr>
 * <tr><td>{@code etcd.backup.throughput}</td><td>summary, bytes a second of each</td></tr>
 * <tr><td>{@code etcd.backup.pruned}, {@code etcd.backup.prune.refused}</td><td>backups deleted, and
 * those the store refused to delete</td></tr>
 * <tr><td>{@code etcd.backup.prune.failures}</td><td>prunes that failed as a whole</td></tr>
 * <tr><td>{@code etcd.backup.lock.lost}</td><td>locks lost during a run</td></tr>
 * <tr><td>{@code etcd.backup.last.success.timestamp}</td><td>gauge, when the newest backup was taken: seconds
 * since 1970; absent while there is none</td></tr>
 * <tr><td>{@code etcd.backup.age}</td><td>gauge, seconds since then</td></tr>
 * <tr><td>{@code etcd.backup.overdue}</td><td>gauge, seconds a backup is overdue; 0 when none
 * is</td></tr>
 * <tr><td>{@code etcd.backup.missed}</td><td>gauge, points of the schedule that passed without a
 * backup, since the start</td></tr>
 * <tr><td>{@code etcd.backup.suspicious}</td><td>gauge, backups that keep a series from being
 * pruned</td></tr>
 * <tr><td>{@code etcd.backup.coverage}</td><td>gauge without a project, the number of projects by
 * {@code state}</td></tr>
 * </table>
 *
 * <p>The gauges tell what the scheduler remembers, a second old at most; they read nothing from the
 * store. Projects that were added or removed are noticed at the next event. Those that are not
 * automated are in {@code etcd.backup.coverage} alone.
 *
 * <p>Thread-safe.
 */
public final class BackupMetrics implements BackupListener {
  private final MeterRegistry registry;
  private volatile @Nullable ClusterGauges gauges;

  /**
   * Makes the listener.
   *
   * @param registry where the meters are registered
   */
  public BackupMetrics(MeterRegistry registry) {
    this.registry = Objects.requireNonNull(registry, "registry");
  }

  /**
   * Registers the gauges. To be called once, whether the scheduler was started or not.
   *
   * @param scheduler the scheduler that this listens to
   * @throws IllegalStateException when it watches one already
   */
  public synchronized void watch(BackupScheduler scheduler) {
    if (gauges != null) {
      throw new IllegalStateException("these metrics watch a scheduler already");
    }
    gauges = new ClusterGauges(registry, scheduler::status);
  }

  @Override
  public void started(String project) {
    count("etcd.backup.attempts", "Tries begun", project, 1);
    update();
  }

  @Override
  public void succeeded(String project, BackupResult result) {
    count("etcd.backup.successes", "Backups stored", project, 1);
    Timer.builder("etcd.backup.duration")
        .description("From opening the source to the commit")
        .tag("project", project)
        .register(registry)
        .record(result.duration());
    DistributionSummary.builder("etcd.backup.size")
        .description("Bytes of a snapshot")
        .baseUnit("bytes")
        .tag("project", project)
        .register(registry)
        .record((double) result.proof().size());
    double seconds = Math.max(result.duration().toNanos() / 1e9, 1e-9);
    DistributionSummary.builder("etcd.backup.throughput")
        .description("Bytes of a snapshot by its duration")
        .baseUnit("bytes per second")
        .tag("project", project)
        .register(registry)
        .record(result.proof().size() / seconds);
    update();
  }

  @Override
  public void failed(FailedRun failure) {
    registry
        .counter(
            "etcd.backup.failures",
            "project",
            failure.project(),
            "reason",
            failure.reason().toString())
        .increment();
    update();
  }

  @Override
  public void skipped(String project, String reason) {
    update();
  }

  @Override
  public void pruned(String project, PruneReport report) {
    count("etcd.backup.pruned", "Backups deleted", project, report.deleted().size());
    count(
        "etcd.backup.prune.refused",
        "Backups the store refused to delete",
        project,
        report.refused().size());
  }

  @Override
  public void pruneFailed(String project, BackupException cause) {
    count("etcd.backup.prune.failures", "Prunes that failed as a whole", project, 1);
  }

  @Override
  public void lockLost(String project) {
    count("etcd.backup.lock.lost", "Locks lost during a run", project, 1);
  }

  private void count(String name, String description, String project, double amount) {
    Counter.builder(name)
        .description(description)
        .tag("project", project)
        .register(registry)
        .increment(amount);
  }

  private void update() {
    ClusterGauges watching = gauges;
    if (watching != null) {
      watching.update();
    }
  }
}
