package dev.etcdbackup.testkit.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What is given to the constructor of a test ends with the test, and not with the class. */
@Tag("server")
@TestMethodOrder(OrderAnnotation.class)
class EtcdConstructorTest {
  private static final List<EtcdServer> given = new ArrayList<>();

  private final EtcdServer etcd;

  EtcdConstructorTest(@Etcd EtcdServer etcd) {
    this.etcd = etcd;
  }

  @Test
  @Order(1)
  void itRunsDuringTheTest() throws Exception {
    etcd.put("a", "1");
    given.add(etcd);
  }

  @Test
  @Order(2)
  void itIsEndedAfterTheTest() throws Exception {
    assertThat(etcd.revision()).isEqualTo(1);
    assertThat(given).hasSize(1).noneMatch(EtcdServer::running);
  }
}
