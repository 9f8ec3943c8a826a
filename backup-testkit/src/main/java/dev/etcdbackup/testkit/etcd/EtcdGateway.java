package dev.etcdbackup.testkit.etcd;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/** A client of etcd's JSON gateway, with the requests that tests need. Thread-safe. */
final class EtcdGateway {
  private static final int TIMEOUT_MILLIS = 10_000;

  // The position of spaces in the JSON of 3.5 differs between builds on purpose.
  private static final Pattern MEMBER =
      Pattern.compile("\\{\\s*\"ID\"\\s*:\\s*\"(\\d+)\"\\s*,\\s*\"name\"\\s*:\\s*\"([^\"]*)\"");

  private final URI endpoint;
  private final @Nullable EtcdCertificates certificates;
  private volatile @Nullable String credentials; // of root, as JSON
  private volatile @Nullable String token;

  EtcdGateway(URI endpoint, @Nullable EtcdCertificates certificates) {
    this.endpoint = endpoint;
    this.certificates = certificates;
  }

  void put(byte[] key, byte[] value) throws IOException {
    post("/v3/kv/put", "{\"key\":\"" + base64(key) + "\",\"value\":\"" + base64(value) + "\"}");
  }

  String status() throws IOException {
    return post("/v3/maintenance/status", "{}");
  }

  String version() throws IOException {
    return field("etcdserver", call("/version", null, null))
        .orElseThrow(() -> new IOException(endpoint + " reports no version"));
  }

  /** Returns the id of the member with this name, if the answering member knows it. */
  Optional<String> memberId(String name) throws IOException {
    String members = post("/v3/cluster/member/list", "{}");
    Matcher member = MEMBER.matcher(members);
    while (member.find()) {
      if (member.group(2).equals(name)) {
        return Optional.of(member.group(1));
      }
    }
    return Optional.empty();
  }

  /** Adds a learner and returns its id. */
  String addLearner(URI peer) throws IOException {
    String answer =
        post("/v3/cluster/member/add", "{\"peerURLs\":[\"" + peer + "\"],\"isLearner\":true}");
    return field("ID", answer).orElseThrow(() -> new IOException("no member id in " + answer));
  }

  void addUser(String name, String password, String role) throws IOException {
    post("/v3/auth/user/add", user(name, password));
    post("/v3/auth/user/grant", "{\"user\":" + quoted(name) + ",\"role\":" + quoted(role) + "}");
  }

  /** Adds a role that may read and write every key, and nothing more. */
  void addRole(String role) throws IOException {
    post("/v3/auth/role/add", "{\"name\":" + quoted(role) + "}");
    String everything = base64(new byte[1]);
    post(
        "/v3/auth/role/grant",
        "{\"name\":"
            + quoted(role)
            + ",\"perm\":{\"permType\":\"READWRITE\",\"key\":\""
            + everything
            + "\",\"range_end\":\""
            + everything
            + "\"}}");
  }

  /** Enables authentication. */
  void enableAuthentication(String rootPassword) throws IOException {
    addUser("root", rootPassword, "root");
    post("/v3/auth/enable", "{}");
  }

  /** Sends all further requests as root. */
  void loginAsRoot(String rootPassword) {
    credentials = user("root", rootPassword);
  }

  /** Returns a field of an answer, a text or a number. */
  static Optional<String> field(String name, String json) {
    Matcher field = Pattern.compile("\"" + name + "\"\\s*:\\s*\"?([^\",}]*)").matcher(json);
    return field.find() ? Optional.of(field.group(1)) : Optional.empty();
  }

  private String post(String path, String body) throws IOException {
    String root = credentials;
    if (root == null) {
      return call(path, body, null);
    }
    String known = token;
    if (known != null) {
      try {
        return call(path, body, known);
      } catch (RefusedException e) {
        if (!e.isOfToken()) { // nothing else is repeated: a put may be done
          throw e;
        }
        // Tokens do not survive a restart: repeat the request with a new one.
      }
    }
    token = field("token", call("/v3/auth/authenticate", root, null)).orElse("");
    return call(path, body, token);
  }

  private String call(String path, @Nullable String body, @Nullable String authorization)
      throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) endpoint.resolve(path).toURL().openConnection(Proxy.NO_PROXY);
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    if (connection instanceof HttpsURLConnection secure && certificates != null) {
      secure.setSSLSocketFactory(certificates.clientContext().getSocketFactory());
    }
    if (authorization != null) {
      connection.setRequestProperty("Authorization", authorization);
    }
    if (body != null) {
      connection.setDoOutput(true);
      connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    }
    if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
      throw new RefusedException(endpoint.resolve(path), text(connection.getErrorStream()));
    }
    return text(connection.getInputStream());
  }

  /** etcd answered, and did not do what it was asked for. */
  private static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String answer;

    RefusedException(URI request, String answer) {
      super(request + ": " + answer);
      this.answer = answer;
    }

    /** Whether the token or its revision is not valid any more. */
    boolean isOfToken() {
      return answer.contains("auth");
    }
  }

  private static String text(@Nullable InputStream stream) throws IOException {
    if (stream == null) {
      return "no answer";
    }
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }

  private static String user(String name, String password) {
    return "{\"name\":" + quoted(name) + ",\"password\":" + quoted(password) + "}";
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
