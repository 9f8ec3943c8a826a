package dev.etcdbackup.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An S3 server with two backups of a project and uploads that were begun years ago. */
final class AgedS3 implements AutoCloseable {
  private static final String OBJECTS =
      """
      <ListBucketResult><Name>b-1</Name><IsTruncated>false</IsTruncated><KeyCount>2</KeyCount>
      <Contents><Key>p/e_v1_2020-02-01-00:00:00</Key><Size>0</Size><ETag>"e"</ETag>
      <LastModified>2020-02-01T00:00:00.000Z</LastModified></Contents>
      <Contents><Key>p/e_v2_2020-02-02-00:00:00</Key><Size>0</Size><ETag>"e"</ETag>
      <LastModified>2020-02-02T00:00:00.000Z</LastModified></Contents></ListBucketResult>
      """;
  private static final String DELETED =
      "<DeleteResult><Deleted><Key>p/e_v1_2020-02-01-00:00:00</Key></Deleted></DeleteResult>";
  private static final String NO_LOCK =
      "<Error><Code>ObjectLockConfigurationNotFoundError</Code></Error>";

  private final HttpServer server;
  private final List<String> aborted = new CopyOnWriteArrayList<>();
  private final AtomicInteger deletes = new AtomicInteger();
  private volatile int refusal = 200;
  private volatile String unreadable = "";

  AgedS3() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/b-1", this::answer);
    server.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** From now on the list of uploads is refused with this status. */
  void refuseUploads(int status) {
    refusal = status;
  }

  /** From now on the list has an object more, with a key that makes no XML. */
  void addUnreadableKey() {
    unreadable =
        """
        <Contents><Key>p/a&#x1;b</Key><Size>0</Size><ETag>"e"</ETag>
        <LastModified>2020-02-02T00:00:00.000Z</LastModified></Contents>
        """;
  }

  /** How many requests to delete objects came. */
  int deletes() {
    return deletes.get();
  }

  /** The keys whose upload was aborted. */
  List<String> aborted() {
    return aborted;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      String query = "&" + exchange.getRequestURI().getQuery();
      switch (exchange.getRequestMethod()) {
        case "HEAD" -> exchange.sendResponseHeaders(404, -1);
        case "POST" -> {
          deletes.incrementAndGet();
          send(exchange, 200, DELETED);
        }
        case "DELETE" -> {
          aborted.add(exchange.getRequestURI().getPath().substring("/b-1/".length()));
          exchange.sendResponseHeaders(204, -1);
        }
        default -> {
          if (query.contains("&object-lock")) {
            send(exchange, 404, NO_LOCK);
          } else if (query.contains("&uploads")) {
            send(exchange, refusal, uploads());
          } else if (query.contains(".etcd-backup")) {
            send(exchange, 200, "<ListBucketResult><Name>b-1</Name></ListBucketResult>");
          } else {
            send(exchange, 200, OBJECTS.replace("<KeyCount>", unreadable + "<KeyCount>"));
          }
        }
      }
    }
  }

  private String uploads() {
    if (refusal != 200) {
      String code = refusal == 403 ? "AccessDenied" : "NotImplemented";
      return "<Error><Code>" + code + "</Code></Error>";
    }
    StringBuilder list = new StringBuilder("<ListMultipartUploadsResult>");
    for (String key : List.of("p/by-hand", "p/e_v3_2020-02-03-00:00:00")) {
      if (!aborted.contains(key)) {
        list.append("<Upload><Key>").append(key).append("</Key><UploadId>u-1</UploadId>");
        list.append("<Initiated>2020-02-03T00:00:01.000Z</Initiated></Upload>");
      }
    }
    return list.append("<IsTruncated>false</IsTruncated></ListMultipartUploadsResult>").toString();
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/xml");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
