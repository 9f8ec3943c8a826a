package dev.etcdbackup.testkit.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class EtcdVersionTest {
  @Tag("server")
  @Test
  void whatIsAskedForIsWhatRuns() throws Exception {
    for (EtcdBinaries binaries : EtcdBinaries.all()) {
      for (String version : new String[] {binaries.line(), binaries.version()}) {
        try (EtcdServer etcd = EtcdServer.builder().version(version).start()) {
          assertThat(etcd.version()).isEqualTo(binaries.version());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "3", "v3.5", "3.5.x", "latest"})
  void whatIsNoVersionIsRefused(String version) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EtcdServer.builder().version(version))
        .withMessageContaining("3.5.30");
  }

  @Test
  void aVersionThatIsNowhereIsAMissingFixture() {
    assertThatThrownBy(() -> EtcdServer.builder().version("0.1").start())
        .isInstanceOfAny(TestAbortedException.class, AssertionError.class)
        .hasMessageContaining("no etcd 0.1")
        .isNotInstanceOf(AssertionFailedError.class);
  }
}
