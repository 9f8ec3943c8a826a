package dev.etcdbackup.etcd.drill;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A temporary folder for a member that is thrown away, and its two addresses, which were free when
 * this was made.
 */
record DrillFolder(Path folder, URI client, URI peer) implements Closeable {
  static final String NAME = "drill";

  static DrillFolder in(Path parent) throws IOException {
    Path folder = Files.createTempDirectory(parent, "etcd-backup-drill-");
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    try (ServerSocket one = new ServerSocket(0, 1, loopback);
        ServerSocket other = new ServerSocket(0, 1, loopback)) {
      return new DrillFolder(folder, address(one), address(other));
    }
  }

  private static URI address(ServerSocket socket) {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort());
  }

  Path dataDir() {
    return folder.resolve("data");
  }

  Path database() {
    return dataDir().resolve("member/snap/db");
  }

  Path log() {
    return folder.resolve("etcd.log");
  }

  /** Deletes the folder. */
  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
