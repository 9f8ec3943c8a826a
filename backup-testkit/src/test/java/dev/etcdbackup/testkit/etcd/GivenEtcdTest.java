package dev.etcdbackup.testkit.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GivenEtcdTest {
  @Tag("server")
  @Test
  void aServerThatRunsAlreadyIsUsedAndLeftAlone(@Etcd EtcdServer own) throws Exception {
    GivenEtcd address = GivenEtcd.of(own.endpoint().toString());
    try (EtcdServer given = EtcdServer.at(address)) {
      given.put("a", "1");
      assertThat(given.memberId()).isEqualTo(own.memberId());
      assertThat(given.etcdctl("get", "a", "--print-value-only")).isEqualTo("1\n");
      List<ThrowingCallable> forOwnOnly =
          List.of(given::kill, given::pause, given::resume, given::restart, given::dataDir);
      for (ThrowingCallable call : forOwnOnly) {
        assertThatThrownBy(call).hasMessageContaining("unset ETCDBACKUP_ETCD_ENDPOINT");
      }
    }
    assertThat(own.running()).isTrue();
    assertThat(own.revision()).isEqualTo(2);
  }

  @Tag("server")
  @Test
  void anAddressWithoutAServerIsReportedImmediately(@Etcd EtcdServer own) {
    GivenEtcd address = GivenEtcd.of(own.endpoint().toString());
    own.kill();
    assertThatThrownBy(() -> EtcdServer.at(address)).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:2379", "https://localhost:2379", "http://localhost"})
  void anAddressOfAnotherFormIsRefused(String address) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GivenEtcd.of(address))
        .withMessageContaining("http://HOST:PORT");
  }
}
