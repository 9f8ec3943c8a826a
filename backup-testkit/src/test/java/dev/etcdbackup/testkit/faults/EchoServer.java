package dev.etcdbackup.testkit.faults;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers each request with its own body, and remembers what it got. */
final class EchoServer implements AutoCloseable {
  static final String TAGS = "<R><ETag>\"one\"</ETag><ETag>\"two\"</ETag></R>";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  final List<String> heard = new CopyOnWriteArrayList<>();

  EchoServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  int port() {
    return server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      heard.add(exchange.getRequestMethod() + ' ' + exchange.getRequestURI() + ' ' + body);
      exchange.getResponseHeaders().set("ETag", "\"one\"");
      boolean xml = exchange.getRequestURI().getQuery() != null;
      if (xml) {
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
      }
      byte[] reply = (xml ? TAGS : body).getBytes(StandardCharsets.UTF_8);
      boolean chunked = exchange.getRequestURI().getPath().contains("chunked");
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(200, head ? -1 : chunked ? 0 : reply.length);
      if (!head) {
        exchange.getResponseBody().write(reply);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /** A client that does nothing of its own accord: neither repeats nor mends. */
  static final class Client implements AutoCloseable {
    final Socket socket;

    Client(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(30_000);
    }

    Client send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      return this;
    }

    /** One request, the last of its connection. */
    Client request(String line, String body) throws IOException {
      return send(
          line
              + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
    }

    /** All that comes until the end. */
    String receive() throws IOException {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
