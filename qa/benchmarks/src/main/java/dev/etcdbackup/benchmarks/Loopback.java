package dev.etcdbackup.benchmarks;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What it costs at least to have bytes of another process and hash them, or to hash and send them:
 * a bare loop over a socket of 127.0.0.1 and SHA-256, without a protocol. The figures of backups
 * stand beside it, so that it shows what this machine allows.
 */
final class Loopback implements Closeable {
  /** As much at once as a socket mostly has. */
  private static final int AT_ONCE = 64 << 10;

  private final ServerSocket server = new ServerSocket(0, 2, InetAddress.getLoopbackAddress());

  private Loopback() throws IOException {}

  /** Starts the other end, which gives as many bytes as each connection asks for, or takes them. */
  static Loopback start() throws IOException {
    Loopback loopback = new Loopback();
    Thread thread = new Thread(loopback::serve, "loopback");
    thread.setDaemon(true);
    thread.start();
    return loopback;
  }

  int port() {
    return server.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  /** Receives bytes and hashes them. */
  static String receive(int port, long bytes) throws IOException {
    MessageDigest sha256 = sha256();
    ByteBuffer buffer = ByteBuffer.allocateDirect(AT_ONCE);
    byte[] copy = new byte[AT_ONCE]; // who hands bytes on has them in an array
    try (SocketChannel channel = connect(port)) {
      ask(channel, bytes);
      for (long left = bytes; left > 0; ) {
        int count = channel.read(buffer.clear());
        if (count < 0) {
          throw new EOFException("the other end closed");
        }
        buffer.flip().get(copy, 0, count);
        sha256.update(copy, 0, count);
        left -= count;
      }
    }
    return Integer.toString(sha256.digest().length);
  }

  /** Hashes bytes and sends them. */
  static String send(int port, long bytes) throws IOException {
    MessageDigest sha256 = sha256();
    byte[] part = new byte[12 << 20]; // as the parts of an upload
    try (SocketChannel channel = connect(port)) {
      ask(channel, -bytes);
      for (long left = bytes; left > 0; ) {
        int size = (int) Math.min(part.length, left);
        sha256.update(part, 0, size);
        for (int at = 0; at < size; at += AT_ONCE) {
          channel.write(ByteBuffer.wrap(part, at, Math.min(AT_ONCE, size - at)));
        }
        left -= size;
      }
    }
    return Integer.toString(sha256.digest().length);
  }

  private static SocketChannel connect(int port) throws IOException {
    return SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  private static void ask(SocketChannel channel, long bytes) throws IOException {
    channel.write(ByteBuffer.allocate(Long.BYTES).putLong(0, bytes));
  }

  private void serve() {
    byte[] buffer = new byte[AT_ONCE];
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        answer(socket, buffer);
      } catch (IOException e) {
        if (!server.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private static void answer(Socket socket, byte[] buffer) throws IOException {
    InputStream in = socket.getInputStream();
    OutputStream out = socket.getOutputStream();
    long bytes = ByteBuffer.wrap(in.readNBytes(Long.BYTES)).getLong();
    for (long left = bytes; left > 0; left -= AT_ONCE) {
      out.write(buffer, 0, (int) Math.min(AT_ONCE, left));
    }
    while (bytes < 0 && in.read(buffer) >= 0) {
      // takes them
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
