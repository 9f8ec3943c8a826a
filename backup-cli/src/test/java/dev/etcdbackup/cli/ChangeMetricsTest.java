package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ChangeMetricsTest {
  private long now = 1_580_000_000_000L;
  private final SimpleMeterRegistry registry =
      new SimpleMeterRegistry(
          SimpleConfig.DEFAULT,
          new Clock() {
            @Override
            public long wallTime() {
              return now;
            }

            @Override
            public long monotonicTime() {
              return 0;
            }
          });
  private final ChangeMetrics metrics = new ChangeMetrics(registry);

  /** The registry warns of a gauge that is registered again, in the log of {@code run}. */
  @Test
  void eachGaugeIsRegisteredOnce() {
    PrintStream before = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      metrics.continued("p", 3);
      metrics.checked("p", 5, 7);
      metrics.checked("p", 7, 7);
    } finally {
      System.setErr(before);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).doesNotContain("already registered");
  }

  @Test
  void theTimeSinceAllWasStoredIsKnownOnceItWas() {
    metrics.checked("p", 5, 7);
    assertThat(gauge("lag.revisions")).isEqualTo(2);
    assertThat(gauge("rpo.seconds")).isNaN();
    assertThat(metrics.recordedTo("p")).isEmpty();

    metrics.checked("p", 7, 7);
    assertThat(gauge("lag.revisions")).isZero();
    assertThat(gauge("rpo.seconds")).isZero();
    assertThat(metrics.recordedTo("p")).hasValue(Instant.ofEpochMilli(now));
    now += 5_500;
    assertThat(gauge("rpo.seconds")).isEqualTo(5.5);
  }

  @Test
  void nothingIsNegativeWhenTheClockIsSetBack() {
    metrics.checked("p", 7, 7);
    now -= 3_600_000;
    assertThat(gauge("rpo.seconds")).isZero();
  }

  @Test
  void everyNameOfRecordedChangesInTheAlertRulesIsThatOfAMeter() throws Exception {
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    ChangeMetrics recorded = new ChangeMetrics(prometheus);
    recorded.begin("p");
    recorded.checked("p", 7, 7);

    Matcher names =
        Pattern.compile("etcd_backup_changes_\\w+")
            .matcher(Files.readString(Path.of("../docs/alerts.yaml")));
    assertThat(names.results().map(MatchResult::group))
        .hasSizeGreaterThan(1)
        .allSatisfy(name -> assertThat(prometheus.scrape()).contains("\n" + name + "{"));
  }

  /** Otherwise Prometheus does not see the first increase, and an alert does not fire. */
  @Test
  void countersAreThereBeforeAnythingHappens() {
    metrics.begin("p");
    assertThat(registry.getMeters())
        .extracting(meter -> meter.getId().getName())
        .containsExactlyInAnyOrder(
            "etcd.backup.changes.bases",
            "etcd.backup.changes.objects",
            "etcd.backup.changes.events",
            "etcd.backup.changes.bytes",
            "etcd.backup.changes.chains.ended",
            "etcd.backup.changes.consolidations",
            "etcd.backup.changes.failures");
    metrics.failed("p");
    assertThat(registry.get("etcd.backup.changes.failures").tag("project", "p").counter().count())
        .isEqualTo(1);
  }

  private double gauge(String name) {
    return registry.get("etcd.backup.changes." + name).tag("project", "p").gauge().value();
  }
}
