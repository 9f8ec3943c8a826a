package dev.etcdbackup.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CountedTest {
  @Test
  void oneIsSingular() {
    assertThat(Counted.of(1, "object")).isEqualTo("1 object");
    assertThat(Counted.of(0, "object")).isEqualTo("0 objects");
    assertThat(Counted.of(21, "object")).isEqualTo("21 objects");
  }
}
