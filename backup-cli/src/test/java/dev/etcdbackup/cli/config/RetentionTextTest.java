package dev.etcdbackup.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.retention.RetentionPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionTextTest {
  @Test
  void aPolicyIsReadAsItIsWritten() {
    assertThat(RetentionText.parse("last 144 then hourly 168 then daily 30"))
        .isEqualTo(
            RetentionPolicy.keepLast(144)
                .then(RetentionPolicy.keepHourly(168))
                .then(RetentionPolicy.keepDaily(30)));
    assertThat(RetentionText.parse(" ( last 3 or within 2d )then weekly 8"))
        .isEqualTo(
            RetentionPolicy.keepLast(3)
                .or(RetentionPolicy.keepWithin(Duration.ofDays(2)))
                .then(RetentionPolicy.keepWeekly(8)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "last 7",
        "within 1d12h",
        "hourly 24 or daily 7 or weekly 4 or monthly 12",
        "last 3 then (daily 7 or weekly 4) then monthly 12",
        "(last 3 then daily 7) or monthly 12",
        "within 30d at least 3",
        "yearly 10 or within-bytes 500GiB at least 2",
        "within-project-bytes 2TiB at least 2",
        "(last 3 then daily 7) at least 3 then yearly 2",
      })
  void whatAPolicyPrintsIsReadAsThatPolicy(String text) {
    assertThat(RetentionText.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|expected one of last, within, hourly, daily, weekly, monthly, yearly, within-bytes, within-project-bytes, but the text ends",
        "secondly 3|expected one of last, within, hourly, daily, weekly, monthly, yearly, within-bytes, within-project-bytes, not 'secondly'",
        "within-bytes 7|'within-bytes': '7' is not a size; write 500GiB or 2TiB",
        "last 7 at|expected 'least', but the text ends",
        "last 7 at most 3|expected 'least', not 'most'",
        "last 7 at least 0|'at least': must be a number of 1 to 999999999, not '0'",
        "last|expected the value of 'last', but the text ends",
        "last 0|'last': must be a number of 1 to 999999999, not '0'",
        "within 7|'within': '7' is not a duration; write 90s, 10m, 24h or 7d",
        "last 7 daily 7|expected 'or', 'then' or the end, not 'daily'",
        "last 7 or|expected one of last, within, hourly, daily, weekly, monthly, yearly, within-bytes, within-project-bytes, but the text ends",
        "(last 7|expected ')', but the text ends",
        "last 7)|expected 'or', 'then' or the end, not ')'",
      })
  void whatIsNotAPolicyIsRefused(String text, String reason) {
    assertThatThrownBy(() -> RetentionText.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(reason);
  }

  @Test
  void orAndThenAreNotMixedWithoutParentheses() {
    assertThatThrownBy(() -> RetentionText.parse("last 7 or daily 7 then weekly 4"))
        .hasMessageStartingWith("needs parentheses");
    assertThatThrownBy(() -> RetentionText.parse("last 7 then daily 7 or weekly 4"))
        .hasMessageStartingWith("needs parentheses");
  }

  @Test
  void manyParenthesesAreRefusedOrRead() {
    assertThat(RetentionText.parse("(".repeat(496) + "last 1" + ")".repeat(496)))
        .hasToString("last 1");
    assertThatThrownBy(() -> RetentionText.parse("(".repeat(100_000)))
        .hasMessage("must be at most 1000 characters");
  }
}
