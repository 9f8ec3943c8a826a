package dev.etcdbackup.testkit.faults;

import static dev.etcdbackup.testkit.faults.Operation.COMPLETE_UPLOAD;
import static dev.etcdbackup.testkit.faults.Operation.CONNECTION;
import static dev.etcdbackup.testkit.faults.Operation.FIND;
import static dev.etcdbackup.testkit.faults.Operation.GET;
import static dev.etcdbackup.testkit.faults.Operation.LIST;
import static dev.etcdbackup.testkit.faults.Operation.PUT;
import static dev.etcdbackup.testkit.faults.Operation.SNAPSHOT;
import static dev.etcdbackup.testkit.faults.Operation.UPLOAD_PART;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.testkit.faults.EchoServer.Client;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients and servers see of each fault of an S3 proxy. */
class S3FaultProxyTest {
  private static final String BODY = "0123456789";

  private EchoServer server;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = new EchoServer();
    proxy = FaultProxy.s3(server.endpoint());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    server.close();
  }

  @ParameterizedTest
  @CsvSource({"/b/k, 10", "/b/chunked, 10"})
  void whatNoFaultStrikesPassesAsItIs(String path, int length) throws Exception {
    Fault other = proxy.add(Faults.on(UPLOAD_PART).everyCall().cut());
    String reply = put(path);
    assertThat(reply).startsWith("HTTP/1.1 200").contains(BODY.substring(0, length));
    assertThat(server.heard).containsExactly("PUT " + path + ' ' + BODY);
    assertThat(other.fired()).isZero();
    assertThat(proxy.bytesSent()).isEqualTo(reply.length());
  }

  @Test
  void oneConnectionTakesManyRequestsSomeOfThemInChunks() throws Exception {
    try (Client client = new Client(proxy.port())) {
      client.send("PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab");
      client.send("HEAD /b/k HTTP/1.1\r\nHost: h\r\n\r\n");
      client.send("PUT /b/k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ncd\r\n");
      client.send("0\r\n\r\n");
      client.request("GET /b", "");
      assertThat(client.receive().split("HTTP/1.1 200", -1)).hasSize(5);
    }
    assertThat(server.heard).containsExactly("PUT /b/k ab", "HEAD /b/k ", "PUT /b/k cd", "GET /b ");
  }

  @Test
  void aClientThatExpectsToContinueReceivesTheAnswer() throws Exception {
    try (Client client = new Client(proxy.port())) {
      client.send("PUT /b/k HTTP/1.1\r\nHost: h\r\nConnection: close\r\n");
      client.send("Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
      byte[] goOn = client.socket.getInputStream().readNBytes(25);
      assertThat(new String(goOn, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 100 ");
      assertThat(client.send("ab").receive()).startsWith("HTTP/1.1 200").endsWith("ab");
    }
  }

  @Test
  void aFaultStrikesTheCallsItIsMeantForAndCountsThem() throws Exception {
    Fault second = proxy.add(Faults.on(PUT).call(2).answer(503));
    Fault others = proxy.add(Faults.on(PUT).of("/b/other").fromCall(2).answer(403));
    assertThat(put("/b/k")).startsWith("HTTP/1.1 200");
    assertThat(put("/b/k")).startsWith("HTTP/1.1 503").contains("<Code>SlowDown</Code>");
    assertThat(put("/b/other")).startsWith("HTTP/1.1 200");
    assertThat(put("/b/other")).startsWith("HTTP/1.1 403");
    assertThat(put("/b/other")).startsWith("HTTP/1.1 403");
    assertThat(second.seen()).isEqualTo(5);
    assertThat(second.fired()).isEqualTo(1);
    assertThat(others.seen()).isEqualTo(3);
    assertThat(others.fired()).isEqualTo(2);
    assertThat(server.heard).hasSize(2);
  }

  @Test
  void ofTwoFaultsForOneCallTheFirstGivenStrikes() throws Exception {
    Fault first = proxy.add(Faults.on(PUT).answer(403));
    Fault second = proxy.add(Faults.on(PUT).answer(500));
    assertThat(put("/b/k")).startsWith("HTTP/1.1 403");
    assertThat(first.fired()).isEqualTo(1);
    assertThat(second.fired()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "4, 0", "10, 1"})
  void aRequestThatIsCutReachesTheServerInPartOnly(int bytes, int requests) throws Exception {
    Fault cut = proxy.add(Faults.on(PUT).afterBytes(bytes).cut());
    assertThat(put("/b/k")).isEmpty();
    assertThat(cut.fired()).isEqualTo(1);
    await(() -> server.heard.size() >= requests);
    assertThat(server.heard).hasSize(requests);
  }

  @Test
  void aFaultBehindTheLastByteDoesNotStrike() throws Exception {
    Fault cut = proxy.add(Faults.on(PUT).afterBytes(11).cut());
    Fault corrupt = proxy.add(Faults.on(PUT).call(2).afterBytes(10).corrupt());
    assertThat(put("/b/k")).endsWith(BODY);
    assertThat(put("/b/k")).endsWith(BODY);
    assertThat(cut.fired()).isZero();
    assertThat(corrupt.seen()).isEqualTo(2);
    assertThat(corrupt.fired()).isZero();
  }

  @Test
  void anAnswerIsTruncated() throws Exception {
    Fault cut = proxy.add(Faults.on(PUT).inReply().afterBytes(4).cut());
    assertThat(put("/b/k")).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n0123");
    assertThat(cut.fired()).isEqualTo(1);
    assertThat(server.heard).hasSize(1);
  }

  @Test
  void aReplyIsLostAfterTheServerHasDoneItsWork() throws Exception {
    Fault lost = proxy.add(Faults.on(PUT).afterBytes(5).loseReply());
    assertThat(put("/b/k")).isEmpty();
    assertThat(lost.fired()).isEqualTo(1);
    assertThat(server.heard).hasSize(1);
  }

  @Test
  void aReplyToASmallerRequestIsNotLost() throws Exception {
    Fault lost = proxy.add(Faults.on(PUT).afterBytes(11).loseReply());
    assertThat(put("/b/k")).endsWith(BODY);
    assertThat(lost.fired()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0", "9"})
  void aByteIsCorruptedOnItsWayThere(int position) throws Exception {
    Fault corrupt = proxy.add(Faults.on(PUT).afterBytes(position).corrupt());
    assertThat(put("/b/k")).startsWith("HTTP/1.1 200");
    assertThat(corrupt.fired()).isEqualTo(1);
    String heard = server.heard.get(0).substring("PUT /b/k ".length());
    assertThat(heard.length()).isEqualTo(10);
    assertThat(heard.charAt(position)).isNotEqualTo(BODY.charAt(position));
    String others = heard.substring(0, position) + heard.substring(position + 1);
    assertThat(BODY).contains(others);
  }

  @Test
  void aByteIsCorruptedOnItsWayBackEvenInChunks() throws Exception {
    Fault corrupt = proxy.add(Faults.on(PUT).inReply().afterBytes(3).corrupt());
    String reply = put("/b/chunked");
    assertThat(corrupt.fired()).isEqualTo(1);
    assertThat(reply).contains("012\u00cc456789").doesNotContain(BODY);
    assertThat(server.heard).containsExactly("PUT /b/chunked " + BODY);
  }

  @Test
  void aResetIsNoEnd() throws Exception {
    Fault reset = proxy.add(Faults.on(PUT).reset());
    assertThatThrownBy(() -> put("/b/k")).isInstanceOf(SocketException.class);
    assertThat(reset.fired()).isEqualTo(1);
    assertThat(server.heard).isEmpty();
  }

  @Test
  void aHalfClosedConnectionStillListens() throws Exception {
    Fault half = proxy.add(Faults.on(PUT).halfClose());
    try (Client client = new Client(proxy.port())) {
      assertThat(client.request("PUT /b/k", BODY).receive()).isEmpty();
      client.send("still").send("there");
      assertThat(proxy.openConnections()).isEqualTo(1);
    }
    await(() -> proxy.openConnections() == 0);
    assertThat(half.fired()).isEqualTo(1);
  }

  @Test
  void garbageIsNoHttp() throws Exception {
    Fault garbage = proxy.add(Faults.on(GET).garbage());
    try (Client client = new Client(proxy.port())) {
      assertThat(client.request("GET /b/k", "").receive()).hasSize(512).doesNotContain("HTTP");
    }
    assertThat(garbage.fired()).isEqualTo(1);
    assertThat(server.heard).isEmpty();
  }

  @Test
  void aStallEndsWithItsFaultAndTheTransferContinuesNormally() throws Exception {
    Fault stall = proxy.add(Faults.on(PUT).afterBytes(5).stall());
    try (Client client = new Client(proxy.port())) {
      client.request("PUT /b/k", BODY);
      stall.awaitFired(1, Duration.ofSeconds(30));
      assertThat(server.heard).isEmpty();
      stall.end();
      assertThat(client.receive()).endsWith(BODY);
    }
  }

  @Test
  void aSlowAnswerComesDripByDripAndAtOnceWhenItsFaultIsEnded() throws Exception {
    Fault slow = proxy.add(Faults.on(PUT).inReply().slow());
    String body = "x".repeat(2_000_000); // half an hour
    try (Client client = new Client(proxy.port())) {
      client.request("PUT /b/k", body);
      slow.awaitFired(1, Duration.ofSeconds(30));
      assertThat(proxy.bytesSent()).isLessThan(100_000);
      slow.end();
      assertThat(client.receive()).endsWith(body);
    }
  }

  @Test
  void aSlowAnswerTakesItsTime() throws Exception {
    Fault slow = proxy.add(Faults.on(PUT).inReply().slow());
    long start = System.nanoTime();
    try (Client client = new Client(proxy.port())) {
      assertThat(client.request("PUT /b/k", "x".repeat(512)).receive()).contains("xxx");
    }
    assertThat((System.nanoTime() - start) / 1e9).as("seconds").isGreaterThan(0.45);
    assertThat(slow.fired()).isEqualTo(1);
  }

  @Test
  void connectionsAreRefusedUntilTheFaultIsEnded() throws Exception {
    Fault refuse = proxy.add(Faults.on(PUT).refuse());
    assertThatThrownBy(() -> put("/b/k")).isInstanceOf(SocketException.class);
    assertThat(refuse.fired()).isEqualTo(1);
    assertThatThrownBy(() -> put("/b/k")).isInstanceOf(ConnectException.class);
    refuse.end();
    assertThat(put("/b/k")).endsWith(BODY);
    assertThat(server.heard).hasSize(1);
  }

  @Test
  void anAnswerSaysWhenToComeAgain() throws Exception {
    proxy.add(Faults.on(PUT).answer(429, "TooManyRequests", Duration.ofSeconds(7)));
    assertThat(put("/b/k"))
        .startsWith("HTTP/1.1 429")
        .contains("\r\nRetry-After: 7\r\n", "<Code>TooManyRequests</Code>");
    assertThat(server.heard).isEmpty();
  }

  @Test
  void anAnswerToALookHasNoBody() throws Exception {
    proxy.add(Faults.on(FIND).answer(404));
    try (Client client = new Client(proxy.port())) {
      assertThat(client.request("HEAD /b/k", "").receive()).endsWith("\r\n\r\n");
    }
  }

  @Test
  void anETagIsWrongOrEmptyInHeadAndBody() throws Exception {
    Fault wrong = proxy.add(Faults.on(COMPLETE_UPLOAD).wrongETag());
    Fault empty = proxy.add(Faults.on(COMPLETE_UPLOAD).call(2).emptyETag());
    String quoted = "&quot;" + Effect.WRONG_ETAG + "&quot;";
    assertThat(complete())
        .contains("ETag: \"" + Effect.WRONG_ETAG + "\"")
        .endsWith("<R><ETag>" + quoted + "</ETag><ETag>" + quoted + "</ETag></R>");
    assertThat(complete()).contains("ETag: \"\"\r\n").endsWith("<R><ETag></ETag><ETag></ETag></R>");
    assertThat(complete()).contains("tag: \"one\"").endsWith(EchoServer.TAGS);
    assertThat(wrong.fired()).isEqualTo(1);
    assertThat(empty.fired()).isEqualTo(1);
  }

  @Test
  void aFaultThatCannotStrikeHereIsRefused() {
    for (Fault fault :
        new Fault[] {Faults.on(SNAPSHOT).cut(), Faults.on(CONNECTION).everyCall().reset()}) {
      assertThatThrownBy(() -> proxy.add(fault))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(fault.toString());
    }
  }

  @Test
  void closingEndsStallsConnectionsAndThreads() throws Exception {
    Fault stall = proxy.add(Faults.on(LIST).stall());
    try (Client client = new Client(proxy.port())) {
      client.request("GET /b?list-type=2&prefix=p", "");
      stall.awaitFired(1, Duration.ofSeconds(30));
      proxy.close();
      assertThat(client.socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("fault-proxy-" + proxy.port())))
        .isEmpty();
    assertThat(proxy.openConnections()).isZero();
  }

  private String put(String path) throws IOException {
    try (Client client = new Client(proxy.port())) {
      return client.request("PUT " + path, BODY).receive();
    }
  }

  private String complete() throws IOException {
    try (Client client = new Client(proxy.port())) {
      return client.request("POST /b/k?uploadId=u", "").receive();
    }
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline of 30 s").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
