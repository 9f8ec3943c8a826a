package dev.etcdbackup.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.etcdbackup.coverage.Coverage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /metrics} and {@code /coverage} over HTTP, without authentication. Two threads
 * answer. Coverage lists the whole store, so an answer is cached for ten seconds.
 */
final class StatusServer implements AutoCloseable {
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final HttpServer server;
  private final ExecutorService threads;
  private final Supplier<String> metrics;
  private final Supplier<Coverage> coverageNow;
  private @Nullable Coverage cached; // guarded by this
  private long cachedAt; // guarded by this

  private StatusServer(
      HttpServer server, Supplier<String> metrics, Supplier<Coverage> coverageNow) {
    this.server = server;
    this.metrics = metrics;
    this.coverageNow = coverageNow;
    this.threads =
        Executors.newFixedThreadPool(
            2,
            work -> {
              Thread thread = new Thread(work, "status");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Begins to listen; the system chooses the port when it is 0. */
  static StatusServer start(
      InetSocketAddress address, Supplier<String> metrics, Supplier<Coverage> coverage)
      throws UsageException {
    HttpServer server;
    try {
      server = HttpServer.create(address, 16);
    } catch (IOException e) {
      throw new UsageException("listen: cannot listen on " + text(address) + ": " + e.getMessage());
    }
    StatusServer status = new StatusServer(server, metrics, coverage);
    server.createContext("/", status::answer);
    server.setExecutor(status.threads);
    server.start();
    return status;
  }

  /** Where it listens, {@code 127.0.0.1:9180}. */
  String address() {
    return text(server.getAddress());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        send(exchange, 405, "text/plain", "only GET and HEAD\n");
        return;
      }
      switch (exchange.getRequestURI().getPath()) {
        case "/metrics" -> send(exchange, 200, "text/plain; version=0.0.4", metrics.get());
        case "/coverage" -> coverage(exchange, wantsJson(exchange));
        case "/coverage.json" -> coverage(exchange, true);
        default -> send(exchange, 404, "text/plain", "there are /metrics and /coverage\n");
      }
    }
  }

  private void coverage(HttpExchange exchange, boolean json) throws IOException {
    Coverage coverage = coverage();
    if (json) {
      send(exchange, 200, "application/json", coverage.json());
    } else {
      send(exchange, 200, "text/html", coverage.page());
    }
  }

  private synchronized Coverage coverage() {
    long now = System.nanoTime();
    if (cached == null || now - cachedAt > FRESH_NANOS) {
      cached = coverageNow.get();
      cachedAt = System.nanoTime();
    }
    return cached;
  }

  private static boolean wantsJson(HttpExchange exchange) {
    String accept =
        String.join(",", exchange.getRequestHeaders().getOrDefault("Accept", List.of()));
    return accept.contains("application/json") && !accept.contains("text/html");
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    var headers = exchange.getResponseHeaders();
    headers.set("Content-Type", type + "; charset=utf-8");
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    headers.set("Vary", "Accept");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  /** An address as a URL has it. */
  static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
