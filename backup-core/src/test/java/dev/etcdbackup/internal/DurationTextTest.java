package dev.etcdbackup.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationTextTest {
  @ParameterizedTest
  @CsvSource({
    "PT0S, 0s, 0s",
    "PT0.2S, 0s, 0.2s",
    "PT0.0019S, 0s, 0.001s",
    "PT59S, 59s, 59s",
    "PT1M30S, 1m30s, 1m30s",
    "PT10M, 10m, 10m",
    "PT1H59S, 1h, 1h59s",
    "PT24H14M12S, 24h14m, 24h14m12s",
    "PT48H, 2d, 48h",
    "PT74H30M, 3d2h, 74h30m"
  })
  void durationsAreWrittenRoundedAndExactly(Duration duration, String rounded, String exact) {
    assertThat(DurationText.format(duration)).isEqualTo(rounded);
    assertThat(DurationText.exact(duration)).isEqualTo(exact);
  }
}
