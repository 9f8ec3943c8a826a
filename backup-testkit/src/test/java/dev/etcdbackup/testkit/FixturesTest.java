package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

class FixturesTest {
  @Test
  void aMissingFixtureFailsTheTestWhereFixturesAreRequired() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> Fixtures.missing("no etcd", "required"))
        .withMessageContaining("no etcd")
        .withMessageContaining("ETCDBACKUP_FIXTURES");
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "no"})
  void aMissingFixtureAbortsTheTestElsewhere(String setting) {
    assertThatExceptionOfType(TestAbortedException.class)
        .isThrownBy(() -> Fixtures.missing("no etcd", setting))
        .withMessageContaining("no etcd");
  }
}
