package dev.etcdbackup.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** As much of an S3 as one multipart upload needs; counts the bytes and forgets them. */
final class DiscardingS3 implements AutoCloseable {
  private static final String MARK = "x-amz-meta-etcd-backup-upload";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger parts = new AtomicInteger();
  private volatile String mark = "";
  private volatile boolean completed;

  DiscardingS3() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  long bytes() {
    return bytes.get();
  }

  int parts() {
    return parts.get();
  }

  boolean completed() {
    return completed;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    switch (exchange.getRequestMethod()) {
      case "HEAD" -> head(exchange);
      case "PUT" -> part(exchange);
      case "POST" -> {
        exchange.getRequestBody().readAllBytes();
        if (query.startsWith("uploads")) {
          mark = exchange.getRequestHeaders().getFirst(MARK);
          send(
              exchange,
              "<InitiateMultipartUploadResult><UploadId>1</UploadId>"
                  + "</InitiateMultipartUploadResult>");
        } else {
          completed = true;
          send(
              exchange,
              "<CompleteMultipartUploadResult><ETag></ETag>" + "</CompleteMultipartUploadResult>");
        }
      }
      default -> exchange.sendResponseHeaders(501, -1);
    }
    exchange.close();
  }

  private void head(HttpExchange exchange) throws IOException {
    if (!completed) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    exchange.getResponseHeaders().set("Content-Length", Long.toString(bytes.get()));
    exchange.getResponseHeaders().set("Last-Modified", "Sun, 22 Nov 2026 10:00:00 GMT");
    exchange.getResponseHeaders().set("ETag", "\"x\"");
    exchange.getResponseHeaders().set(MARK, mark);
    exchange.sendResponseHeaders(200, -1);
  }

  private void part(HttpExchange exchange) throws IOException {
    byte[] buffer = new byte[64 << 10];
    InputStream body = exchange.getRequestBody();
    for (int count; (count = body.read(buffer)) >= 0; ) {
      bytes.addAndGet(count);
    }
    parts.incrementAndGet();
    exchange.getResponseHeaders().set("ETag", "\"x\"");
    exchange.sendResponseHeaders(200, -1);
  }

  private static void send(HttpExchange exchange, String xml) throws IOException {
    byte[] text = xml.getBytes(UTF_8);
    exchange.sendResponseHeaders(200, text.length);
    exchange.getResponseBody().write(text);
  }
}
