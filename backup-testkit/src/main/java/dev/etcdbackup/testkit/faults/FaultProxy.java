package dev.etcdbackup.testkit.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A proxy between a client and a real server that injects {@link Faults}. It runs in this process,
 * on a free port of 127.0.0.1, and passes all other data unchanged.
 *
 * <p>{@link #s3} interprets the requests of S3 over HTTP/1.1. It removes {@code Expect:
 * 100-continue} from a request, which no AWS signature covers, and sends the answer {@code 100
 * Continue} itself. {@link #tcp} interprets connections only, so it works with any server, such as
 * etcd or a TLS port.
 *
 * <p>Thread-safe. Uses one or two daemon threads with 128 KiB of memory each for every open
 * connection; they end with {@link #close()}.
 */
public final class FaultProxy implements AutoCloseable {
  private static final Duration ENDING = Duration.ofSeconds(5);
  private static final int BACKLOG = 50;

  private final InetSocketAddress target;
  private final boolean s3;
  private final String name;
  private final InetSocketAddress address;
  private final List<Fault> script = new CopyOnWriteArrayList<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong sent = new AtomicLong();
  private ServerSocket listener; // guarded by this
  private CompletableFuture<Void> accepted; // when nothing accepts any more; guarded by this
  private boolean closed; // guarded by this

  /** The work of a thread of the proxy. */
  interface Work {
    void run() throws IOException, InterruptedException;
  }

  private FaultProxy(InetSocketAddress target, boolean s3, List<Fault> faults) throws IOException {
    this.target = target;
    this.s3 = s3;
    faults.forEach(this::add);
    this.listener =
        new ServerSocket(0, BACKLOG, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    this.address = (InetSocketAddress) listener.getLocalSocketAddress();
    this.name = "fault-proxy-" + address.getPort();
    this.accepted = startAccepting(listener);
  }

  /**
   * Starts a proxy in front of an S3 server that is addressed by HTTP without TLS, path style.
   *
   * @param server {@code http://HOST:PORT}
   * @param faults the faults; when several match a call, the first one is injected
   * @return the listening proxy; the caller closes it
   * @throws IOException when it cannot listen
   * @throws IllegalArgumentException when the address has another form, or a fault cannot be
   *     injected by this proxy
   */
  public static FaultProxy s3(URI server, Fault... faults) throws IOException {
    if (!"http".equalsIgnoreCase(server.getScheme()) || server.getHost() == null) {
      throw new IllegalArgumentException("server must be http://HOST:PORT, not " + server);
    }
    int port = server.getPort() < 0 ? 80 : server.getPort();
    return new FaultProxy(new InetSocketAddress(server.getHost(), port), true, List.of(faults));
  }

  /**
   * Starts a proxy in front of any server. Its faults are injected into a {@link
   * Operation#CONNECTION}.
   *
   * @param host the host of the server
   * @param port the port of the server
   * @param faults the faults; when several match a connection, the first one is injected
   * @return the listening proxy; the caller closes it
   * @throws IOException when it cannot listen
   * @throws IllegalArgumentException when a fault cannot be injected by this proxy
   */
  public static FaultProxy tcp(String host, int port, Fault... faults) throws IOException {
    return new FaultProxy(new InetSocketAddress(host, port), false, List.of(faults));
  }

  /**
   * Returns the endpoint for clients.
   *
   * @return {@code http://127.0.0.1:PORT}
   */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port());
  }

  /**
   * Returns the port on which it listens.
   *
   * @return the port
   */
  public int port() {
    return address.getPort();
  }

  /**
   * Adds a fault to the end of the script.
   *
   * @param fault the fault
   * @return the fault
   * @throws IllegalArgumentException when it cannot be injected by this proxy
   */
  public Fault add(Fault fault) {
    boolean connection = fault.operation() == Operation.CONNECTION;
    boolean known = s3 ? !connection && fault.operation() != Operation.SNAPSHOT : connection;
    if (!known || (!s3 && fault.kind().needsRequests())) {
      throw new IllegalArgumentException(
          "a proxy for " + (s3 ? "S3" : "TCP") + " cannot inject: " + fault);
    }
    script.add(fault);
    return fault;
  }

  /**
   * Returns the number of open connections of clients. It becomes 0 some milliseconds after the
   * last client was closed, unless a fault stalls a connection.
   *
   * @return the number
   */
  public int openConnections() {
    return open.get();
  }

  /**
   * Returns how many bytes were sent to clients.
   *
   * @return the number of bytes, including HTTP headers
   */
  public long bytesSent() {
    return sent.get();
  }

  /** Ends all connections and threads, including stalled ones. Closing again does nothing. */
  @Override
  public void close() throws IOException {
    synchronized (this) {
      closed = true;
      listener.close();
    }
    threads.forEach(Thread::interrupt);
    for (Socket socket : sockets) {
      socket.close();
    }
    boolean interrupted = false;
    long end = System.nanoTime() + ENDING.toNanos();
    for (Thread thread : threads) {
      try {
        thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns its endpoint and the address of the server. */
  @Override
  public String toString() {
    return endpoint() + " before " + target.getHostString() + ':' + target.getPort();
  }

  /**
   * Returns the fault that is injected into this call, if any. Every matching fault counts the
   * call.
   */
  @Nullable Fault take(Operation operation, String text) {
    Fault fault = null;
    for (Fault next : script) {
      if (next.takes(operation, text) && fault == null) {
        fault = next;
      }
    }
    return fault;
  }

  Thread start(Work work) {
    Thread thread = new Thread(() -> run(work), name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
    return thread;
  }

  /** A new connection to the server, which ends with the client's. */
  Socket connect() throws IOException {
    Socket server = new Socket();
    server.setTcpNoDelay(true);
    server.connect(target);
    sockets.add(server);
    requireOpen(server);
    return server;
  }

  void disconnect(Socket server) throws IOException {
    sockets.remove(server);
    server.close();
  }

  /**
   * Registers a socket. {@link #close()} closes the registered sockets once; a later socket is
   * refused here.
   */
  private synchronized void requireOpen(Socket socket) throws IOException {
    if (listener.isClosed()) {
      reset(socket);
      throw new IOException("the proxy accepts no connections");
    }
  }

  /**
   * Resets all connections and refuses new ones until the fault is ended; then listens on the same
   * port again.
   */
  void refuseUntilEnded(Fault fault) throws IOException {
    CompletableFuture<Void> last;
    synchronized (this) {
      listener.close();
      last = accepted;
    }
    last.join(); // until then the system may still accept connections, and reset them
    List<Socket> open = List.copyOf(sockets);
    // Before any client notices: a test may end the fault as soon as its connection is reset.
    fault.atEnd(this::letIn);
    open.forEach(FaultProxy::reset);
  }

  private static void reset(Socket socket) {
    try (socket) {
      socket.setSoLinger(true, 0);
    } catch (IOException alreadyClosed) {
      // already closed
    }
  }

  private synchronized void letIn() {
    if (closed || !listener.isClosed()) {
      return;
    }
    try {
      ServerSocket again = new ServerSocket();
      again.setReuseAddress(true);
      again.bind(address, BACKLOG);
      listener = again;
      accepted = startAccepting(again);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen at " + address + " again", e);
    }
  }

  private void run(Work work) {
    try {
      work.run();
    } catch (IOException connectionEnded) {
      // as connections do
    } catch (InterruptedException proxyClosed) {
      Thread.currentThread().interrupt();
    } finally {
      threads.remove(Thread.currentThread());
    }
  }

  private CompletableFuture<Void> startAccepting(ServerSocket from) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    start(
        () -> {
          try {
            accept(from);
          } finally {
            ended.complete(null);
          }
        });
    return ended;
  }

  private void accept(ServerSocket from) throws IOException {
    while (true) {
      Socket client = from.accept();
      open.incrementAndGet();
      sockets.add(client);
      start(() -> serve(client));
    }
  }

  private void serve(Socket client) throws IOException, InterruptedException {
    try (client) {
      requireOpen(client);
      client.setTcpNoDelay(true);
      Wire wire = new Wire(client, sent);
      if (s3) {
        new S3Connection(this, client, wire).run();
      } else {
        new TcpConnection(this, client, wire).run();
      }
    } finally {
      sockets.remove(client);
      open.decrementAndGet();
    }
  }
}
