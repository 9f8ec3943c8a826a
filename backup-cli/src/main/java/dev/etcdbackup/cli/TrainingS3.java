package dev.etcdbackup.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * An S3 server in this process for {@link ArchiveTraining}: it lists one backup, and takes one
 * upload in parts, whose bytes it does not keep.
 */
final class TrainingS3 implements Closeable {
  /** The key of the backup that it lists. */
  static final String KEY = "none/etcd.backup_v1_2020-01-01-00:00:00";

  private static final String MARK = "x-amz-meta-etcd-backup-upload";
  private static final String LISTING =
      """
      <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>none</Name><Prefix></Prefix>\
      <MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>\
      %s</ListBucketResult>\
      """;
  private static final String OBJECT =
      """
      <Contents><Key>%s</Key><LastModified>2020-01-01T00:00:00.000Z</LastModified>\
      <ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass>\
      <Owner><ID>none</ID><DisplayName>none</DisplayName></Owner></Contents>\
      """
          .formatted(KEY);
  private static final String MISSING =
      """
      <Error><Code>NoSuchKey</Code><BucketName>none</BucketName><RequestId>none</RequestId></Error>\
      """;
  private static final String BEGUN =
      """
      <InitiateMultipartUploadResult><Bucket>none</Bucket><Key>none</Key><UploadId>1</UploadId>\
      </InitiateMultipartUploadResult>\
      """;
  private static final String COMPLETE =
      """
      <CompleteMultipartUploadResult><Bucket>none</Bucket><Key>none</Key><ETag>&quot;1-2&quot;</ETag>\
      </CompleteMultipartUploadResult>\
      """;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile @Nullable String mark; // of the upload
  private volatile boolean complete;
  private long received; // bytes of parts; guarded by this

  private TrainingS3(HttpServer server) {
    this.server = server;
  }

  /** Starts one on a port that the system chooses, on the loopback address. */
  static TrainingS3 start() throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    TrainingS3 started = new TrainingS3(HttpServer.create(any, 0));
    started.server.createContext("/", started::answer);
    started.server.setExecutor(started.threads);
    started.server.start();
    return started;
  }

  /** HOST:PORT. */
  String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String query = Objects.requireNonNullElse(exchange.getRequestURI().getQuery(), "");
      exchange.getResponseHeaders().add("Content-Type", "application/xml");
      exchange.getResponseHeaders().add("x-amz-request-id", "none");
      switch (exchange.getRequestMethod()) {
        case "HEAD" -> head(exchange);
        case "POST" -> post(exchange, query);
        case "PUT" -> put(exchange);
        default -> get(exchange, query);
      }
    }
  }

  private static void get(HttpExchange exchange, String query) throws IOException {
    if (!query.contains("list-type=2")) {
      send(exchange, 404, MISSING);
      return;
    }
    String prefix = query.replaceFirst("^(.*&)?prefix=", "").replaceFirst("&.*", "");
    send(exchange, 200, LISTING.formatted(KEY.startsWith(prefix) ? OBJECT : ""));
  }

  private synchronized void head(HttpExchange exchange) throws IOException {
    if (!complete) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    exchange.getResponseHeaders().add("Content-Length", Long.toString(received));
    exchange.getResponseHeaders().add("Last-Modified", "Wed, 01 Jan 2020 00:00:00 GMT");
    exchange.getResponseHeaders().add("ETag", "\"1-2\"");
    exchange.getResponseHeaders().add(MARK, mark);
    exchange.sendResponseHeaders(200, -1);
  }

  private void post(HttpExchange exchange, String query) throws IOException {
    exchange.getRequestBody().readAllBytes();
    boolean begins = query.contains("uploads");
    if (begins) {
      mark = exchange.getRequestHeaders().getFirst(MARK);
    }
    complete = !begins;
    send(exchange, 200, begins ? BEGUN : COMPLETE);
  }

  private void put(HttpExchange exchange) throws IOException {
    long count;
    try (InputStream body = exchange.getRequestBody()) {
      count = body.transferTo(OutputStream.nullOutputStream());
    }
    synchronized (this) {
      received += count;
    }
    exchange.getResponseHeaders().add("ETag", "\"1\"");
    exchange.sendResponseHeaders(200, -1);
  }

  private static void send(HttpExchange exchange, int status, String xml) throws IOException {
    byte[] body =
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + xml).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, 0); // in chunks, as RGW does
    exchange.getResponseBody().write(body);
  }
}
