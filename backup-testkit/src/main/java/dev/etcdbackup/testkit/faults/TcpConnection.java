package dev.etcdbackup.testkit.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** A proxied connection whose bytes are not interpreted, with one thread for each direction. */
final class TcpConnection {
  private final FaultProxy proxy;
  private final Socket client;
  private final Wire wire;
  private final @Nullable Fault fault;

  TcpConnection(FaultProxy proxy, Socket client, Wire wire) {
    this.proxy = proxy;
    this.client = client;
    this.wire = wire;
    this.fault = proxy.take(Operation.CONNECTION, "");
  }

  void run() throws IOException, InterruptedException {
    boolean failsReply = fault != null && fault.inReply();
    FaultyTransfer there = new FaultyTransfer(failsReply ? null : fault);
    FaultyTransfer back = new FaultyTransfer(failsReply ? fault : null);
    Socket server = null;
    try {
      there.injectIfSet();
      Socket connected = proxy.connect();
      server = connected;
      Thread answering = proxy.start(() -> answer(connected, back));
      there.copy(client.getInputStream(), connected.getOutputStream());
      connected.shutdownOutput();
      answering.join();
    } catch (InjectedFaultException e) {
      play(e.fault(), client.getInputStream());
    } finally {
      if (server != null) {
        proxy.disconnect(server);
      }
    }
  }

  private void answer(Socket server, FaultyTransfer back) throws IOException, InterruptedException {
    try {
      back.injectIfSet();
      back.copy(server.getInputStream(), wire.out());
      client.shutdownOutput();
    } catch (InjectedFaultException e) {
      play(e.fault(), InputStream.nullInputStream());
      if (e.fault().kind() == Effect.Kind.HALF_CLOSE) {
        server.getInputStream().transferTo(OutputStream.nullOutputStream());
      } else {
        client.close();
      }
    }
  }

  private void play(Fault fault, InputStream fromClient) throws IOException {
    if (fault.kind() == Effect.Kind.REFUSE) {
      proxy.refuseUntilEnded(fault);
    } else {
      wire.end(fault, fromClient);
    }
  }
}
