package dev.etcdbackup.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationSyntaxTest {
  @ParameterizedTest
  @CsvSource({
    "90s, PT90S",
    "10m, PT10M",
    "24h, PT24H",
    "7d, P7D",
    "1d12h, PT36H",
    "24h14m, PT24H14M",
    "1d1h1m1s, PT25H1M1S",
    "007m, PT7M"
  })
  void durationsAreReadAsPeopleWriteThem(String text, Duration duration) {
    assertThat(DurationSyntax.parse(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "10",
        "m",
        "-10m",
        "10 m",
        "10m ",
        "1.5h",
        "10M",
        "1s1m",
        "1m1m",
        "10min",
        "PT10M",
        "9999999999s",
        "٣h",
        "1e3s"
      })
  void whatIsNoDurationIsRefused(String text) {
    assertThatThrownBy(() -> DurationSyntax.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'" + text + "' is not a duration; write 90s, 10m, 24h or 7d");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0s", "0d0h0m0s", "36500d", "999999999d"})
  void whatIsOutOfRangeIsRefused(String text) {
    assertThatThrownBy(() -> DurationSyntax.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'" + text + "' must be more than 0 and less than 36500 days");
  }
}
