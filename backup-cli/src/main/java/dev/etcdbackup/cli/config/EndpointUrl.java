package dev.etcdbackup.cli.config;

import java.net.URI;
import java.net.URISyntaxException;

/** Addresses of servers: {@code http://HOST:PORT} or {@code https://HOST:PORT}. */
public final class EndpointUrl {
  private EndpointUrl() {}

  /**
   * Reads the address of a member of etcd, which has a port.
   *
   * @param text the text
   * @return the address
   * @throws IllegalArgumentException when it is not http or https, has no host or port, or has a
   *     user, a path, a query or a fragment. The message does not repeat a user or password
   */
  public static URI etcd(String text) {
    return parse(text, true);
  }

  /**
   * Reads the address of an S3 server, whose port may be left out.
   *
   * @param text the text
   * @return the address
   * @throws IllegalArgumentException as for {@link #etcd}
   */
  public static URI s3(String text) {
    return parse(text, false);
  }

  private static URI parse(String text, boolean withPort) {
    if (text.contains("@")) {
      throw new IllegalArgumentException("a URL must not hold a user or password");
    }
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw refused(text);
    }
    String scheme = uri.getScheme();
    boolean http = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
    boolean port = uri.getPort() == -1 ? !withPort : uri.getPort() >= 1 && uri.getPort() <= 65535;
    boolean bare =
        (uri.getRawPath() == null || uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null;
    if (!http || uri.getHost() == null || !port || !bare) {
      throw refused(text);
    }
    return uri;
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is not a server; write http://HOST:PORT or https://HOST:PORT");
  }
}
