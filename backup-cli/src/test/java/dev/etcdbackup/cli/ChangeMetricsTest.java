package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ChangeMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
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
    assertThat(gauge("rpo.seconds")).isBetween(0.0, 10.0);
    assertThat(metrics.recordedTo("p")).isPresent();
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
