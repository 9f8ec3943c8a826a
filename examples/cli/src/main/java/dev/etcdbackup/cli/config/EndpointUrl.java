package dev.etcdbackup.cli.config;

import java.net.URI;
import java.net.URISyntaxException;

/** The address of a server: {@code http://HOST[:PORT]} or {@code https://HOST[:PORT]}. */
public final class EndpointUrl {
  private EndpointUrl() {}

  /**
   * Reads an address.
   *
   * @param text the text
   * @return the address
   * @throws IllegalArgumentException when it is not http or https, has no host, or has a user, a
   *     path, a query or a fragment. The message does not repeat a user or password
   */
  public static URI parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) { // not kept as the cause: it repeats the text
      throw new IllegalArgumentException("a URL cannot be read: " + e.getReason());
    }
    if (uri.getRawUserInfo() != null || text.contains("@")) {
      throw new IllegalArgumentException("a URL must not hold a user or password");
    }
    String scheme = uri.getScheme();
    boolean server =
        ("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))
            && uri.getHost() != null
            && (uri.getPort() == -1 || (uri.getPort() >= 1 && uri.getPort() <= 65535));
    boolean bare =
        (uri.getRawPath() == null || uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null;
    if (!server || !bare) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a server; write http://HOST:PORT or https://HOST:PORT");
    }
    return uri;
  }
}
