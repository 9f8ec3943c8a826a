package dev.etcdbackup.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.retention.RetentionPlan;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.CheckResult;
import dev.etcdbackup.schedule.Schedule;
import dev.etcdbackup.schedule.ScheduledCheck;
import dev.etcdbackup.schedule.ScheduledCluster;
import dev.etcdbackup.service.PruneReport;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BackupMetricsTest {
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(4, 100);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final BackupMetrics metrics = new BackupMetrics(registry);
  private final BackupScheduler scheduler =
      BackupScheduler.builder(new InMemoryBackupStore())
          .listener(metrics)
          .retry(Duration.ofHours(1), Duration.ofHours(1))
          .build();

  @AfterEach
  void stop() {
    scheduler.close();
  }

  @Test
  void theLastGoodDrillIsMeasured() {
    for (int seconds : List.of(2, 3)) {
      metrics.checked("p", drill(List.of(), Duration.ofSeconds(seconds)));
    }
    metrics.checked("p", drill(List.of("page 3 is bad"), Duration.ofSeconds(9)));
    assertThat(value("etcd_backup_drill_rto_seconds{project=\"p\"}")).isEqualTo(3);
    assertThat(value("etcd_backup_drill_rpo_seconds{project=\"p\"}")).isEqualTo(3600);
  }

  /** A replica's clock may be ahead by a few seconds, and a clock may be set back. */
  @Test
  void theAgeOfABackupThatIsDatedAheadIsZero() {
    BackupScheduler ahead =
        BackupScheduler.builder(new InMemoryBackupStore())
            .clock(() -> Instant.now().plus(Duration.ofDays(3)))
            .listener(metrics)
            .build();
    metrics.watch(ahead);
    ahead.start();
    ahead.put(daily("p", FixedSnapshotSource.of(SNAPSHOT)));
    await(() -> value("etcd_backup_successes_total{project=\"p\"}") == 1);
    await(() -> value("etcd_backup_age_seconds{project=\"p\"}") == 0);
    ahead.close();
  }

  @Test
  void theGaugeOfAProjectThatWasRemovedComesBackWithItsNextValue() {
    metrics.checked("p", drill(List.of(), Duration.ofSeconds(2)));
    registry.getMeters().forEach(registry::remove);
    metrics.checked("p", drill(List.of(), Duration.ofSeconds(3)));
    assertThat(value("etcd_backup_drill_rto_seconds{project=\"p\"}")).isEqualTo(3);
  }

  private static CheckResult drill(List<String> problems, Duration took) {
    return new CheckResult(
        ScheduledCheck.Kind.DRILL,
        BackupKey.parse("p/etcd.backup_v1_2020-01-01-10:00:00"),
        problems,
        took,
        Duration.ofHours(1));
  }

  @Test
  void attemptsSuccessesAndFailuresAreCountedByReason() {
    start();
    scheduler.put(daily("good", FixedSnapshotSource.of(SNAPSHOT)));
    scheduler.put(daily("dead", dead()));
    await(() -> value("etcd_backup_failures_total{project=\"dead\",reason=\"source\"}") == 1);
    await(() -> value("etcd_backup_successes_total{project=\"good\"}") == 1);

    assertThat(value("etcd_backup_attempts_total{project=\"good\"}")).isEqualTo(1);
    assertThat(value("etcd_backup_attempts_total{project=\"dead\"}")).isEqualTo(1);
    assertThat(value("etcd_backup_successes_total{project=\"dead\"}")).isZero();
    assertThat(value("etcd_backup_failures_total{project=\"dead\",reason=\"store\"}"))
        .as("there from the beginning, so that the first failure is an increase")
        .isZero();
  }

  @Test
  void durationSizeAndThroughputAreThoseOfTheBackup() {
    start();
    scheduler.put(daily("p", FixedSnapshotSource.of(SNAPSHOT)));
    await(() -> value("etcd_backup_throughput_bytes_per_second_count{project=\"p\"}") == 1);

    assertThat(value("etcd_backup_size_bytes_sum{project=\"p\"}")).isEqualTo(SNAPSHOT.length);
    double seconds = value("etcd_backup_duration_seconds_sum{project=\"p\"}");
    assertThat(seconds).isPositive();
    assertThat(value("etcd_backup_throughput_bytes_per_second_sum{project=\"p\"}"))
        .isCloseTo(SNAPSHOT.length / seconds, Percentage.withPercentage(1));
  }

  @Test
  void theGaugesTellHowEachClusterStands() {
    start();
    scheduler.put(daily("p", FixedSnapshotSource.of(SNAPSHOT)));
    scheduler.put(daily("dead", dead()));
    scheduler.put(ScheduledCluster.builder("manual", dead()).build());
    await(() -> value("etcd_backup_coverage{state=\"fresh\"}") == 1);
    await(() -> value("etcd_backup_coverage{state=\"young\"}") == 1);

    double now = Instant.now().getEpochSecond();
    assertThat(value("etcd_backup_last_success_timestamp_seconds{project=\"p\"}"))
        .isBetween(now - 60, now);
    assertThat(value("etcd_backup_age_seconds{project=\"p\"}")).isBetween(0.0, 60.0);
    assertThat(value("etcd_backup_overdue_seconds{project=\"p\"}")).isZero();
    assertThat(value("etcd_backup_missed{project=\"p\"}")).isZero();
    assertThat(value("etcd_backup_suspicious{project=\"p\"}")).isZero();
    await(() -> value("etcd_backup_overdue_seconds{project=\"dead\"}") > 0);
    assertThat(value("etcd_backup_last_success_timestamp_seconds{project=\"dead\"}")).isNaN();
    assertThat(value("etcd_backup_coverage{state=\"not-automated\"}")).isEqualTo(1);
    assertThat(registry.scrape()).doesNotContain("etcd_backup_overdue_seconds{project=\"manual\"}");
  }

  @Test
  void aRemovedClusterLosesItsMetersAndANewOneGetsThem() {
    start();
    scheduler.put(daily("old", FixedSnapshotSource.of(SNAPSHOT)));
    await(() -> registry.scrape().contains("etcd_backup_overdue_seconds{project=\"old\"}"));
    scheduler.remove("old");
    scheduler.put(daily("new", FixedSnapshotSource.of(SNAPSHOT)));
    await(
        () -> {
          scheduler.trigger("new").exceptionally(failure -> null).join(); // an event
          return !registry.scrape().contains("project=\"old\"");
        });
    assertThat(registry.scrape()).contains("etcd_backup_overdue_seconds{project=\"new\"}");
  }

  @Test
  void oneListenerWatchesOneScheduler() {
    metrics.watch(scheduler);
    assertThatIllegalStateException().isThrownBy(() -> metrics.watch(scheduler));
  }

  @Test
  void everyNameInTheAlertRulesIsThatOfAMeter() throws Exception {
    start();
    scheduler.put(daily("p", FixedSnapshotSource.of(SNAPSHOT)));
    scheduler.put(daily("dead", dead()));
    await(() -> value("etcd_backup_failures_total{project=\"dead\",reason=\"source\"}") == 1);
    await(() -> registry.scrape().contains("etcd_backup_overdue_seconds{project=\"p\"}"));
    metrics.lockLost("p");
    metrics.pruneFailed("p", new SourceException("any"));
    metrics.checkFailed("p", ScheduledCheck.Kind.DRILL, new SourceException("any"));
    metrics.copyFailed("p", "site-b", new SourceException("any"));
    metrics.pruned("p", new PruneReport(new RetentionPlan(List.of()), Set.of(), Map.of()));

    String scrape = registry.scrape();
    assertThat(names(Files.readString(Path.of("../docs/alerts.yaml"))))
        .filteredOn(name -> !name.startsWith("etcd_backup_changes_")) // the tool's
        .hasSizeGreaterThan(5)
        .allSatisfy(name -> assertThat(scrape).contains("\n" + name + "{"));
  }

  private void start() {
    metrics.watch(scheduler);
    scheduler.start();
  }

  private static ScheduledCluster daily(String project, SnapshotSource source) {
    return ScheduledCluster.builder(project, source)
        .schedule(Schedule.every(Duration.ofDays(1)))
        .build();
  }

  private static SnapshotSource dead() {
    return () -> {
      throw new SourceException("the cluster is dead");
    };
  }

  private static Set<String> names(String rules) {
    Matcher matcher = Pattern.compile("etcd_backup_\\w+").matcher(rules);
    Set<String> names = new TreeSet<>();
    while (matcher.find()) {
      names.add(matcher.group());
    }
    return names;
  }

  /** The value of a line of the scrape; -1 when there is no such line. */
  private double value(String meter) {
    return registry
        .scrape()
        .lines()
        .filter(line -> line.startsWith(meter + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(meter.length() + 1)))
        .findFirst()
        .orElse(-1);
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("time is up").isNegative();
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        throw new CompletionException(e);
      }
    }
  }
}
