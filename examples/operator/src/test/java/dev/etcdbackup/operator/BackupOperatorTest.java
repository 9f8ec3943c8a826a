package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.javaoperatorsdk.operator.processing.retry.RetryExecution;
import org.junit.jupiter.api.Test;

class BackupOperatorTest {
  @Test
  void anApiServerThatIsAwayForADayIsAskedAgainAtLeastOnceAMinute() {
    RetryExecution retry = BackupOperator.retry().initExecution();
    for (int attempt = 0; attempt < 24 * 60; attempt++) {
      assertThat(retry.nextDelay())
          .hasValueSatisfying(delay -> assertThat(delay).isBetween(1L, 60_000L));
    }
  }
}
