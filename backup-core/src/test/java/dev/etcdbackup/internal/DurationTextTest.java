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
    "PT14M12S, 14m12s, 14m12s",
    "PT1H59S, 1h, 1h59s",
    "PT24H14M12S, 24h14m, 1d14m12s",
    "PT36H, 36h, 1d12h",
    "PT47H59M, 47h59m, 1d23h59m",
    "PT48H, 2d, 2d",
    "PT74H30M, 3d2h, 3d2h30m"
  })
  void durationsAreWrittenRoundedAndExactly(Duration duration, String rounded, String exact) {
    assertThat(DurationText.format(duration)).isEqualTo(rounded);
    assertThat(DurationText.exact(duration)).isEqualTo(exact);
  }
}
