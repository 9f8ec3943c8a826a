package dev.etcdbackup.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LoopbackTest {
  @Test
  void bytesGoBothWaysAndAreHashed() throws Exception {
    try (Loopback loopback = Loopback.start()) {
      long bytes = (17 << 20) + 1;
      assertThat(Loopback.receive(loopback.port(), bytes)).isEqualTo("32");
      assertThat(Loopback.send(loopback.port(), bytes)).isEqualTo("32");
      assertThat(Loopback.receive(loopback.port(), 1)).isEqualTo("32");
    }
  }
}
