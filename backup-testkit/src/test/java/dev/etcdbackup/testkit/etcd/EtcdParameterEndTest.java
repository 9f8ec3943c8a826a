package dev.etcdbackup.testkit.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.testkit.engine.EngineTestKit;

/** A server that was started for a parameter ends with the test. */
@Tag("server")
class EtcdParameterEndTest {
  private static final List<EtcdServer> given = new ArrayList<>();

  /** Versions of JUnit before 5.13 do not close what is only {@code AutoCloseable}. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void itEndsWhateverJUnitCloses(boolean autoCloseable) {
    given.clear();
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(OfAMethod.class))
        .configurationParameter(
            "junit.jupiter.extensions.store.close.autocloseable.enabled",
            Boolean.toString(autoCloseable))
        .execute()
        .testEvents()
        .assertStatistics(statistics -> statistics.succeeded(1));
    assertThat(given).hasSize(1).noneMatch(EtcdServer::running);
  }

  static class OfAMethod {
    @Test
    void takes(@Etcd EtcdServer server) {
      given.add(server);
    }
  }
}
