package dev.etcdbackup.testkit.etcd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The name of a member and its addresses.
 *
 * @param name a name that no other server has, by which the server that answers is identified
 * @param client where clients connect
 * @param peer where other members connect
 */
record EtcdAddress(String name, URI client, URI peer) {
  /**
   * Returns addresses with ports that are free now; another process may take one before it is used.
   */
  static List<EtcdAddress> free(int count, boolean tls) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 2 * count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1})));
      }
      List<EtcdAddress> addresses = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        addresses.add(
            new EtcdAddress(
                "test-" + UUID.randomUUID(),
                uri(tls ? "https" : "http", sockets.get(2 * i)),
                uri("http", sockets.get(2 * i + 1))));
      }
      return addresses;
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  /** Returns the value for {@code --initial-cluster}. */
  static String cluster(List<EtcdAddress> members) {
    return members.stream().map(m -> m.name + "=" + m.peer).collect(Collectors.joining(","));
  }

  private static URI uri(String scheme, ServerSocket socket) {
    return URI.create(scheme + "://127.0.0.1:" + socket.getLocalPort());
  }
}
