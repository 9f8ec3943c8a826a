package dev.etcdbackup.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Requests that do not end leave those of others alone. */
class StatusServerTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void metricsAreServedWhileTheStoreDoesNotAnswer() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    try (StatusServer server =
        StatusServer.start(
            ANY,
            () -> "up 1\n",
            () -> {
              asked.countDown();
              try {
                never.await();
              } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
              }
              throw new IllegalStateException("stopped");
            },
            Duration.ofMillis(1),
            Duration.ofMinutes(1))) {
      List<CompletableFuture<HttpResponse<String>>> hanging = new ArrayList<>();
      hanging.add(client.sendAsync(request(server, "/coverage"), BodyHandlers.ofString()));
      asked.await();
      for (int i = 0; i < 3; i++) {
        HttpResponse<String> other =
            client.send(request(server, "/coverage.json"), BodyHandlers.ofString());
        assertThat(other.statusCode()).isEqualTo(503);
        assertThat(other.body()).contains("try again later");
      }
      assertServesMetrics(server);
      assertThat(hanging).noneMatch(CompletableFuture::isDone);
    }
  }

  @Test
  void metricsAreServedWhileClientsHaveNotSentTheirWholeRequest() throws Exception {
    List<Socket> halves = new ArrayList<>();
    try (StatusServer server =
        StatusServer.start(
            ANY,
            () -> "up 1\n",
            () -> {
              throw new IllegalStateException("coverage was not requested");
            })) {
      for (int i = 0; i < 3; i++) {
        URI address = URI.create("http://" + server.address());
        Socket half = new Socket(address.getHost(), address.getPort());
        halves.add(half);
        half.getOutputStream().write("GET /metrics HTTP/1.1\r\nHost: a".getBytes(US_ASCII));
        half.getOutputStream().flush();
      }
      assertServesMetrics(server);
    } finally {
      for (Socket half : halves) {
        half.close();
      }
    }
  }

  /** A process that was stopped, or a machine that is gone without a word, does not read. */
  @Test
  void metricsAreServedWhileClientsDoNotReadTheirAnswer() throws Exception {
    String large = "# a comment\n".repeat(1_000_000); // more than fits between the two
    List<Socket> silent = new ArrayList<>();
    AtomicInteger begun = new AtomicInteger();
    try (StatusServer server =
        StatusServer.start(
            ANY,
            () -> begun.incrementAndGet() <= 16 ? large : "up 1\n",
            () -> {
              throw new IllegalStateException("coverage was not requested");
            },
            Duration.ofMinutes(1),
            Duration.ofSeconds(1))) {
      for (int i = 0; i < 16; i++) {
        URI address = URI.create("http://" + server.address());
        Socket client = new Socket(address.getHost(), address.getPort());
        silent.add(client);
        client
            .getOutputStream()
            .write("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));
        client.getOutputStream().flush();
      }
      while (begun.get() < 16) {
        Thread.onSpinWait();
      }
      assertServesMetrics(server);
    } finally {
      for (Socket client : silent) {
        client.close();
      }
    }
  }

  private void assertServesMetrics(StatusServer server) throws IOException, InterruptedException {
    HttpResponse<String> metrics =
        client.send(request(server, "/metrics"), BodyHandlers.ofString());
    assertThat(metrics.statusCode()).isEqualTo(200);
    assertThat(metrics.body()).isEqualTo("up 1\n");
  }

  private static HttpRequest request(StatusServer server, String path) {
    return HttpRequest.newBuilder(URI.create("http://" + server.address() + path))
        .timeout(Duration.ofMinutes(1))
        .build();
  }
}
