package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.testkit.TestSnapshots;
import dev.etcdbackup.testkit.etcd.EtcdCluster;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which endpoints are used, passed over and refused. */
@Tag("server")
@Timeout(60)
class MemberChoiceTest {
  @Test
  void aDeadMemberIsPassedOver() throws Exception {
    try (EtcdCluster cluster = EtcdServer.builder().startCluster(3)) {
      cluster.member(0).put("a", "1");
      cluster.member(0).kill();
      try (Snapshot snapshot = source(cluster.endpoints()).open()) {
        assertThat(snapshot.info().origin()).isNotEqualTo(cluster.endpoints().get(0).toString());
        assertThat(snapshot.stream().transferTo(OutputStream.nullOutputStream()))
            .isEqualTo(snapshot.size());
        assertThat(snapshot.digest().revision()).hasValue(2);
      }
    }
  }

  @Test
  void aMemberAloneWithoutQuorumStillGivesASnapshot() throws Exception {
    try (EtcdCluster cluster = EtcdServer.builder().startCluster(2)) {
      cluster.member(0).put("a", "1");
      cluster.member(0).kill();
      assertThat(readFrom(source(cluster.endpoints()))).isPositive();
    }
  }

  @Test
  void whenAllAreDeadTheMessageNamesEachAndWhy() throws Exception {
    URI first = closedPort();
    URI second = closedPort();
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> source(List.of(first, second)).open())
        .withMessage(
            "no member provides a snapshot: %s: connection refused; %s: connection refused",
            first, second);
  }

  @Test
  void aHostNameThatDoesNotResolveIsToldAsSuch() {
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> source(List.of(URI.create("http://nowhere.invalid:2379"))).open())
        .withMessageContaining("http://nowhere.invalid:2379: the host name does not resolve");
  }

  @Test
  void anEndpointThatNeverAnswersIsGivenUpInTime() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, loopback());
        ScriptedMember member = ScriptedMember.streaming(7, TestSnapshots.bytes(1, 3))) {
      URI silentEndpoint = URI.create("http://127.0.0.1:" + silent.getLocalPort());
      assertThat(readFrom(source(List.of(member.endpoint())))).as("a first run").isPositive();
      EtcdSnapshotSource oneOfTwo =
          EtcdSnapshotSource.builder(
                  EtcdConnection.builder(List.of(silentEndpoint, member.endpoint()))
                      .probeTimeout(Duration.ofSeconds(2))
                      .build())
              .build();
      EtcdSnapshotSource none =
          EtcdSnapshotSource.builder(
                  EtcdConnection.builder(List.of(silentEndpoint))
                      .connectTimeout(Duration.ofMillis(500))
                      .build())
              .build();
      assertThat(readFrom(oneOfTwo)).isPositive();
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(none::open)
          .withMessage("no member provides a snapshot: %s: no answer within 0.5s", silentEndpoint);
    }
  }

  @Test
  void somethingElseThanEtcdIsToldAsSuch() throws Exception {
    Server other = NettyServerBuilder.forAddress(new InetSocketAddress(loopback(), 0)).build();
    other.start();
    try {
      URI endpoint = URI.create("http://127.0.0.1:" + other.getPort());
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> source(List.of(endpoint)).open())
          .withMessageStartingWith("no member provides a snapshot: " + endpoint + ": not an etcd server");
    } finally {
      other.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aServerOfOldHttpIsToldInOneLine() throws Exception {
    try (ServerSocket website = new ServerSocket(0, 50, loopback())) {
      URI endpoint = URI.create("http://127.0.0.1:" + website.getLocalPort());
      CompletableFuture<Void> answer = CompletableFuture.runAsync(() -> refuseHttp2(website));
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> source(List.of(endpoint)).open())
          .withMessageStartingWith("no member provides a snapshot: " + endpoint + ": ")
          .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300).doesNotContain("\n"));
      answer.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void endpointsOfDifferentClustersAreRefused() throws Exception {
    try (EtcdServer one = EtcdServer.start();
        EtcdServer other = EtcdServer.start()) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> source(List.of(one.endpoint(), other.endpoint())).open())
          .withMessageMatching(
              "the endpoints belong to different clusters: "
                  + one.endpoint()
                  + " to [0-9a-f]{9,16}, "
                  + other.endpoint()
                  + " to [0-9a-f]{9,16}");
    }
  }

  @Test
  void aLearnerIsSkippedThoughItIsTheFirst() throws Exception {
    try (EtcdCluster cluster = EtcdServer.builder().startCluster(1)) {
      EtcdServer learner = cluster.addLearner();
      EtcdServer voter = cluster.member(0);
      try (Snapshot snapshot = source(List.of(learner.endpoint(), voter.endpoint())).open()) {
        assertThat(snapshot.info().origin()).isEqualTo(voter.endpoint().toString());
      }
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> source(learner.endpoints()).open())
          .withMessage("no member provides a snapshot: %s: is a learner", learner.endpoint());
    }
  }

  @Test
  void theMemberWithTheHighestRevisionIsPicked() throws Exception {
    byte[] bytes = TestSnapshots.bytes(1, 3);
    try (ScriptedMember behind = ScriptedMember.streaming(99, bytes);
        ScriptedMember ahead = ScriptedMember.streaming(100, bytes);
        ScriptedMember far = ScriptedMember.streaming(9, bytes)) {
      EtcdSnapshotSource source =
          source(List.of(behind.endpoint(), ahead.endpoint(), far.endpoint()));
      try (Snapshot snapshot = source.open()) {
        assertThat(snapshot.info().origin()).isEqualTo(ahead.endpoint().toString());
        assertThat(snapshot.info().revision()).isEqualTo(100);
        assertThat(snapshot.info().etcdVersion()).isEqualTo("3.9.0");
      }
    }
  }

  @Test
  void ofEqualMembersTheFirstIsPicked() throws Exception {
    byte[] bytes = TestSnapshots.bytes(1, 3);
    try (ScriptedMember one = ScriptedMember.streaming(5, bytes);
        ScriptedMember two = ScriptedMember.streaming(5, bytes)) {
      for (List<URI> order :
          List.of(
              List.of(one.endpoint(), two.endpoint()), List.of(two.endpoint(), one.endpoint()))) {
        try (Snapshot snapshot = source(order).open()) {
          assertThat(snapshot.info().origin()).isEqualTo(order.get(0).toString());
        }
      }
    }
  }

  @Test
  void interruptingTheOpenerEndsTheProbes() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, loopback())) {
      EtcdSnapshotSource source =
          EtcdSnapshotSource.builder(
                  EtcdConnection.builder("http://127.0.0.1:" + silent.getLocalPort())
                      .probeTimeout(Duration.ofMinutes(1))
                      .build())
              .build();
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      CompletableFuture<Boolean> interruptedAfter = new CompletableFuture<>();
      CountDownLatch opening = new CountDownLatch(1);
      Thread opener =
          new Thread(
              () -> {
                opening.countDown();
                try (Snapshot none = source.open()) {
                  thrown.set(new AssertionError("opened " + none));
                } catch (SourceException e) {
                  thrown.set(e);
                }
                interruptedAfter.complete(Thread.currentThread().isInterrupted());
              });
      opener.start();
      assertThat(opening.await(10, TimeUnit.SECONDS)).isTrue();
      try (Socket probe = silent.accept()) {
        opener.interrupt();
        assertThat(interruptedAfter.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(probe.isClosed()).isFalse();
      }
      assertThat(thrown.get())
          .isInstanceOf(SourceException.class)
          .hasMessageContaining("interrupted");
      opener.join();
    }
  }

  private static EtcdSnapshotSource source(List<URI> endpoints) {
    return EtcdSnapshotSource.builder(
            EtcdConnection.builder(endpoints).probeTimeout(Duration.ofSeconds(30)).build())
        .build();
  }

  private static long readFrom(EtcdSnapshotSource source) throws Exception {
    try (Snapshot snapshot = source.open()) {
      return snapshot.stream().transferTo(OutputStream.nullOutputStream());
    }
  }

  private static void refuseHttp2(ServerSocket website) {
    try (Socket client = website.accept()) {
      client.getInputStream().readNBytes(24);
      client
          .getOutputStream()
          .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static URI closedPort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, loopback())) {
      return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }
  }

  private static InetAddress loopback() throws Exception {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }
}
