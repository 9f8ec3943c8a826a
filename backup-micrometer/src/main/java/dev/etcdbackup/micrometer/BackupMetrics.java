package dev.etcdbackup.micrometer;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.schedule.BackupListener;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.CheckResult;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.schedule.ScheduledCheck;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.CopyReport;
import dev.etcdbackup.service.PruneReport;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler listener that registers and updates Micrometer meters. Add it to the scheduler as a
 * listener, and pass the scheduler to {@link #watch} for the gauges.
 *
 * <pre>{@code
 * BackupMetrics metrics = new BackupMetrics(registry);
 * BackupScheduler scheduler = BackupScheduler.builder(store).listener(metrics).build();
 * metrics.watch(scheduler);
 * }</pre>
 *
 * <p>Each meter has the tag {@code project} unless noted otherwise. In Prometheus, dots become
 * underscores, and the unit and {@code _total} are appended.
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>meter</th><th>meaning</th></tr>
 * <tr><td>{@code etcd.backup.attempts}</td><td>attempts started</td></tr>
 * <tr><td>{@code etcd.backup.successes}</td><td>backups stored</td></tr>
 * <tr><td>{@code etcd.backup.failures}</td><td>failed runs, by {@code reason}: source, store, lock,
 * other</td></tr>
 * <tr><td>{@code etcd.backup.duration}</td><td>timer of the successful backups</td></tr>
 * <tr><td>{@code etcd.backup.size}</td><td>distribution summary, bytes of each snapshot</td></tr>
 * <tr><td>{@code etcd.backup.ratio}</td><td>distribution summary, stored bytes of each backup divided by those of its snapshot: 1 without encodings</td></tr>
 * <tr><td>{@code etcd.backup.throughput}</td><td>distribution summary, bytes per second of each backup</td></tr>
 * <tr><td>{@code etcd.backup.pruned}, {@code etcd.backup.prune.refused}</td><td>backups that were deleted, and that the store refused to delete</td></tr>
 * <tr><td>{@code etcd.backup.prune.failures}</td><td>prunes that failed as a whole</td></tr>
 * <tr><td>{@code etcd.backup.copied}, {@code etcd.backup.copy.failures}</td><td>backups that were
 * copied to a second store, by {@code store}, and that were not; a store that does not answer is one
 * failure</td></tr>
 * <tr><td>{@code etcd.backup.copy.complete.timestamp}</td><td>gauge by {@code store}, when that second
 * store had all backups last: seconds since 1970</td></tr>
 * <tr><td>{@code etcd.backup.checks}</td><td>scheduled checks of the newest backup, by {@code kind}:
 * verify, drill, and {@code result}: good, bad, failed</td></tr>
 * <tr><td>{@code etcd.backup.check.duration}</td><td>timer of these checks, by {@code kind}; of a
 * drill, the time to restore</td></tr>
 * <tr><td>{@code etcd.backup.drill.rto}</td><td>gauge, seconds that the last good drill took: the
 * time to restore</td></tr>
 * <tr><td>{@code etcd.backup.drill.rpo}</td><td>gauge, seconds, how old the backup was that the last
 * good drill restored</td></tr>
 * <tr><td>{@code etcd.backup.lock.lost}</td><td>locks lost during a run</td></tr>
 * <tr><td>{@code etcd.backup.last.success.timestamp}</td><td>gauge, when the newest backup was taken: seconds since 1970; NaN while there is no backup</td></tr>
 * <tr><td>{@code etcd.backup.age}</td><td>gauge, seconds since then</td></tr>
 * <tr><td>{@code etcd.backup.overdue}</td><td>gauge, seconds by which a backup is overdue; 0 when none is</td></tr>
 * <tr><td>{@code etcd.backup.missed}</td><td>gauge, points of the schedule that passed without a
 * backup, since the start</td></tr>
 * <tr><td>{@code etcd.backup.suspicious}</td><td>gauge, backups that keep a series from being
 * pruned</td></tr>
 * <tr><td>{@code etcd.backup.coverage}</td><td>gauge without the tag {@code project}, the number of projects by {@code state}</td></tr>
 * </table>
 *
 * <p>The gauges report the scheduler's status, at most 1 second old; they do not access the store.
 * Added and removed projects are detected at the next event; all meters of a removed project are
 * removed. Counters start at 0, so that Prometheus sees the first increase. Projects that are not
 * automated have no gauges of their own, but are counted in {@code etcd.backup.coverage}.
 *
 * <p>Thread-safe.
 */
public final class BackupMetrics implements BackupListener {
  private final MeterRegistry registry;
  private final Map<String, AtomicReference<Double>> kept = new ConcurrentHashMap<>();
  private volatile @Nullable ClusterGauges gauges;

  /**
   * Creates the listener.
   *
   * @param registry the registry of the meters
   */
  public BackupMetrics(MeterRegistry registry) {
    this.registry = Objects.requireNonNull(registry, "registry");
  }

  /**
   * Registers the gauges. Call it once, before or after the scheduler is started.
   *
   * @param scheduler the scheduler to which this listener was added
   * @throws IllegalStateException when it was called before
   */
  public synchronized void watch(BackupScheduler scheduler) {
    if (gauges != null) {
      throw new IllegalStateException(
          "watch() was already called; use one BackupMetrics for each scheduler");
    }
    gauges = new ClusterGauges(registry, scheduler::status, this::begin);
  }

  @Override
  public void started(String project) {
    attempts(project).increment();
    update();
  }

  @Override
  public void succeeded(String project, BackupResult result) {
    successes(project).increment();
    Timer.builder("etcd.backup.duration")
        .description("From opening the source to the commit")
        .tag("project", project)
        .register(registry)
        .record(result.duration());
    summary("etcd.backup.size", "Bytes of a snapshot", "bytes", project)
        .record((double) result.digest().size());
    summary("etcd.backup.ratio", "Stored bytes divided by those of the snapshot", "ratio", project)
        .record((double) result.backup().stored().size() / result.digest().size());
    double seconds = Math.max(result.duration().toNanos() / 1e9, 1e-9);
    summary("etcd.backup.throughput", "Bytes per second", "bytes per second", project)
        .record(result.digest().size() / seconds);
    update();
  }

  @Override
  public void failed(FailedRun failure) {
    failures(failure.project(), failure.reason()).increment();
    update();
  }

  @Override
  public void skipped(String project, String reason) {
    update();
  }

  @Override
  public void pruned(String project, PruneReport report) {
    pruned(project).increment(report.deleted().size());
    refused(project).increment(report.refused().size());
  }

  @Override
  public void pruneFailed(String project, BackupException cause) {
    pruneFailures(project).increment();
  }

  @Override
  public void copied(String project, String store, CopyReport report) {
    int copied = report.count(CopyReport.Outcome.COPIED);
    int present = report.count(CopyReport.Outcome.PRESENT);
    copied(project, store).increment(copied);
    copyFailures(project, store).increment(report.copies().size() - copied - present);
    if (report.ok()) {
      keep(
          "etcd.backup.copy.complete.timestamp",
          "When a second store had all backups last",
          Tags.of("project", project, "store", store),
          registry.config().clock().wallTime() / 1e3);
    }
  }

  @Override
  public void copyFailed(String project, String store, BackupException cause) {
    copied(project, store).increment(0);
    copyFailures(project, store).increment();
  }

  @Override
  public void checked(String project, CheckResult result) {
    checks(project, result.kind(), "good").increment(result.ok() ? 1 : 0);
    checks(project, result.kind(), "bad").increment(result.ok() ? 0 : 1);
    checks(project, result.kind(), "failed").increment(0);
    Timer.builder("etcd.backup.check.duration")
        .description("Of a scheduled check; of a drill, the time to restore")
        .tags("project", project, "kind", result.kind().toString())
        .register(registry)
        .record(result.took());
    if (result.kind() == ScheduledCheck.Kind.DRILL && result.ok()) {
      Tags tags = Tags.of("project", project);
      keep("etcd.backup.drill.rto", "Of the last good drill", tags, seconds(result.took()));
      keep("etcd.backup.drill.rpo", "Age of what it restored", tags, seconds(result.age()));
    }
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }

  /** Sets a gauge that keeps this value until the next one; before the first there is no gauge. */
  private void keep(String name, String description, Tags tags, double seconds) {
    AtomicReference<Double> last =
        kept.computeIfAbsent(name + ' ' + tags, first -> new AtomicReference<>(seconds));
    last.set(seconds);
    if (registry.find(name).tags(tags).gauge() == null) { // the first, or the project was removed
      Gauge.builder(name, last, AtomicReference::get)
          .description(description)
          .baseUnit("seconds")
          .tags(tags)
          .register(registry);
    }
  }

  @Override
  public void checkFailed(String project, ScheduledCheck.Kind kind, Exception cause) {
    checks(project, kind, "good").increment(0);
    checks(project, kind, "bad").increment(0);
    checks(project, kind, "failed").increment();
  }

  @Override
  public void lockLost(String project) {
    locksLost(project).increment();
  }

  /**
   * Creates the counters with the value 0: Prometheus does not see an increase when a counter
   * starts at 1.
   */
  private void begin(String project) {
    attempts(project);
    successes(project);
    for (FailedRun.Reason reason : FailedRun.Reason.values()) {
      failures(project, reason);
    }
    pruned(project);
    refused(project);
    pruneFailures(project);
    locksLost(project);
  }

  private Counter attempts(String project) {
    return counter("etcd.backup.attempts", "Attempts started", Tags.of("project", project));
  }

  private Counter successes(String project) {
    return counter("etcd.backup.successes", "Backups stored", Tags.of("project", project));
  }

  private Counter failures(String project, FailedRun.Reason reason) {
    return counter(
        "etcd.backup.failures",
        "Failed runs",
        Tags.of("project", project, "reason", reason.toString()));
  }

  private Counter pruned(String project) {
    return counter("etcd.backup.pruned", "Backups deleted", Tags.of("project", project));
  }

  private Counter refused(String project) {
    return counter(
        "etcd.backup.prune.refused",
        "Backups the store refused to delete",
        Tags.of("project", project));
  }

  private Counter pruneFailures(String project) {
    return counter(
        "etcd.backup.prune.failures", "Prunes that failed as a whole", Tags.of("project", project));
  }

  private Counter copied(String project, String store) {
    return counter(
        "etcd.backup.copied",
        "Backups copied to a second store",
        Tags.of("project", project, "store", store));
  }

  private Counter copyFailures(String project, String store) {
    return counter(
        "etcd.backup.copy.failures",
        "Backups that were not copied to a second store",
        Tags.of("project", project, "store", store));
  }

  private Counter checks(String project, ScheduledCheck.Kind kind, String result) {
    return counter(
        "etcd.backup.checks",
        "Scheduled checks of the newest backup",
        Tags.of("project", project, "kind", kind.toString(), "result", result));
  }

  private Counter locksLost(String project) {
    return counter("etcd.backup.lock.lost", "Locks lost during a run", Tags.of("project", project));
  }

  private Counter counter(String name, String description, Tags tags) {
    return Counter.builder(name).description(description).tags(tags).register(registry);
  }

  private DistributionSummary summary(
      String name, String description, String unit, String project) {
    return DistributionSummary.builder(name)
        .description(description)
        .baseUnit(unit)
        .tag("project", project)
        .register(registry);
  }

  private void update() {
    ClusterGauges watching = gauges;
    if (watching != null) {
      watching.update();
    }
  }
}
