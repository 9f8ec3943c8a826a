package com.example.inventory;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/** The application, with the HTTP server of the JDK; it backs up for as long as it runs. */
public final class Application {
  private static final String PATH = "/backups";

  private Application() {}

  public static void main(String[] args) throws IOException {
    Backups backups = Backups.fromEnvironment();
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext(PATH, exchange -> answer(exchange, backups));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.stop(1);
                  backups.close();
                }));
    backups.start();
    server.start();
  }

  private static void answer(HttpExchange exchange, Backups backups) throws IOException {
    try (exchange) {
      byte[] body = body(exchange, backups);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } catch (ExecutionException | InterruptedException e) {
      exchange.sendResponseHeaders(500, -1);
    }
  }

  private static byte[] body(HttpExchange exchange, Backups backups)
      throws IOException, ExecutionException, InterruptedException {
    String path = exchange.getRequestURI().getPath();
    if (path.length() > PATH.length()) {
      return backups.download(path.substring(PATH.length() + 1));
    }
    String text = exchange.getRequestMethod().equals("POST") ? backups.backUpNow() : backups.list();
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
