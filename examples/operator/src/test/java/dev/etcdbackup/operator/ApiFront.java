package dev.etcdbackup.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * What stands between the operator and the API server: it allows the requests that some rules
 * grant, as RBAC does, and behaves as a test says. Custom resources are those of a real API server;
 * all other kinds are those of a mock.
 */
final class ApiFront implements AutoCloseable {
  private static final Set<String> COPIED = Set.of("accept", "content-type");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client;
  private final String custom;
  private final @Nullable String core;
  private final Set<String> used = new ConcurrentSkipListSet<>();
  private final Set<String> refused = new ConcurrentSkipListSet<>();
  private volatile @Nullable Set<String> granted;
  private volatile Behaviour behaviour = Call::pass;

  /** What becomes of a request that is allowed. */
  interface Behaviour {
    void handle(Call call) throws IOException, InterruptedException;
  }

  /**
   * Starts one that allows everything.
   *
   * @param custom the client of the API server of custom resources
   * @param core the client of the mock of all others; null when there is none
   */
  ApiFront(KubernetesClient custom, @Nullable KubernetesClient core) throws IOException {
    this.custom = address(custom);
    this.core = core == null ? null : address(core);
    try {
      this.client =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .sslContext(SSLUtils.sslContext(custom.getConfiguration()))
              .build();
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  private static String address(KubernetesClient client) {
    return client.getConfiguration().getMasterUrl().replaceAll("/$", "");
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Returns a client, to be closed by the caller, that does not try again by itself. */
  KubernetesClient client() {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(Config.empty())
                .withMasterUrl(url())
                .withRequestRetryBackoffLimit(0)
                .withWatchReconnectInterval(100)
                .build())
        .build();
  }

  /** Allows nothing but these, each as {@code GROUP/RESOURCE VERB}. */
  void allow(Set<String> rights) {
    granted = Set.copyOf(rights);
  }

  /** Sets what becomes of requests from now on. */
  void behave(Behaviour next) {
    behaviour = next;
  }

  /** What was asked for, each as {@code GROUP/RESOURCE VERB}. */
  Set<String> used() {
    return used;
  }

  /** What was asked for and not allowed. */
  Set<String> refused() {
    return refused;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if ("websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Upgrade"))) {
        exchange.sendResponseHeaders(503, -1); // then it watches without a WebSocket
        return;
      }
      Call call = new Call(exchange, exchange.getRequestBody().readAllBytes());
      String right = call.right();
      used.add(right);
      Set<String> rights = granted;
      if (rights != null && !rights.contains(right)) {
        refused.add(right);
        call.answer(403, "may not " + right);
        return;
      }
      behaviour.handle(call);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /** A request of the operator. */
  final class Call {
    private final HttpExchange exchange;
    private final byte[] body;

    private Call(HttpExchange exchange, byte[] body) {
      this.exchange = exchange;
      this.body = body;
    }

    String path() {
      return exchange.getRequestURI().getPath();
    }

    String query() {
      String query = exchange.getRequestURI().getQuery();
      return query == null ? "" : query;
    }

    String body() {
      return new String(body, UTF_8);
    }

    boolean isWatch() {
      return query().contains("watch=true");
    }

    boolean changes() {
      return !exchange.getRequestMethod().equals("GET");
    }

    /** {@code GROUP/RESOURCE VERB}, as RBAC has it. */
    String right() {
      List<String> path = List.of(path().split("/", -1));
      boolean named = path.get(1).equals("apis"); // a slash is ahead
      String group = named ? path.get(2) : "";
      int at = named ? 4 : 3;
      if (path.size() > at + 2 && path.get(at).equals("namespaces")) {
        at += 2;
      }
      boolean one = path.size() > at + 1;
      String resource = path.get(at) + (path.size() > at + 2 ? "/" + path.get(at + 2) : "");
      String verb =
          switch (exchange.getRequestMethod()) {
            case "GET" -> isWatch() ? "watch" : one ? "get" : "list";
            case "PUT" -> "update";
            case "POST" -> "create";
            case "DELETE" -> one ? "delete" : "deletecollection";
            default -> "patch";
          };
      return group + "/" + resource + " " + verb;
    }

    /** Has the API server answer. */
    void pass() throws IOException, InterruptedException {
      send(ask());
    }

    /** Has the API server do it, and returns the answer, which the operator does not have yet. */
    HttpResponse<InputStream> ask() throws IOException, InterruptedException {
      boolean isCustom = path().contains("coreos.com/") || path().contains("etcdbackup.dev/");
      String to = isCustom || core == null ? custom : core;
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(to + exchange.getRequestURI()))
              .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
      exchange
          .getRequestHeaders()
          .forEach(
              (name, values) -> {
                if (COPIED.contains(name.toLowerCase(java.util.Locale.ROOT))) {
                  values.forEach(value -> request.header(name, value));
                }
              });
      return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    void send(HttpResponse<InputStream> answer) throws IOException {
      answer
          .headers()
          .firstValue("Content-Type")
          .ifPresent(type -> exchange.getResponseHeaders().add("Content-Type", type));
      exchange.sendResponseHeaders(answer.statusCode(), 0);
      try (InputStream in = answer.body();
          OutputStream out = exchange.getResponseBody()) {
        byte[] buffer = new byte[8192];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          out.write(buffer, 0, n);
          out.flush(); // an event of a watch
        }
      }
    }

    /** Refuses it. */
    void answer(int code, String message) throws IOException {
      byte[] status =
          """
          {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": %d, "message": "%s"}
          """
              .formatted(code, message)
              .getBytes(UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(code, status.length);
      exchange.getResponseBody().write(status);
    }
  }
}
