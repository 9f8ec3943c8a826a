package dev.etcdbackup.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between a client and a server on the loopback address, and after so many bytes of answers
 * passes no more on, for ever.
 */
final class StallingRelay implements AutoCloseable {
  private final ServerSocket listener;
  private final URI server;
  private final AtomicLong left;
  private final CountDownLatch stalled = new CountDownLatch(1);
  private volatile boolean closed;

  StallingRelay(URI server, long bytes) throws IOException {
    this.server = server;
    this.left = new AtomicLong(bytes);
    this.listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  CountDownLatch stalled() {
    return stalled;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    listener.close();
  }

  private void accept() {
    try {
      while (!closed) {
        Socket client = listener.accept();
        Socket upstream = new Socket(server.getHost(), server.getPort());
        daemon(() -> copy(client, upstream, new AtomicLong(Long.MAX_VALUE)));
        daemon(() -> copy(upstream, client, left));
      }
    } catch (SocketException e) {
      // closed
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void copy(Socket from, Socket to, AtomicLong budget) {
    byte[] buffer = new byte[8192];
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        if (budget.addAndGet(-n) < 0) {
          stalled.countDown();
          in.transferTo(OutputStream.nullOutputStream()); // until the other side hangs up
          return;
        }
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // one side has hung up
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
  }
}
