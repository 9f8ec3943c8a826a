package dev.etcdbackup.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A small S3 server in memory, with one bucket {@code b}, that can be given the peculiarities which
 * servers other than AWS were seen to have.
 */
final class PeculiarS3 implements AutoCloseable {
  static final AwsCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b"));

  private static final String ALGORITHM = "x-amz-server-side-encryption-customer-algorithm";

  /** The objects by their key. */
  final Map<String, byte[]> objects = new ConcurrentHashMap<>();

  /** The unfinished uploads by their key, and when the server says that they were begun. */
  final Map<String, Instant> uploads = new ConcurrentHashMap<>();

  /** Method and path of each request, the query after it where there is one. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  /** Whether the server encrypts with the customer's key, and says so. */
  volatile boolean customerKeys = true;

  /** Whether headers that the server does not know are kept and shown again, as gofakes3 does. */
  volatile boolean keepsHeaders;

  /** Whether If-Match is ignored, as gofakes3 does. */
  volatile boolean ignoresIfMatch;

  /** The element of a listing that names the bucket. */
  volatile String nameElement = "<Name>b</Name>";

  /** Whether the encoded list of uploads does not say that it is encoded, as RGW 16's. */
  volatile boolean silentEncoding;

  /** Whether uploads are found by the exact key alone, or without a prefix, as MinIO does. */
  volatile boolean prefixOfUploadsIsKey;

  /** Whether PutObjectRetention is answered and does nothing, as S3Mock does. */
  volatile boolean locksIgnored;

  /** What is stored in front of each body, as servers do that take chunk framing for content. */
  volatile String framing = "";

  /** Whether lists encode keys when asked to, without which some keys make no XML. */
  volatile boolean encodes = true;

  /** How many objects a list shows at once. */
  volatile int pageSize = 1000;

  private final Map<String, String> metadata = new ConcurrentHashMap<>();
  private final Set<String> encrypted = ConcurrentHashMap.newKeySet();
  private final Map<String, Refusal> refusals = new ConcurrentHashMap<>();
  private final HttpServer server;

  /** An answer instead of the usual one. */
  record Refusal(int status, String code, String message) {}

  PeculiarS3() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** A client of {@link S3Clients}, to be closed by the caller. */
  S3Client client() {
    return S3Clients.forRgw(endpoint()).credentials(CREDENTIALS).build();
  }

