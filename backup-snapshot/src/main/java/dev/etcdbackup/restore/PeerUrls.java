package dev.etcdbackup.restore;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses of peers as {@code types.NewURLs} takes them, less what Go would print otherwise than
 * it was written: member ids are made of the text.
 */
final class PeerUrls {
  private static final Pattern NET =
      Pattern.compile("https?://(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]):([0-9]{1,5})");
  private static final Pattern UNIX = Pattern.compile("unixs?://[A-Za-z0-9._:/-]+");
  private static final int MAX_PORT = 65535;

  private PeerUrls() {}

  /**
   * Checks addresses and sorts them.
   *
   * @param what which option they come from, for the message
   */
  static List<String> parse(String what, List<String> texts) {
    List<String> urls = new ArrayList<>();
    for (String text : texts) {
      urls.add(require(what, text.strip()));
    }
    if (urls.isEmpty()) {
      throw new IllegalArgumentException(what + " is empty; write http://HOST:PORT");
    }
    urls.sort(null);
    return List.copyOf(urls);
  }

  private static String require(String what, String url) {
    Matcher net = NET.matcher(url);
    boolean reachable = net.matches() && port(net.group(1)) > 0 && port(net.group(1)) <= MAX_PORT;
    if (!reachable && !UNIX.matcher(url).matches()) {
      throw new IllegalArgumentException(
          what
              + ": '"
              + url
              + "' is not the address of a peer; write http://HOST:PORT or https://HOST:PORT,"
              + " without a path");
    }
    return url;
  }

  private static int port(String digits) {
    return Integer.parseInt(digits);
  }
}
