package dev.etcdbackup.testkit.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A proxied connection whose S3 requests are passed on or failed by injected faults, one after the
 * other.
 */
final class S3Connection {
  private static final Pattern ETAG = Pattern.compile("<ETag>([^<]*)</ETag>");

  private static final int LAST_WORD_MILLIS = 1_000;

  private final FaultProxy proxy;
  private final Wire wire;
  private final InputStream fromClient;
  private @Nullable Socket server;
  private @Nullable InputStream fromServer;

  S3Connection(FaultProxy proxy, Socket client, Wire wire) throws IOException {
    this.proxy = proxy;
    this.wire = wire;
    this.fromClient = new BufferedInputStream(client.getInputStream());
  }

  void run() throws IOException, InterruptedException {
    try {
      HttpHead request = HttpHead.read(fromClient);
      while (request != null && serve(request)) {
        request = HttpHead.read(fromClient);
      }
    } finally {
      if (server != null) {
        proxy.disconnect(server);
      }
    }
  }

  private boolean serve(HttpHead request) throws IOException, InterruptedException {
    String target = request.word(1);
    Fault fault =
        Operation.ofRequest(request.word(0), target)
            .map(operation -> proxy.take(operation, target))
            .orElse(null);
    try {
      return exchange(request, fault);
    } catch (InjectedFaultException e) {
      play(e.fault(), request.word(0).equals("HEAD"));
      return false;
    }
  }

  private boolean exchange(HttpHead request, @Nullable Fault fault)
      throws IOException, InterruptedException {
    boolean failsReply = fault != null && fault.inReply();
    FaultyTransfer there = new FaultyTransfer(failsReply ? null : fault);
    there.injectIfSet();
    InputStream in = connect();
    HttpHead reply;
    try {
      send(request, there);
      reply = reply(in);
    } catch (InjectedFaultException | EOFException over) {
      throw over;
    } catch (IOException cutOff) {
      Objects.requireNonNull(server).setSoTimeout(LAST_WORD_MILLIS);
      reply = reply(in); // the server may have refused the request without reading all of it
    }
    if (fault != null && fault.kind() == Effect.Kind.LOSE_REPLY) {
      if (there.passed() >= fault.position()) {
        fault.fire();
        return false;
      }
    }
    return answer(request, reply, fault, new FaultyTransfer(failsReply ? fault : null));
  }

  private InputStream connect() throws IOException {
    InputStream in = fromServer;
    if (in == null) {
      server = proxy.connect();
      in = new BufferedInputStream(server.getInputStream());
      fromServer = in;
    }
    return in;
  }

  /**
   * Sends {@code 100 Continue} itself, so that the proxy and the server do not write at the same
   * time.
   */
  private void send(HttpHead request, FaultyTransfer transfer)
      throws IOException, InterruptedException {
    OutputStream out = Objects.requireNonNull(server).getOutputStream();
    if (request.says("Expect", "100-continue")) {
      wire.out().write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(UTF_8));
    }
    request.without("Expect").write(out);
    HttpBody.relay(request, fromClient, out, transfer);
  }

  private static HttpHead reply(InputStream in) throws IOException {
    HttpHead reply = HttpHead.read(in);
    while (reply != null && reply.status() < 200) {
      reply = HttpHead.read(in);
    }
    if (reply == null) {
      throw new IOException("the server did not answer");
    }
    return reply;
  }

  private boolean answer(
      HttpHead request, HttpHead reply, @Nullable Fault fault, FaultyTransfer back)
      throws IOException, InterruptedException {
    InputStream in = connect();
    boolean bare = request.word(0).equals("HEAD") || reply.status() == 204 || reply.status() == 304;
    back.injectIfSet();
    Optional<String> eTag = fault == null ? Optional.empty() : eTag(fault.effect());
    if (fault != null && eTag.isPresent()) {
      answerWithETag(reply, fault, eTag.get(), bare, in);
    } else {
      reply.write(wire.out());
      if (!bare) {
        HttpBody.relay(reply, in, wire.out(), back);
      }
    }
    boolean framed = bare || reply.isChunked() || reply.length().isPresent();
    return framed && !reply.says("Connection", "close") && !request.says("Connection", "close");
  }

  private static Optional<String> eTag(Effect effect) {
    return switch (effect.kind()) {
      case WRONG_ETAG -> Optional.of(Effect.WRONG_ETAG);
      case EMPTY_ETAG -> Optional.of("");
      default -> Optional.empty();
    };
  }

  private void answerWithETag(
      HttpHead reply, Fault fault, String eTag, boolean bare, InputStream in)
      throws IOException, InterruptedException {
    boolean inHead = reply.header("ETag").isPresent();
    HttpHead changed = inHead ? reply.with("ETag", '"' + eTag + '"') : reply;
    if (bare || !reply.says("Content-Type", "xml")) {
      if (inHead) {
        fault.fire();
      }
      changed.write(wire.out());
      if (!bare) {
        HttpBody.relay(reply, in, wire.out(), new FaultyTransfer(null));
      }
      return;
    }
    Matcher tags = ETAG.matcher(new String(HttpBody.read(reply, in), UTF_8));
    String quoted = eTag.isEmpty() ? "" : "&quot;" + eTag + "&quot;";
    byte[] body = tags.replaceAll("<ETag>" + quoted + "</ETag>").getBytes(UTF_8);
    if (inHead || tags.reset().find()) {
      fault.fire();
    }
    changed
        .without("Transfer-Encoding")
        .with("Content-Length", Integer.toString(body.length))
        .write(wire.out());
    wire.out().write(body);
  }

  private void play(Fault fault, boolean head) throws IOException {
    if (fault.kind() == Effect.Kind.ANSWER) {
      wire.out().write(text(fault.effect(), head).getBytes(UTF_8));
      wire.finish(fromClient);
    } else if (fault.kind() == Effect.Kind.REFUSE) {
      proxy.refuseUntilEnded(fault);
    } else {
      wire.end(fault, fromClient);
    }
  }

  private static String text(Effect effect, boolean head) {
    String body =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>scripted</Message></Error>"
            .formatted(effect.code());
    String after =
        effect.retryAfter() == null
            ? ""
            : "Retry-After: " + effect.retryAfter().toSeconds() + "\r\n";
    return "HTTP/1.1 %d Scripted\r\nContent-Type: application/xml\r\n%sConnection: close\r\n"
            .formatted(effect.status(), after)
        + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), head ? "" : body);
  }
}
