package dev.etcdbackup.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * With an API server that has one resource in each namespace and may refuse the namespace {@code
 * gone}, as it does when that was deleted with the Role in it.
 */
@Tag("slow")
@Timeout(120)
class ForbiddenNamespaceTest {
  private final AtomicBoolean refuses = new AtomicBoolean(true);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer api;
  private KubernetesClient client;

  @BeforeEach
  void start() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext("/", this::handle);
    api.setExecutor(threads);
    api.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(Config.empty())
                    .withMasterUrl("http://127.0.0.1:" + api.getAddress().getPort())
                    .withRequestRetryBackoffLimit(0)
                    .withWatchReconnectInterval(100)
                    .build())
            .build();
  }

  @AfterEach
  void stop() {
    client.close();
    api.stop(0);
    threads.shutdownNow();
  }

  @Test
  void aNamespaceThatIsRefusedDoesNotStopTheOthersAndIsSeenWhenItIsAllowed() throws Exception {
    try (BackupOperator operator =
        BackupOperator.builder(client)
            .backends(new FakeBackends())
            .schedulers(FakeBackends::scheduler)
            .namespaces(Set.of("services", "gone"))
            .sync(Duration.ofSeconds(1)) // "gone" is refused for all of it
            .build()) {
      operator.start();
      Await.until("one is scheduled", () -> projects(operator), List.of("services")::equals);
      assertThat(operator.isHealthy()).isTrue();

      refuses.set(false);

      Await.until("both are", 60, () -> projects(operator), List.of("gone", "services")::equals);
      operator.stop(Duration.ZERO);
    }
  }

  private static List<String> projects(BackupOperator operator) {
    return operator.scheduled().status().stream().map(one -> one.project()).sorted().toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    boolean gone = path.contains("/namespaces/gone/");
    if ("websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Upgrade"))) {
      answer(exchange, 503, "{}"); // then it watches without a WebSocket
    } else if (query.contains("watch=true")) {
      watch(exchange);
    } else if (!exchange.getRequestMethod().equals("GET")) {
      answer(exchange, 404, "{}");
    } else if (gone && refuses.get()) {
      answer(
          exchange,
          403,
          "{\"kind\": \"Status\", \"apiVersion\": \"v1\", \"code\": 403, \"message\": \"forbidden\"}");
    } else {
      answer(exchange, 200, list(path, gone ? "gone" : "services"));
    }
  }

  /** Nothing changes. */
  private static void watch(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().flush();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      exchange.close();
      Thread.currentThread().interrupt();
    }
  }

  private static String list(String path, String namespace) {
    String item =
        """
        {"apiVersion": "etcdbackup.dev/v1alpha1", "kind": "EtcdBackupSchedule",
         "metadata": {"name": "%1$s", "namespace": "%1$s", "uid": "%1$s", "resourceVersion": "1", "generation": 1},
         "spec": {"etcd": {"endpoints": ["http://a:2379"]}, "schedule": {"intervalSeconds": 3600},
                  "store": {"bucket": "b", "endpoint": "http://rgw:8080"}}}
        """
            .formatted(namespace);
    return "{\"kind\": \"List\", \"apiVersion\": \"v1\", \"metadata\": {\"resourceVersion\": \"1\"}, \"items\": ["
        + (path.endsWith("/etcdbackupschedules") ? item : "")
        + "]}";
  }

  private static void answer(HttpExchange exchange, int code, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
