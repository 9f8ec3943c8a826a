package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code verify --all} of a store that lists its backups and then fails. */
class ScrubTest {
  private static final byte[] PLAIN = Goldens.bytes("3.6.14-plain");
  private static final int BACKUPS = 9;

  private final AtomicInteger reads = new AtomicInteger();
  private HttpServer server;
  private int badReads; // the first ones
  private int goodReads = Integer.MAX_VALUE;

  @BeforeEach
  void startAStore() throws IOException {
    System.setProperty("aws.accessKeyId", "a");
    System.setProperty("aws.secretAccessKey", "b");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/b-1", this::answer);
    server.start();
  }

  @AfterEach
  void stopIt() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    boolean list = String.valueOf(exchange.getRequestURI().getQuery()).contains("list-type");
    int read = list ? 0 : reads.incrementAndGet();
    if (!list && (read <= badReads || read > goodReads)) {
      exchange.sendResponseHeaders(403, -1);
    } else {
      boolean notes = list && exchange.getRequestURI().getQuery().contains(".etcd-backup");
      String listing = notes ? "<ListBucketResult><Name>b-1</Name></ListBucketResult>" : listing();
      byte[] body = list ? listing.getBytes(StandardCharsets.UTF_8) : PLAIN;
      exchange.getResponseHeaders().add("ETag", "\"e\"");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private static String listing() {
    return IntStream.rangeClosed(1, BACKUPS)
        .mapToObj(
            day ->
                "<Contents><Key>p/e_v1_2020-02-0%d-00:00:00</Key><Size>%d</Size><ETag>\"e\"</ETag><LastModified>2020-02-01T00:00:00.000Z</LastModified></Contents>"
                    .formatted(day, PLAIN.length))
        .collect(
            Collectors.joining(
                "",
                "<ListBucketResult><Name>b-1</Name><IsTruncated>false</IsTruncated>",
                "</ListBucketResult>"));
  }

  private Cli verifyAll() {
    String endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
    return Cli.run("verify", "--all", "--store=s3://b-1", "--s3-endpoint=" + endpoint);
  }

  @Test
  void aStoreThatFailsThreeTimesInARowIsGivenUp() {
    goodReads = 2;
    Cli run = verifyAll();
    assertThat(run.code()).isEqualTo(4);
    assertThat(run.out().lines().map(line -> line.replaceFirst(" .*", "")))
        .containsExactly("ok", "ok", "unread", "unread", "unread");
    assertThat(run.err())
        .isEqualTo(
            "etcd-backup: 3 of 5 backups could not be read; gave up after 3 in a row, 4 not looked"
                + " at\n");
    assertThat(reads).hasValue(5);
  }

  /** The newest was archived to GLACIER, for example. */
  @Test
  void theLatestThatVerifiesIsFoundBehindOnesThatCannotBeRead() {
    badReads = 2;
    Cli run = latestVerified();
    assertThat(run).returns(0, Cli::code).returns("p/e_v1_2020-02-07-00:00:00\n", Cli::out);
    assertThat(run.err().lines())
        .satisfiesExactly(
            line ->
                assertThat(line).startsWith("etcd-backup: SKIPPED p/e_v1_2020-02-09-00:00:00: "),
            line ->
                assertThat(line).startsWith("etcd-backup: SKIPPED p/e_v1_2020-02-08-00:00:00: "));
  }

  @Test
  void aStoreThatDoesNotAnswerIsNoReasonToGoBackFurther() {
    badReads = 3;
    Cli run = latestVerified();
    assertThat(run.code()).isEqualTo(4);
    assertThat(run.out()).isEmpty();
  }

  private Cli latestVerified() {
    String endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
    return Cli.run("latest", "p", "--verified", "--store=s3://b-1", "--s3-endpoint=" + endpoint);
  }

  @Test
  void aStoreThatWorksIsReadToItsEnd() {
    goodReads = BACKUPS;
    assertThat(verifyAll().code()).isEqualTo(0);
    assertThat(reads).hasValue(BACKUPS);
  }
}
