package dev.etcdbackup.testkit.faults;

import static dev.etcdbackup.testkit.faults.Operation.CONNECTION;
import static dev.etcdbackup.testkit.faults.Operation.PUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.testkit.faults.EchoServer.Client;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients see of each fault of a proxy that knows nothing but bytes. */
class TcpFaultProxyTest {
  private EchoServer server;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = new EchoServer();
    proxy = FaultProxy.tcp("127.0.0.1", server.port());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    server.close();
  }

  @Test
  void bytesPassAsTheyAre() throws Exception {
    String body = "x".repeat(1_000_000);
    assertThat(put(body)).startsWith("HTTP/1.1 200").endsWith(body);
    S3FaultProxyTest.await(() -> proxy.openConnections() == 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10, 1000})
  void anAnswerIsCutAfterExactlySoManyBytes(int bytes) throws Exception {
    Fault cut = proxy.add(Faults.on(CONNECTION).inReply().afterBytes(bytes).cut());
    assertThat(put("x".repeat(2_000))).hasSize(bytes);
    assertThat(cut.fired()).isEqualTo(1);
    assertThat(put("y")).endsWith("y");
  }

  @Test
  void aRequestIsCut() throws Exception {
    Fault cut = proxy.add(Faults.on(CONNECTION).call(2).afterBytes(100).cut());
    assertThat(put("x".repeat(2_000))).startsWith("HTTP/1.1 200");
    assertThat(lost("x".repeat(2_000))).isTrue();
    assertThat(cut.fired()).isEqualTo(1);
    assertThat(server.heard).hasSize(1);
  }

  @Test
  void aConnectionIsReset() throws Exception {
    Fault reset = proxy.add(Faults.on(CONNECTION).inReply().afterBytes(10).reset());
    assertThatThrownBy(() -> put("x")).isInstanceOf(SocketException.class);
    assertThat(reset.fired()).isEqualTo(1);
  }

  @Test
  void aByteIsAnotherOne() throws Exception {
    Fault corrupt = proxy.add(Faults.on(CONNECTION).inReply().corrupt());
    assertThat(put("x")).startsWith("\u00b7TTP/1.1 200");
    assertThat(corrupt.fired()).isEqualTo(1);
  }

  @Test
  void garbageComesAndThenTheEnd() throws Exception {
    Fault garbage = proxy.add(Faults.on(CONNECTION).inReply().afterBytes(8).garbage());
    assertThat(put("x")).startsWith("HTTP/1.1").hasSize(8 + 512);
    assertThat(garbage.fired()).isEqualTo(1);
  }

  @Test
  void oneWayIsClosedAndTheOtherStaysOpen() throws Exception {
    Fault half = proxy.add(Faults.on(CONNECTION).inReply().afterBytes(8).halfClose());
    try (Client client = new Client(proxy.port())) {
      assertThat(client.request("PUT /b/k", "x").receive()).isEqualTo("HTTP/1.1");
      client.send("still").send("there");
      assertThat(half.fired()).isEqualTo(1);
    }
    S3FaultProxyTest.await(() -> proxy.openConnections() == 0);
  }

  @Test
  void aStallEndsWithItsFault() throws Exception {
    Fault stall = proxy.add(Faults.on(CONNECTION).inReply().afterBytes(8).stall());
    try (Client client = new Client(proxy.port())) {
      client.request("PUT /b/k", "x");
      stall.awaitFired(1, Duration.ofSeconds(30));
      assertThat(proxy.bytesSent()).isEqualTo(8);
      stall.end();
      assertThat(client.receive()).startsWith("HTTP/1.1 200").endsWith("x");
    }
  }

  @Test
  void connectionsAreRefusedUntilTheFaultIsEnded() throws Exception {
    Fault refuse = proxy.add(Faults.on(CONNECTION).refuse());
    assertThatThrownBy(() -> put("x")).isInstanceOf(SocketException.class);
    assertThatThrownBy(() -> put("x")).isInstanceOf(ConnectException.class);
    refuse.end();
    assertThat(lost("x")).isFalse();
    assertThat(refuse.fired()).isEqualTo(1);
  }

  @Test
  void faultsOfRequestsAreRefused() {
    for (Fault fault : new Fault[] {Faults.on(PUT).cut(), Faults.on(CONNECTION).loseReply()}) {
      assertThatThrownBy(() -> proxy.add(fault)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void waitingForAFaultThatNeverStrikesEnds() {
    Fault never = proxy.add(Faults.on(CONNECTION).call(9).afterBytes(3).cut());
    assertThatThrownBy(() -> never.awaitFired(1, Duration.ofMillis(20)))
        .hasMessageContaining(
            "CONNECTION call 9, after 3 bytes: cut was injected 0 times instead of 1");
  }

  private boolean lost(String body) {
    try {
      return put(body).isEmpty();
    } catch (IOException e) {
      return true;
    }
  }

  private String put(String body) throws IOException {
    try (Client client = new Client(proxy.port())) {
      return client.request("PUT /b/k", body).receive();
    }
  }
}
