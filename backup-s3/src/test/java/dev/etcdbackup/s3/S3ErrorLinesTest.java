package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.s3.HttpFaultProxy.Rule;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.services.s3.S3Client;

/** What a person reads when a request fails. */
class S3ErrorLinesTest {
  private static final BackupKey KEY = BackupKey.of("p", "a");
  private static S3Server server;

  private HttpFaultProxy proxy;
  private S3Client client;
  private S3BackupStore store;

  @BeforeAll
  static void start() {
    server = S3Server.embedded();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void connect() throws IOException {
    proxy = new HttpFaultProxy(server.endpoint());
    client = TestBucket.client(server, proxy.endpoint());
    store = S3BackupStore.builder(client, "bucket").build();
  }

  @AfterEach
  void disconnect() throws IOException {
    client.close();
    proxy.close();
  }

  @ParameterizedTest
  @CsvSource({
    "400, XAmzContentSHA256Mismatch, what the server says",
    "403, RequestTimeTooSkewed, set the clock",
    "403, SignatureDoesNotMatch, the secret key is wrong",
    "403, InvalidAccessKeyId, does not know the access key",
    "400, ExpiredToken, the credentials have expired",
    "403, AccessDenied, these credentials may not do this",
    "404, NoSuchBucket, create it",
    "403, QuotaExceeded, is used up",
    "301, PermanentRedirect, set the region",
    "418, SomethingElse, what the server says",
  })
  void anAnswerIsNamedWithWhatToDo(int status, String code, String hint) {
    String body =
        "<Error><Code>"
            + code
            + "</Code><Message>what the\n"
            + "server says</Message><RequestId>tx0007</RequestId></Error>";
    proxy.reply("GET", "", Integer.MAX_VALUE, status, body);
    assertThatThrownBy(() -> store.list("p"))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("ListObjectsV2 of s3://bucket/p/ at " + proxy.endpoint())
        .hasMessageContaining(status + " " + code)
        .hasMessageContaining("tx0007")
        .hasMessageContaining(hint)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  @Test
  void aRefusedHeadIsExplainedByAGet() {
    proxy.reply("HEAD", "", Integer.MAX_VALUE, 403, "");
    Rule asked =
        proxy.reply(
            "GET", "", Integer.MAX_VALUE, 403, S3FaultBehaviour.error("RequestTimeTooSkewed"));
    assertThatThrownBy(() -> store.find(KEY))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("HeadObject of s3://bucket/p/a")
        .hasMessageContaining("403 RequestTimeTooSkewed")
        .hasMessageContaining("set the clock");
    assertThat(asked.fired()).isPositive();
  }

  @Test
  void aRefusedHeadWithoutAReasonSaysWhatItCanBe() {
    proxy.reply("HEAD", "", Integer.MAX_VALUE, 403, "");
    proxy.reply("GET", "", Integer.MAX_VALUE, 403, "");
    assertThatThrownBy(() -> store.find(KEY))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("403")
        .hasMessageContaining("may not do this, or are wrong");
  }

  @Test
  void aListThatIsCutOffThrows() {
    proxy.reply(
        "GET",
        "",
        1,
        200,
        "<ListBucketResult><Name>bucket</Name><IsTruncated>true</IsTruncated><Contents><Key>p/a</Key><Size>1</Size>"
            + "<LastModified>2026-11-22T10:00:00.000Z</LastModified></Contents></ListBucketResult>");
    assertThatThrownBy(() -> store.list("p"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("cut off");
  }

  @Test
  void keysThatTheServerDoesNotDeleteAreReportedWithItsReason() throws Exception {
    proxy.reply(
        "POST",
        "delete",
        1,
        200,
        "<DeleteResult><Deleted><Key>p/a</Key></Deleted>"
            + "<Error><Key>p/b</Key><Code>AccessDenied</Code><Message>locked</Message></Error>"
            + "<Error><Key>p/c</Key><Code>NoSuchKey</Code></Error></DeleteResult>");
    BackupKey b = BackupKey.of("p", "b");
    BackupKey c = BackupKey.of("p", "c");
    BackupKey d = BackupKey.of("p", "d");
    DeleteResult deleted = store.delete(List.of(KEY, b, c, d));
    assertThat(deleted.gone()).containsExactlyInAnyOrder(KEY, c);
    assertThat(deleted.refused())
        .containsOnlyKeys(b, d)
        .containsEntry(b, "AccessDenied: locked")
        .containsEntry(d, "the server did not say what became of it");
  }

  @Test
  void anAnswerOfAnotherLengthIsNotRead() throws Exception {
    try (TestBucket bucket = new TestBucket(server)) {
      bucket.putRaw("p/a", "0123456789");
      S3BackupStore there = S3BackupStore.builder(client, bucket.name).build();
      proxy.reply("GET", "p/a", 1, 200, "0123456789"); // as if ranges were unknown
      var stored = there.find(KEY).orElseThrow();
      assertThatThrownBy(() -> there.open(stored, 2, 3))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("10 bytes instead of 3");
    }
  }

  @Test
  void noServerListening() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    assertFails(
        "http://127.0.0.1:" + port,
        "Connection refused",
        "is the endpoint right and the server up");
  }

  @Test
  void noSuchHost() {
    assertFails("http://no-such-host.invalid", "unknown host", "no-such-host.invalid");
  }

  @Test
  void noTlsThere() {
    assertFails("https://127.0.0.1:" + server.endpoint().getPort(), "is it a TLS port", "caPem");
  }

  private static void assertFails(String endpoint, String what, String hint) {
    try (S3Client nowhere = TestBucket.client(server, URI.create(endpoint))) {
      S3BackupStore store = S3BackupStore.builder(nowhere, "bucket").build();
      assertThatThrownBy(() -> store.list(""))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(endpoint)
          .hasMessageContaining(what)
          .hasMessageContaining(hint);
    }
  }

  @Test
  void noCredentials() {
    AwsCredentialsProviderChain none =
        AwsCredentialsProviderChain.of(
            ProfileCredentialsProvider.builder()
                .profileFile(
                    ProfileFile.builder()
                        .type(ProfileFile.Type.CREDENTIALS)
                        .content(InputStream.nullInputStream())
                        .build())
                .build());
    try (S3Client anonymous = S3Clients.forRgw(server.endpoint()).credentials(none).build()) {
      S3BackupStore store = S3BackupStore.builder(anonymous, "bucket").build();
      assertThatThrownBy(() -> store.put(KEY, Content.of(new ByteArrayInputStream(new byte[1]))))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("no credentials found")
          .hasMessageContaining("AWS_PROFILE");
    }
  }
}
