package dev.etcdbackup.testkit.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

@Tag("server")
@TestMethodOrder(OrderAnnotation.class)
class EtcdParameterTest {
  private static final List<EtcdServer> given = new ArrayList<>();
  private static EtcdServer ofTheClass;

  @BeforeAll
  static void takeOneForAll(@Etcd EtcdServer etcd) {
    ofTheClass = etcd;
  }

  @Test
  @Order(1)
  void eachParameterIsAServerOfItsOwn(@Etcd EtcdServer one, @Etcd EtcdServer other)
      throws Exception {
    one.put("a", "1");
    assertThat(one.revision()).isEqualTo(2);
    assertThat(other.revision()).isEqualTo(1);
    given.addAll(List.of(one, other));
  }

  @Test
  @Order(2)
  void itIsEndedAfterTheTestAndThatOfTheClassIsNot() {
    assertThat(given).hasSize(2).noneMatch(EtcdServer::running);
    assertThat(given).noneMatch(etcd -> etcd.dataDir().toFile().exists());
    assertThat(ofTheClass.running()).isTrue();
  }

  @Test
  void settingsAreThoseOfTheAnnotation(
      @Etcd(clientCertificates = true, rootPassword = "secret") EtcdServer etcd) throws Exception {
    assertThat(etcd.endpoint().getScheme()).isEqualTo("https");
    assertThat(etcd.etcdctl("auth", "status")).contains("true");
  }

  @Test
  void aClusterHasAsManyMembersAsAskedFor(@Etcd(members = 3, tls = true) EtcdCluster cluster)
      throws Exception {
    assertThat(cluster.endpoints()).hasSize(3).allMatch(one -> one.getScheme().equals("https"));
    cluster.member(0).put("a", "1");
    cluster.member(0).kill();
    cluster.member(1).pause();
    cluster.member(1).resume();
    cluster.member(0).restart();
    cluster.member(2).put("a", "2");
    assertThat(cluster.member(0).etcdctl("get", "a", "--print-value-only")).isEqualTo("2\n");
  }
}
