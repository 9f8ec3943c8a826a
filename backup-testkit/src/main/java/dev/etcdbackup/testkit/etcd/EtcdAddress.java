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
 * Who a member is and where it listens.
 *
 * @param name unlike that of any other server, so that it can be told who answers
 * @param client where clients connect
 * @param peer where other members connect
 */
record EtcdAddress(String name, URI client, URI peer) {
  /** Addresses on ports that were free a moment ago; another process may be quicker to take one. */
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

  /** As {@code --initial-cluster} wants it. */
  static String cluster(List<EtcdAddress> members) {
    return members.stream().map(m -> m.name + "=" + m.peer).collect(Collectors.joining(","));
  }

  private static URI uri(String scheme, ServerSocket socket) {
    return URI.create(scheme + "://127.0.0.1:" + socket.getLocalPort());
  }
}
