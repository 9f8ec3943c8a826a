package dev.etcdbackup.cli.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses an address to listen on: {@code PORT} of the loopback address, or {@code ADDRESS:PORT}.
 */
final class ListenAddress {
  private static final Pattern FORM =
      Pattern.compile("(?:([0-9.]{7,15}|\\[[0-9A-Fa-f:.]{2,45}]):)?([0-9]{1,5})");

  private ListenAddress() {}

  /**
   * Reads an address. The system chooses the port when it is 0.
   *
   * @throws IllegalArgumentException when it is not one, or a host name: those are not resolved
   */
  static InetSocketAddress parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches() || Integer.parseInt(form.group(2)) > 65_535) {
      throw refused(text);
    }
    try {
      InetAddress address =
          InetAddress.getByName(form.group(1) == null ? "127.0.0.1" : form.group(1));
      return new InetSocketAddress(address, Integer.parseInt(form.group(2)));
    } catch (UnknownHostException e) {
      throw refused(text);
    }
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException(
        "must be PORT or ADDRESS:PORT like 127.0.0.1:9180, not '" + text + "'");
  }
}
