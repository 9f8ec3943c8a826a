package dev.etcdbackup.etcd;

import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks the addresses of members, and takes them apart. */
final class Endpoints {
  /** A host name, underscores included as Docker Compose makes them, or an address; and a port. */
  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+(?:%(?:25)?[\\w.~-]+)?]|[\\w.-]+):([0-9]{1,5})");

  private Endpoints() {}

  static URI parse(String text) {
    try {
      return require(URI.create(text));
    } catch (IllegalArgumentException e) {
      throw bad(text.contains("@") ? "(hidden: it holds a user)" : text);
    }
  }

  /**
   * Returns an address unchanged.
   *
   * @throws IllegalArgumentException when it is none, naming it without a user in it
   */
  static URI require(URI endpoint) {
    boolean http = "http".equalsIgnoreCase(endpoint.getScheme()) || isTls(endpoint);
    if (endpoint.toString().contains("@")) { // a malformed host hides the user in the authority
      throw bad("(hidden: it holds a user)");
    }
    boolean bare =
        Objects.requireNonNullElse(endpoint.getRawPath(), "").matches("/?")
            && endpoint.getRawQuery() == null
            && endpoint.getRawFragment() == null;
    Matcher parts = parts(endpoint);
    if (!http || !bare || !parts.matches() || !isPort(parts.group(2))) {
      throw bad(endpoint.toString());
    }
    return endpoint;
  }

  static boolean isTls(URI endpoint) {
    return "https".equalsIgnoreCase(endpoint.getScheme());
  }

  /** The host name, or the address without brackets; what follows {@code %} is its zone. */
  static String host(URI endpoint) {
    String host = part(endpoint, 1);
    return host.startsWith("[")
        ? host.substring(1, host.length() - 1).replaceFirst("%25", "%")
        : host;
  }

  static int port(URI endpoint) {
    return Integer.parseInt(part(endpoint, 2));
  }

  /** What a server is asked for: host and port, without the zone, which means nothing to it. */
  static String authority(URI endpoint) {
    return part(endpoint, 1).replaceFirst("%[^\\]]*", "") + ":" + port(endpoint);
  }

  /**
   * Checks that addresses are all {@code http} or all {@code https}.
   *
   * @throws IllegalArgumentException when some are and some are not
   */
  static void requireOneScheme(List<URI> endpoints) {
    if (endpoints.stream().map(Endpoints::isTls).distinct().count() > 1) {
      throw new IllegalArgumentException(
          "etcd endpoints must be all http:// or all https://, not " + endpoints);
    }
  }

  private static String part(URI endpoint, int group) {
    Matcher parts = parts(endpoint);
    if (!parts.matches()) {
      throw new IllegalStateException(endpoint + " was not checked");
    }
    return parts.group(group);
  }

  private static Matcher parts(URI endpoint) {
    return AUTHORITY.matcher(Objects.requireNonNullElse(endpoint.getRawAuthority(), ""));
  }

  private static boolean isPort(String digits) {
    int port = Integer.parseInt(digits);
    return port >= 1 && port <= 65535;
  }

  private static IllegalArgumentException bad(String shown) {
    return new IllegalArgumentException(
        "etcd endpoint "
            + shown
            + " must be http://HOST:PORT or https://HOST:PORT, http://127.0.0.1:2379 say");
  }
}
