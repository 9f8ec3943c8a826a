package dev.etcdbackup.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.testkit.ManualClock;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.mockwebserver.http.MockResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With what the bucket is asked, and when that changes. The bucket is an HTTP server. */
@Tag("server")
@Timeout(60)
class KubernetesStoreTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Pattern ACCESS_KEY = Pattern.compile("Credential=([^/]+)/");
  private static final String EMPTY =
      "<ListBucketResult><Name>%s</Name><IsTruncated>false</IsTruncated><KeyCount>0</KeyCount></ListBucketResult>";
  private static final String ROLE_KEYS =
      """
      <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <AssumeRoleWithWebIdentityResult>
          <AssumedRoleUser><Arn>arn:a</Arn><AssumedRoleId>i</AssumedRoleId></AssumedRoleUser>
          <Credentials>
            <AccessKeyId>OF-ROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
            <SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
          </Credentials>
        </AssumeRoleWithWebIdentityResult>
      </AssumeRoleWithWebIdentityResponse>
      """;

  private final MockApi api = MockApi.start();
  private final KubernetesClient client = api.newClient();
  private final List<String> accessKeys = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private HttpServer bucket;
  private String endpoint;

  @BeforeEach
  void start() throws IOException {
    bucket = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    bucket.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          requests.add(exchange.getRequestURI() + " " + body);
          Matcher key =
              ACCESS_KEY.matcher(
                  Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                      .orElse(""));
          if (key.find()) {
            accessKeys.add(key.group(1));
          }
          String name = exchange.getRequestURI().getPath().substring(1);
          byte[] answer =
              (body.contains("AssumeRoleWithWebIdentity") ? ROLE_KEYS : EMPTY.formatted(name))
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "text/xml");
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    bucket.start();
    endpoint = "http://127.0.0.1:" + bucket.getAddress().getPort();
  }

  @AfterEach
  void stop() {
    bucket.stop(0);
    client.close();
    api.close();
  }

  @Test
  void theTimeToReadTheSettingsHasALowerBoundAlone() throws Exception {
    KubernetesStore.Builder builder = KubernetesStore.builder(client, "operators").secret("s3");
    for (Duration none : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.open(none))
          .withMessageContaining("timeout must be more than 0");
    }
    builder.open(Duration.ofSeconds(Long.MAX_VALUE)).close();
  }

  @Test
  void keysThatAreRotatedApplyWithoutARestart() throws Exception {
    secret(
        Map.of("endpoint", endpoint, "bucket", "b", "accessKeyId", "ONE", "secretAccessKey", "s"));
    try (KubernetesStore store = open()) {
      assertThat(store.list("p")).isEmpty();
      assertThat(accessKeys).containsExactly("ONE");
      assertThat(requests.get(0)).startsWith("/b?").contains("prefix=p");

      secret(
          Map.of(
              "endpoint", endpoint, "bucket", "b", "accessKeyId", "TWO", "secretAccessKey", "s"));
      await(() -> lastKey(store).equals("TWO"));
      assertThat(store.problem()).isEmpty();
      assertThat(store).hasToString("store of Secret operators/s3");
    }
  }

  @Test
  void anUnwatchedOneReadsTheSecretWhenACallFindsItOld() throws Exception {
    ManualClock clock = new ManualClock(Instant.EPOCH);
    try (KubernetesStore store =
        KubernetesStore.builder(client, "operators")
            .secret("s3")
            .entry("endpoint", endpoint)
            .entry("bucket", "given")
            .clock(clock)
            .openUnwatched(Duration.ofMinutes(1))) {
      assertThat(api.requests()).isEmpty();
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> store.list("p"))
          .withMessageContaining("Secret operators/s3 cannot be used: there is no such Secret");

      secret(Map.of("bucket", "other", "accessKeyId", "ONE", "secretAccessKey", "s"));
      assertThat(lastKey(store)).isEqualTo("ONE"); // not used before, so read again at once
      assertThat(requests.get(0)).startsWith("/given?");
      secret(Map.of("accessKeyId", "TWO", "secretAccessKey", "s"));
      api.requests().clear();
      clock.pass(Duration.ofSeconds(59));
      assertThat(lastKey(store)).isEqualTo("ONE");
      assertThat(api.requests()).isEmpty();
      clock.pass(Duration.ofSeconds(1));
      assertThat(lastKey(store)).isEqualTo("TWO");
      assertThat(api.requests()).containsExactly("GET /api/v1/namespaces/operators/secrets/s3");

      clock.pass(Duration.ofMinutes(1));
      api.answer(request -> Optional.of(new MockResponse().setResponseCode(500)));
      assertThat(lastKey(store)).isEqualTo("TWO");
      assertThat(store.problem()).hasValueSatisfying(why -> assertThat(why).contains("500"));
    }
  }

  @Test
  void anUnwatchedOneNeedsNoSecretAndRefusesAWrongEndpointAtOnce() {
    KubernetesStore.Builder builder =
        KubernetesStore.builder(client, "operators").entry("bucket", "b").entry("prefix", "a");
    assertThat(builder.openUnwatched(PATIENCE)).hasToString("store of bucket b/a");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.entry("endpoint", "ftp://a").openUnwatched(PATIENCE));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.openUnwatched(Duration.ZERO));
  }

  @Test
  void aSecretThatComesLaterIsUsedThen() throws Exception {
    try (KubernetesStore store = open()) {
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> store.list("p"))
          .withMessage("the store of Secret operators/s3 cannot be used: there is no such Secret");
      secret(
          Map.of(
              "http_s3_endpoint", endpoint, "bucket", "b", "access_key", "A", "secret_key", "s"));
      await(() -> store.problem().isEmpty());
      assertThat(lastKey(store)).isEqualTo("A");
    }
  }

  @Test
  void whatIsNotValidChangesNothing() throws Exception {
    secret(
        Map.of("endpoint", endpoint, "bucket", "b", "accessKeyId", "ONE", "secretAccessKey", "s"));
    try (KubernetesStore store = open()) {
      secret(Map.of("endpoint", "not a url", "bucket", "b"));
      await(() -> store.problem().isPresent());
      assertThat(store.problem()).contains("the entry endpoint is not a URL");
      assertThat(lastKey(store)).isEqualTo("ONE");
      client.secrets().inNamespace("operators").withName("s3").delete();
      await(() -> store.problem().orElse("").equals("there is no such Secret"));
      assertThat(lastKey(store)).isEqualTo("ONE");
    }
  }

  @Test
  void aConfigMapAndASecretAreOneStore() throws Exception {
    String port = String.valueOf(bucket.getAddress().getPort());
    client
        .configMaps()
        .inNamespace("operators")
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName("claim")
                .endMetadata()
                .withData(
                    Map.of("BUCKET_HOST", "127.0.0.1", "BUCKET_PORT", port, "BUCKET_NAME", "rook"))
                .build())
        .create();
    secret(Map.of("AWS_ACCESS_KEY_ID", "OBC", "AWS_SECRET_ACCESS_KEY", "s"));
    try (KubernetesStore store =
        KubernetesStore.builder(client, "operators")
            .configMap("claim")
            .secret("s3")
            .store(builder -> builder.prefix("of-mine"))
            .open(PATIENCE)) {
      assertThat(lastKey(store)).isEqualTo("OBC");
      assertThat(requests.get(0)).startsWith("/rook?").contains("prefix=of-mine");
    }
  }

  @Test
  void theSharedFilesOfTheEtcdOperatorAreRead() throws Exception {
    secret(
        Map.of(
            "credentials",
            "[default]\naws_access_key_id = OLD\naws_secret_access_key = s\n",
            "config",
            "[default]\nregion = foo\n",
            "s3_endpoint",
            endpoint,
            "bucket",
            "etcd-backup"));
    try (KubernetesStore store = open()) {
      assertThat(lastKey(store)).isEqualTo("OLD");
    }
    secret(Map.of("credentials", "CANARY", "s3_endpoint", endpoint, "bucket", "b"));
    try (KubernetesStore store = open()) {
      assertThat(store.problem().orElse("")).doesNotContain("CANARY");
    }
  }

  @Test
  void aProjectedTokenIsExchangedForARole(@TempDir Path directory) throws Exception {
    Path token = Files.writeString(directory.resolve("token"), "the-projected-token");
    System.setProperty("aws.endpointUrlSts", endpoint);
    System.setProperty("aws.region", "us-east-1"); // without one, the SDK asks AWS
    try {
      secret(
          Map.of(
              "endpoint",
              endpoint,
              "bucket",
              "b",
              "region",
              "us-east-1",
              "roleArn",
              "arn:aws:iam::1:role/backup",
              "webIdentityTokenFile",
              token.toString()));
      try (KubernetesStore store = open()) {
        assertThat(lastKey(store)).isEqualTo("OF-ROLE");
        assertThat(requests.get(0)).contains("the-projected-token", "RoleSessionName=etcd-backup");
      }
    } finally {
      System.clearProperty("aws.endpointUrlSts");
      System.clearProperty("aws.region");
    }
  }

  @Test
  void requestsGoThroughAProxy() throws Exception {
    secret(
        Map.of(
            "endpoint",
            "http://rgw.invalid:7480",
            "proxy",
            endpoint,
            "bucket",
            "b",
            "accessKeyId",
            "P",
            "secretAccessKey",
            "s"));
    try (KubernetesStore store = open()) {
      assertThat(lastKey(store)).isEqualTo("P");
      assertThat(requests.get(0)).startsWith("http://rgw.invalid:7480/b?");
    }
  }

  @Test
  void afterItWasClosedItFails() throws Exception {
    secret(Map.of("endpoint", endpoint, "bucket", "b", "accessKeyId", "A", "secretAccessKey", "s"));
    KubernetesStore store = open();
    store.close();
    store.close();
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.list("p"))
        .withMessage("the store of Secret operators/s3 cannot be used: was closed");
  }

  @Test
  void problemsAreNamedWithoutCredentials() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KubernetesStore.builder(client, "operators").open(PATIENCE));
    assertProblem(Map.of("endpoint", endpoint), "there is no entry bucket");
    assertProblem(
        Map.of("endpoint", endpoint, "bucket", "b", "accessKeyId", "CANARY"),
        "there is only one of the entries accessKeyId and secretAccessKey");
    assertProblem(Map.of("bucket", "b"), "there is no entry endpoint, nor region");
    assertProblem(
        Map.of("endpoint", endpoint, "bucket", "b", "credentials", "[other]\na = CANARY\n"),
        "the entry credentials has no aws_access_key_id and aws_secret_access_key in the profile"
            + " 'default'");
    assertThat(new StoreSettings(Map.of("bucket", "b", "accessKeyId", "CANARY"), Map.of()))
        .hasToString("bucket b");
  }

  private static void assertProblem(Map<String, String> entries, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              StoreSettings settings = new StoreSettings(entries, Map.of());
              settings.client().close();
              settings.bucket();
            })
        .withMessage(message);
  }

  private KubernetesStore open() throws IOException {
    return KubernetesStore.builder(client, "operators").secret("s3").open(PATIENCE);
  }

  /** Lists, and returns the access key of the request. */
  private String lastKey(KubernetesStore store) {
    try {
      assertThat(store.list("p")).isEmpty();
    } catch (BackupException e) {
      throw new AssertionError(e);
    }
    return accessKeys.get(accessKeys.size() - 1);
  }

  private void secret(Map<String, String> entries) {
    var secret =
        new SecretBuilder()
            .withNewMetadata()
            .withName("s3")
            .withNamespace("operators")
            .endMetadata()
            .withData(encoded(entries))
            .build();
    var secrets = client.secrets().inNamespace("operators");
    if (secrets.withName("s3").get() == null) {
      secrets.resource(secret).create();
    } else {
      secrets.resource(secret).update();
    }
  }

  private static Map<String, String> encoded(Map<String, String> entries) {
    Map<String, String> encoded = new HashMap<>();
    entries.forEach(
        (key, value) ->
            encoded.put(
                key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
    return encoded;
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) { // until the timeout of the test
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
