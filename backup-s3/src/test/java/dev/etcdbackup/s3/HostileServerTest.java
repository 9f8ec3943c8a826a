package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** A server whose answers are made to harm: entities, depth, and listings that make no sense. */
@Timeout(60)
class HostileServerTest {
  private static final String WHOLE =
      "<Key>site/p/a</Key><Size>1</Size><LastModified>2020-02-03T20:45:48.000Z</LastModified>";

  private final AtomicInteger fetched = new AtomicInteger();
  private HttpServer server;
  private S3Client client;
  private S3BackupStore store;
  private volatile int status = 200;
  private volatile String answer = "";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.createContext("/entity", this::entity);
    server.start();
    client =
        S3Clients.forRgw(endpoint())
            .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")))
            .build();
    store = S3BackupStore.builder(client, "bucket").prefix("site").build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  private URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      byte[] body = answer.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private void entity(HttpExchange exchange) throws IOException {
    try (exchange) {
      fetched.incrementAndGet();
      exchange.sendResponseHeaders(404, -1);
    }
  }

  /** A listing of one object, with what may stand in front of it. */
  private static String listing(String doctype, String object) {
    return "<?xml version=\"1.0\"?>"
        + doctype
        + "<ListBucketResult><Name>bucket</Name><IsTruncated>false</IsTruncated><Contents>"
        + object
        + "</Contents></ListBucketResult>";
  }

  private static String whole(String key) {
    return WHOLE.replace("site/p/a", key);
  }

  /** Ten levels of ten: a billion texts. */
  private static String laughs() {
    StringBuilder doctype = new StringBuilder("<!DOCTYPE x [<!ENTITY e0 \"haha\">");
    for (int i = 1; i <= 9; i++) {
      String inner = ("&e" + (i - 1) + ";").repeat(10);
      doctype.append("<!ENTITY e").append(i).append(" \"").append(inner).append("\">");
    }
    return doctype.append("]>").toString();
  }

  @Test
  void aListingIsReadBelowThePrefix() throws Exception {
    answer = listing("", WHOLE);
    assertThat(store.list("p"))
        .extracting(StoredBackup::key)
        .containsExactly(BackupKey.parse("p/a"));
  }

  @Test
  void entitiesThatMultiplyAreNotExpanded() {
    answer = listing(laughs(), whole("site/p/&e9;"));
    assertRefused();
    answer =
        listing(
            "<!DOCTYPE x [<!ENTITY e \"" + "x".repeat(100_000) + "\">]>",
            whole("site/p/" + "&e;".repeat(100_000)));
    assertRefused();
  }

  @Test
  void noEntityIsFetchedFromElsewhere() {
    String to = endpoint() + "/entity";
    for (String doctype :
        List.of(
            "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>",
            "<!DOCTYPE x [<!ENTITY e SYSTEM \"" + to + "\">]>",
            "<!DOCTYPE x SYSTEM \"" + to + "\">",
            "<!DOCTYPE x [<!ENTITY % p SYSTEM \"" + to + "\"> %p;]>")) {
      answer = listing(doctype, whole("site/p/&e;"));
      assertRefused();
    }
    assertThat(fetched).hasValue(0);
  }

  @Test
  void entitiesInARefusalAreNotExpandedEither() {
    status = 403;
    answer =
        "<?xml version=\"1.0\"?>"
            + laughs()
            + "<Error><Code>AccessDenied</Code><Message>&e9;</Message></Error>";
    assertRefused();
  }

  @Test
  void elementsWithoutMeasureInOneAnotherAreRefused() {
    answer = listing("", "<a>".repeat(200_000) + "</a>".repeat(200_000) + WHOLE);
    assertRefused();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "site/p/a:<Size>1</Size>", // no time
        "site/p/a:<Size>1</Size><LastModified>yesterday</LastModified>",
        "site/p/a:<Size>-1</Size><LastModified>2020-02-03T20:45:48.000Z</LastModified>",
        "site/p/a:<Size>many</Size><LastModified>2020-02-03T20:45:48.000Z</LastModified>",
        "site/p/a:<Size>99999999999999999999</Size><LastModified>2020-02-03T20:45:48.000Z</LastModified>",
        "site/p/a:<LastModified>2020-02-03T20:45:48.000Z</LastModified>", // no size
        "site/q/a:<Size>1</Size><LastModified>2020-02-03T20:45:48.000Z</LastModified>", // not asked
        // for
        "s:<Size>1</Size><LastModified>2020-02-03T20:45:48.000Z</LastModified>",
        "other/site/p/a:<Size>1</Size><LastModified>2020-02-03T20:45:48.000Z</LastModified>",
      })
  void anObjectThatMakesNoSenseIsAFailureOfTheStore(String keyAndRest) {
    String[] parts = keyAndRest.split(":", 2);
    answer = listing("", "<Key>" + parts[0] + "</Key>" + parts[1]);
    assertRefused();
  }

  @Test
  void anObjectWithoutAKeyIsAFailureOfTheStore() {
    answer = listing("", WHOLE.replaceFirst("<Key>.*</Key>", ""));
    assertRefused();
  }

  @Test
  void whatADeleteTellsOfOtherKeysIsPassedOver() throws Exception {
    answer =
        "<DeleteResult><Deleted><Key>x</Key></Deleted><Deleted/><Error><Key>site</Key></Error><Error/></DeleteResult>";
    BackupKey key = BackupKey.parse("p/a");
    DeleteResult result = store.delete(List.of(key));
    assertThat(result.gone()).isEmpty();
    assertThat(result.refused()).containsOnlyKeys(key);
  }

  @Test
  void textThatIsNoXmlIsAFailureOfTheStore() {
    for (String text : List.of("", "hello", "{}", "<", "<ListBucketResult>", "\0\0", "<a/><b/>")) {
      answer = text;
      try {
        assertThat(store.list("p")).as(text).isEmpty();
      } catch (BackupException e) {
        assertThat(e).as(text).isInstanceOf(StoreException.class);
      }
    }
  }

  private void assertRefused() {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.list("p"))
        .satisfies(
            e -> {
              assertThat(e.getMessage()).hasSizeLessThan(1_000).doesNotContain("\n", "root:");
              assertThat(e.outcomeUnknown()).isFalse();
            });
  }
}