  /** Refuses requests with this method whose query contains a text. */
  void refuse(String method, String query, int status, String code, String message) {
    refusals.put(method + " " + query, new Refusal(status, code, message));
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String query = String.valueOf(exchange.getRequestURI().getQuery());
      String method = exchange.getRequestMethod();
      String path = exchange.getRequestURI().getPath();
      requests.add(method + " " + path + (query.equals("null") ? "" : "?" + query));
      for (Map.Entry<String, Refusal> one : refusals.entrySet()) {
        String[] which = one.getKey().split(" ", 2);
        if (method.equals(which[0]) && query.contains(which[1])) {
          refuse(exchange, one.getValue());
          return;
        }
      }
      String key = path.length() > 3 ? path.substring(3) : "";
      switch (method) {
        case "HEAD" -> head(exchange, key);
        case "PUT" -> put(exchange, key, query, body);
        case "POST" -> post(exchange, key, query);
        case "DELETE" -> delete(exchange, key, query);
        default -> get(exchange, key, query);
      }
    }
  }

  private void refuse(HttpExchange exchange, Refusal refusal) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(refusal.status(), -1);
      return;
    }
    String error =
        "<Error><Code>%s</Code><Message>%s</Message></Error>"
            .formatted(refusal.code(), refusal.message());
    send(exchange, refusal.status(), error);
  }

  private void head(HttpExchange exchange, String key) throws IOException {
    byte[] object = objects.get(key);
    if (object == null) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    if (encrypted.contains(key) && !keepsHeaders && !hasKey(exchange)) {
      exchange.sendResponseHeaders(400, -1);
      return;
    }
    if (encrypted.contains(key)) {
      exchange.getResponseHeaders().add(ALGORITHM, "AES256");
    }
    exchange.getResponseHeaders().add("ETag", eTag(object));
    exchange.getResponseHeaders().add("Last-Modified", "Mon, 03 Feb 2020 20:45:48 GMT");
    exchange.getResponseHeaders().add("Content-Length", "" + object.length);
    exchange
        .getResponseHeaders()
        .add("x-amz-meta-etcd-backup-upload", metadata.getOrDefault(key, ""));
    exchange.sendResponseHeaders(200, -1);
  }

  private void put(HttpExchange exchange, String key, String query, byte[] body)
      throws IOException {
    if (query.contains("retention")) {
      send(exchange, locksIgnored ? 200 : 501, "");
      return;
    }
    if (!query.contains("partNumber")) {
      objects.put(key, (framing + new String(body, ISO_8859_1)).getBytes(ISO_8859_1));
      remember(exchange, key);
      if (customerKeys && hasKey(exchange)) {
        encrypted.add(key);
      } else {
        encrypted.remove(key);
      }
    }
    echo(exchange);
    exchange.getResponseHeaders().add("ETag", "\"e\"");
    exchange.sendResponseHeaders(200, -1);
  }

  private void post(HttpExchange exchange, String key, String query) throws IOException {
    if (query.startsWith("uploads")) {
      uploads.put(key, Instant.now());
      remember(exchange, key);
      send(
          exchange,
          200,
          "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
    } else {
      send(exchange, 200, "<DeleteResult/>");
    }
  }

  private void delete(HttpExchange exchange, String key, String query) throws IOException {
    if (query.contains("uploadId")) {
      uploads.remove(key);
    } else {
      objects.remove(key);
    }
    exchange.sendResponseHeaders(204, -1);
  }

  /** Answers a request for the whole object, as far as its range is that. */
  private void object(HttpExchange exchange, byte[] object) throws IOException {
    String wanted = exchange.getRequestHeaders().getFirst("If-Match");
    if (wanted != null && !wanted.equals(eTag(object)) && !ignoresIfMatch) {
      refuse(exchange, new Refusal(412, "PreconditionFailed", "no"));
      return;
    }
    exchange.getResponseHeaders().add("ETag", eTag(object));
    exchange.sendResponseHeaders(206, object.length);
    exchange.getResponseBody().write(object);
  }

  private static String eTag(byte[] object) {
    return "\"e" + Arrays.hashCode(object) + "\"";
  }

  private static boolean hasKey(HttpExchange exchange) {
    return exchange.getRequestHeaders().getFirst(ALGORITHM) != null;
  }

  private void get(HttpExchange exchange, String key, String query) throws IOException {
    if (query.contains("object-lock")) {
      send(exchange, 404, "<Error><Code>ObjectLockConfigurationNotFoundError</Code></Error>");
    } else if (query.startsWith("uploads")) {
      send(exchange, 200, listOfUploads(query));
    } else if (query.contains("list-type")) {
      send(exchange, 200, listOfObjects(query));
    } else if (objects.get(key) != null) {
      object(exchange, objects.get(key));
    } else {
      send(exchange, 404, "<Error><Code>NoSuchKey</Code></Error>");
    }
  }

  private String listOfObjects(String query) {
    boolean encoded = encodes && query.contains("encoding-type=url");
    StringBuilder list = new StringBuilder("<ListBucketResult>").append(nameElement);
    if (encoded) {
      list.append("<EncodingType>url</EncodingType>");
    }
    String prefix = query.replaceFirst(".*prefix=([^&]*).*|.*", "$1");
    String token = query.replaceFirst(".*continuation-token=([^&]*).*|.*", "$1");
    int first = token.isEmpty() ? 0 : Integer.parseInt(token);
    List<String> keys =
        new TreeMap<>(objects).keySet().stream().filter(key -> key.startsWith(prefix)).toList();
    int end = (int) Math.min(keys.size(), (long) first + pageSize);
    keys.subList(first, end)
        .forEach(
            key -> {
              byte[] bytes = objects.get(key);
              list.append("<Contents><Key>")
                  .append(encoded ? URLEncoder.encode(key, UTF_8) : key)
                  .append("</Key><Size>")
                  .append(bytes.length)
                  .append("</Size><LastModified>2020-02-03T20:45:48.000Z</LastModified>")
                  .append("<ETag>")
                  .append(eTag(bytes))
                  .append("</ETag></Contents>");
            });
    if (end < keys.size()) {
      list.append("<NextContinuationToken>" + end + "</NextContinuationToken>");
    }
    return list.append("<IsTruncated>" + (end < keys.size()) + "</IsTruncated></ListBucketResult>")
        .toString();
  }

  private String listOfUploads(String query) {
    boolean encoded = encodes && query.contains("encoding-type=url");
    String prefix = query.replaceFirst(".*prefix=([^&]*).*|.*", "$1");
    StringBuilder list = new StringBuilder("<ListMultipartUploadsResult>");
    if (encoded && !silentEncoding) {
      list.append("<EncodingType>url</EncodingType>");
    }
    new TreeMap<>(uploads)
        .forEach(
            (key, begun) -> {
              if (prefixOfUploadsIsKey
                  ? prefix.isEmpty() || prefix.equals(key)
                  : key.startsWith(prefix)) {
                list.append("<Upload><Key>")
                    .append(encoded ? URLEncoder.encode(key, UTF_8) : key)
                    .append("</Key><UploadId>u</UploadId><Initiated>")
                    .append(begun)
                    .append("</Initiated></Upload>");
              }
            });
    return list.append("<IsTruncated>false</IsTruncated></ListMultipartUploadsResult>").toString();
  }

  private void remember(HttpExchange exchange, String key) {
    String mark = exchange.getRequestHeaders().getFirst("x-amz-meta-etcd-backup-upload");
    metadata.put(key, mark == null ? "" : mark);
  }

  /** Confirms the customer's key. */
  private void echo(HttpExchange exchange) {
    String algorithm = exchange.getRequestHeaders().getFirst(ALGORITHM);
    if (customerKeys && algorithm != null) {
      exchange.getResponseHeaders().add(ALGORITHM, algorithm);
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/xml");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
