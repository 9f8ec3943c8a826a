package dev.etcdbackup.testkit.faults;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/** The client's side of a proxied connection. */
final class Wire {
  private final Socket client;
  private final OutputStream out;

  Wire(Socket client, AtomicLong sent) throws IOException {
    this.client = client;
    this.out = new Counted(client.getOutputStream(), sent);
  }

  OutputStream out() {
    return out;
  }

  /** Ends the connection as the fault specifies; the caller then closes it. */
  void end(Fault fault, InputStream fromClient) throws IOException {
    switch (fault.kind()) {
      case RESET, REFUSE -> client.setSoLinger(true, 0);
      case HALF_CLOSE -> finish(fromClient);
      case GARBAGE -> {
        out.write(Effect.garbage());
        finish(fromClient);
      }
      default -> {} // cut
    }
  }

  /**
   * Closes the direction to the client and reads the rest of its data, so that a reset does not
   * discard what was sent.
   */
  void finish(InputStream fromClient) throws IOException {
    client.shutdownOutput();
    fromClient.transferTo(OutputStream.nullOutputStream());
  }

  private static final class Counted extends FilterOutputStream {
    private final AtomicLong count;

    Counted(OutputStream out, AtomicLong count) {
      super(out);
      this.count = count;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      count.addAndGet(length);
    }
  }
}
