package dev.etcdbackup.etcd;

import java.net.URI;
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
    if (endpoint.getRawUserInfo() != null) {
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

  private static IllegalArgumentException bad(String shown) {
    return new IllegalArgumentException(
        "etcd endpoint "
            + shown
            + " must be http://HOST:PORT or https://HOST:PORT, http://127.0.0.1:2379 say");
  }
}
