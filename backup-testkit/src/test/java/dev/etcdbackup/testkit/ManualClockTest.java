package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ManualClockTest {
  private static final Instant MIDNIGHT = Instant.parse("2020-03-01T00:00:00Z");

  private final ManualClock clock = new ManualClock(MIDNIGHT);

  @Test
  void theClockChangesOnlyWhenItIsSet() {
    assertThat(clock.instant()).isEqualTo(MIDNIGHT).isEqualTo(clock.instant());
    assertThat(clock.pass(Duration.ofDays(1))).isEqualTo(Instant.parse("2020-03-02T00:00:00Z"));
    assertThat(clock.pass(Duration.ofDays(-1))).isEqualTo(MIDNIGHT).isEqualTo(clock.instant());
    clock.set(Instant.EPOCH);
    assertThat(clock.millis()).isZero();
    assertThat(clock).hasToString("1970-01-01T00:00:00Z");
  }
}
