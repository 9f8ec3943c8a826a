package dev.etcdbackup.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.etcdbackup.coverage.Coverage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /metrics} and {@code /coverage} over HTTP, without authentication. Up to 16 threads
 * answer. Coverage lists the whole store, so one thread at a time does that, and an answer is
 * cached for ten seconds. The others wait for it up to 30 seconds; then they answer with the one
 * before it, or with 503. So a store that does not answer leaves threads for the metrics. A client
 * that does not send its whole request within ten seconds is disconnected, and so is one that has
 * not taken its whole answer a minute after that was begun.
 */
final class StatusServer implements AutoCloseable {
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int THREADS = 16;

  /** Of the JDK's server, in seconds; by default it waits without an end. */
  private static final String REQUEST_TIME = "sun.net.httpserver.maxReqTime";

  private final HttpServer server;
  private final ExecutorService threads;
  private final Supplier<String> metrics;
  private final Supplier<Coverage> coverageNow;
  private final Duration coveragePatience;
  private final AnswerLimit answers;
  private final ReentrantLock computing = new ReentrantLock();
  private volatile @Nullable Coverage cached; // written with the lock
  private long cachedAt; // guarded by the lock

  private StatusServer(
      HttpServer server,
      Supplier<String> metrics,
      Supplier<Coverage> coverageNow,
      Duration coveragePatience,
      Duration answerLimit) {
    this.server = server;
    this.answers = new AnswerLimit(answerLimit);
    this.coveragePatience = coveragePatience;
    this.metrics = metrics;
    this.coverageNow = coverageNow;
    this.threads = threads();
  }

  private static ExecutorService threads() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, "status");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** Begins to listen; the system chooses the port when it is 0. */
  static StatusServer start(
      InetSocketAddress address, Supplier<String> metrics, Supplier<Coverage> coverage)
      throws UsageException {
    return start(address, metrics, coverage, Duration.ofSeconds(30), Duration.ofMinutes(1));
  }

  /**
   * The same with other times: to wait for the coverage that is being computed, and to write an
   * answer.
   */
  static StatusServer start(
      InetSocketAddress address,
      Supplier<String> metrics,
      Supplier<Coverage> coverage,
      Duration coveragePatience,
      Duration answerLimit)
      throws UsageException {
    if (System.getProperty(REQUEST_TIME) == null) {
      String unused = System.setProperty(REQUEST_TIME, "10");
    }
    HttpServer server;
    try {
      server = HttpServer.create(address, 16);
    } catch (IOException e) {
      throw new UsageException("listen: cannot listen on " + text(address) + ": " + e.getMessage());
    }
    StatusServer status =
        new StatusServer(server, metrics, coverage, coveragePatience, answerLimit);
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
    answers.close();
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
    if (coverage == null) {
      send(exchange, 503, "text/plain", "the store is still being listed; try again later\n");
    } else if (json) {
      send(exchange, 200, "application/json", coverage.json());
    } else {
      send(exchange, 200, "text/html", coverage.page());
    }
  }

  /** The coverage; null when there is none yet and another thread does not get it. */
  private @Nullable Coverage coverage() {
    try {
      if (!computing.tryLock(coveragePatience.toMillis(), TimeUnit.MILLISECONDS)) {
        return cached;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return cached;
    }
    try {
      Coverage known = cached;
      if (known == null || System.nanoTime() - cachedAt > FRESH_NANOS) {
        known = coverageNow.get();
        cached = known;
        cachedAt = System.nanoTime();
      }
      return known;
    } finally {
      computing.unlock();
    }
  }

  private static boolean wantsJson(HttpExchange exchange) {
    String accept =
        String.join(",", exchange.getRequestHeaders().getOrDefault("Accept", List.of()));
    return accept.contains("application/json") && !accept.contains("text/html");
  }

  private void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    var headers = exchange.getResponseHeaders();
    headers.set("Content-Type", type + "; charset=utf-8");
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    headers.set("Vary", "Accept");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    answers.write(
        () -> {
          exchange.sendResponseHeaders(status, head ? -1 : body.length);
          if (!head) {
            exchange.getResponseBody().write(body);
          }
        });
  }

  /** An address as a URL has it. */
  static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
