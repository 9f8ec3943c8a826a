package dev.etcdbackup.s3;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A proxy between a client and an HTTP server that fails the requests it is configured to fail. */
final class HttpFaultProxy implements AutoCloseable {
  enum Fault {
    /** None; the request is counted. */
    NONE,
    /** The server does what it is asked; its answer never arrives. */
    LOSE_REPLY,
    /** The connection ends before the server hears of the request. */
    CUT,
    /** Nothing is read and nothing is answered any more. */
    STALL,
    /** The server's answer ends in the middle. */
    CUT_REPLY,
    /** The server's answer stops in the middle. */
    STALL_REPLY,
    /** The request goes on when {@link #release} is called. */
    DELAY,
    /** Something else is answered. */
    REPLY
  }

  /** What to do with some of the requests of one kind. */
  static final class Rule {
    private final String method;
    private final String inLine;
    private final Fault fault;
    private final int times;
    private final String reply;
    private final AtomicInteger seen = new AtomicInteger();
    private final AtomicInteger passed = new AtomicInteger();
    private volatile int spared;

    private Rule(String method, String inLine, Fault fault, int times, String reply) {
      this.method = method;
      this.inLine = inLine;
      this.fault = fault;
      this.times = times;
      this.reply = reply;
    }

    /** How many requests were failed. */
    int fired() {
      return Math.max(0, Math.min(seen.get() - spared, times));
    }

    /** How many delayed requests were handed on, and answered. */
    int passed() {
      return passed.get();
    }

    /** Lets the first such requests pass. */
    Rule sparing(int first) {
      spared = first;
      return this;
    }

    private boolean takes(String line) {
      if (!line.startsWith(method + ' ') || !line.contains(inLine)) {
        return false;
      }
      int before = seen.getAndIncrement();
      return before >= spared && before - spared < times;
    }
  }

  private final URI target;
  private final ServerSocket listener;
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicLong bytesAnswered = new AtomicLong();

  HttpFaultProxy(URI target) throws IOException {
    this.target = target;
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** How much the server has answered through this. */
  long bytesAnswered() {
    return bytesAnswered.get();
  }

  /** Fails the next requests whose request line is of this method and contains a text. */
  Rule on(String method, String inLine, Fault fault, int times) {
    return add(new Rule(method, inLine, fault, times, ""));
  }

  /** Answers them itself. */
  Rule reply(String method, String inLine, int times, int status, String body) {
    String reply =
        "HTTP/1.1 "
            + status
            + " Scripted\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + (method.equals("HEAD") ? "" : body);
    return add(new Rule(method, inLine, Fault.REPLY, times, reply));
  }

  /** Lets all delayed requests go on. */
  void release() {
    released.countDown();
  }

  private Rule add(Rule rule) {
    rules.add(rule);
    return rule;
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() throws IOException {
    while (closed.getCount() > 0) {
      Socket client = listener.accept();
      sockets.add(client);
      start(() -> serve(client));
    }
  }

  private void serve(Socket client) throws IOException {
    try (client;
        Socket server = new Socket(target.getHost(), target.getPort())) {
      sockets.add(server);
      new Connection(client, server).run();
    } finally {
      sockets.remove(client);
    }
  }

  private final class Connection {
    private final Socket client;
    private final Socket server;
    private final InputStream fromClient;
    private volatile Fault onReply;
    private volatile Rule delayed;

    Connection(Socket client, Socket server) throws IOException {
      this.client = client;
      this.server = server;
      this.fromClient = new BufferedInputStream(client.getInputStream());
    }

    void run() throws IOException {
      start(this::forwardReplies);
      OutputStream toServer = server.getOutputStream();
      for (String head = head(); !head.isEmpty(); head = head()) {
        String line = head.substring(0, head.indexOf('\r'));
        Rule rule = rules.stream().filter(r -> r.takes(line)).findFirst().orElse(null);
        Fault fault = rule == null ? null : rule.fault;
        if (fault == Fault.CUT) {
          return;
        }
        if (fault == Fault.STALL) {
          await(closed);
          return;
        }
        if (fault == Fault.DELAY) {
          delayed = rule;
          await(released);
        }
        if (fault == Fault.REPLY) {
          client.getOutputStream().write(rule.reply.getBytes(StandardCharsets.UTF_8));
          copy(OutputStream.nullOutputStream(), bodyLength(head));
          return;
        }
        onReply = fault;
        toServer.write(head.getBytes(StandardCharsets.ISO_8859_1));
        copy(toServer, bodyLength(head));
      }
    }

    private void forwardReplies() throws IOException {
      byte[] buffer = new byte[64 << 10];
      InputStream fromServer = server.getInputStream();
      for (int count; (count = fromServer.read(buffer)) >= 0; ) {
        boolean interim =
            new String(buffer, 0, Math.min(count, 12), StandardCharsets.US_ASCII)
                .equals("HTTP/1.1 100");
        if (onReply == Fault.LOSE_REPLY && !interim) {
          client.close();
          return;
        }
        client.getOutputStream().write(buffer, 0, count);
        bytesAnswered.addAndGet(count);
        if (onReply == Fault.STALL_REPLY && !interim) {
          await(closed);
        }
        if (onReply == Fault.CUT_REPLY && !interim) {
          break;
        }
        if (delayed != null) {
          delayed.passed.incrementAndGet();
          delayed = null;
        }
      }
      client.close();
    }

    private String head() throws IOException {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      int matched = 0; // of CR LF CR LF
      for (int b; matched < 4 && (b = fromClient.read()) >= 0; ) {
        head.write(b);
        boolean expected = b == (matched % 2 == 0 ? '\r' : '\n');
        matched = expected ? matched + 1 : b == '\r' ? 1 : 0;
      }
      return matched < 4 ? "" : head.toString(StandardCharsets.ISO_8859_1);
    }

    private void copy(OutputStream target, long length) throws IOException {
      byte[] buffer = new byte[64 << 10];
      long left = length;
      while (left > 0) {
        int count = fromClient.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (count < 0) {
          return;
        }
        target.write(buffer, 0, count);
        left -= count;
      }
    }

    private void await(CountDownLatch event) {
      try {
        event.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static long bodyLength(String head) {
    for (String line : head.lines().toList()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        return Long.parseLong(line.substring(15).strip());
      }
    }
    return 0;
  }

  private interface Work {
    void run() throws IOException;
  }

  private void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException | UncheckedIOException connectionEnded) {
                // as it should
              }
            },
            "fault-proxy");
    thread.setDaemon(true);
    thread.start();
  }
}
