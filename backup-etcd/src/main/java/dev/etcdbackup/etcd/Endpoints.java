package dev.etcdbackup.etcd;

import java.net.URI;
import java.util.List;
import java.util.Objects;

/** Checks the addresses of members. */
final class Endpoints {
  private Endpoints() {}

  static URI parse(String text) {
    try {
      return require(URI.create(text));
    } catch (IllegalArgumentException e) {
      throw bad(text.contains("@") ? "(hidden: it holds a user)" : text);
    }
  }

  /**
   * Hands through what is an address.
   *
   * @throws IllegalArgumentException when it is none, naming it without a user in it
   */
  static URI require(URI endpoint) {
    boolean http =
        "http".equalsIgnoreCase(endpoint.getScheme())
            || "https".equalsIgnoreCase(endpoint.getScheme());
    if (endpoint.toString().contains("@")) { // a host that is none hides the user in the authority
      throw bad("(hidden: it holds a user)");
    }
    boolean bare =
        Objects.requireNonNullElse(endpoint.getRawPath(), "").matches("/?")
            && endpoint.getRawQuery() == null
            && endpoint.getRawFragment() == null;
    if (!http || endpoint.getHost() == null || endpoint.getPort() < 1 || !bare) {
      throw bad(endpoint.toString());
    }
    return endpoint;
  }

  /**
   * Whether addresses that one client is to use are all {@code https}.
   *
   * @throws IllegalArgumentException when some are and some are not
   */
  static boolean areTls(List<URI> endpoints) {
    long tls = endpoints.stream().filter(one -> "https".equalsIgnoreCase(one.getScheme())).count();
    if (tls != 0 && tls != endpoints.size()) {
      throw new IllegalArgumentException(
          "etcd endpoints must be all http:// or all https://, not " + endpoints);
    }
    return tls != 0;
  }

  private static IllegalArgumentException bad(String shown) {
    return new IllegalArgumentException(
        "etcd endpoint "
            + shown
            + " must be http://HOST:PORT or https://HOST:PORT, http://127.0.0.1:2379 say");
  }
}
