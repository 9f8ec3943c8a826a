package dev.etcdbackup.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Credentials that the AWS chain fetches from a service, in a process of its own with its own home
 * directory: roles of a profile from the token service, single sign-on from its portal.
 */
@Tag("server")
class AmbientCredentialsTest {
  private static final String STORE = "s3://etcd-backup";
  private static final String START_URL = "https://example.invalid/start";

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private HttpServer service;
  private int status = 200;
  private String answer = "";
  private volatile String authorization = "";
  private volatile String token = "";

  @TempDir Path home;

  @BeforeEach
  void start() throws IOException {
    service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext(
        "/etcd-backup",
        exchange -> {
          authorization = exchange.getRequestHeaders().getFirst("Authorization");
          token = exchange.getRequestHeaders().getFirst("X-Amz-Security-Token");
          answer(exchange, 200, "<ListBucketResult><Name>etcd-backup</Name></ListBucketResult>");
        });
    service.createContext(
        "/",
        exchange -> {
          String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
          answer(exchange, status, answer);
        });
    service.start();
    Files.createDirectories(home.resolve(".aws/sso/cache"));
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @AfterEach
  void stop() {
    service.stop(0);
  }

  private void assertSignedByTheRole() {
    assertThat(authorization).contains("Credential=ROLEKEY/");
    assertThat(token).isEqualTo("role-token");
  }

  /** Runs {@code list} with a profile of the configuration, which names the service. */
  private Cli list(String configuration) throws Exception {
    Files.writeString(home.resolve(".aws/config"), configuration);
    String address = "http://127.0.0.1:" + service.getAddress().getPort();
    Path out = home.resolve("out");
    Path err = home.resolve("err");
    List<String> command = Jvm.command();
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            EtcdBackupCommand.class.getName(),
            "list",
            "--store=" + STORE,
            "--s3-endpoint=" + address));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    builder
        .environment()
        .putAll(
            Map.of(
                "HOME",
                home.toString(),
                "AWS_PROFILE",
                "backup",
                "AWS_EC2_METADATA_DISABLED",
                "true",
                "AWS_ENDPOINT_URL_STS",
                address,
                "AWS_ENDPOINT_URL_SSO",
                address));
    Process process = builder.start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ends").isTrue();
    return new Cli(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private String role() {
    return """
    [profile base]
    aws_access_key_id = AKIABASE
    aws_secret_access_key = canary-base-secret
    [profile backup]
    role_arn = arn:aws:iam::123456789012:role/backup
    source_profile = base
    region = us-east-1
    """;
  }

  @Test
  void theRoleOfAProfileIsAssumed() throws Exception {
    answer =
        """
        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
        <AssumedRoleUser><Arn>a</Arn><AssumedRoleId>i</AssumedRoleId></AssumedRoleUser><Credentials>
        <AccessKeyId>ROLEKEY</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
        <SessionToken>role-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
        </Credentials></AssumeRoleResult></AssumeRoleResponse>
        """;

    assertThat(list(role())).isEqualTo(new Cli(0, "", ""));
    assertSignedByTheRole();
    assertThat(requests).hasSize(1);
    assertThat(requests.get(0)).contains("Action=AssumeRole").contains("role%2Fbackup");
  }

  @Test
  void aRoleThatMayNotBeAssumedIsSaid() throws Exception {
    status = 403;
    answer =
        """
        <ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>
        <Message>may not perform sts:AssumeRole</Message></Error></ErrorResponse>
        """;

    Cli run = list(role());
    assertThat(run.code()).as(run.err()).isEqualTo(4);
    assertThat(run.err())
        .contains("may not perform sts:AssumeRole")
        .doesNotContain("set AWS_ACCESS_KEY_ID")
        .doesNotContain("canary")
        .hasLineCount(1);
  }

  private static String singleSignOn() {
    return """
    [profile backup]
    sso_start_url = %s
    sso_region = us-east-1
    sso_account_id = 123456789012
    sso_role_name = backup
    region = us-east-1
    """
        .formatted(START_URL);
  }

  /** As {@code aws sso login} leaves it. */
  private void logIn() throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-1").digest(START_URL.getBytes(UTF_8));
    Files.writeString(
        home.resolve(".aws/sso/cache/" + HexFormat.of().formatHex(hash) + ".json"),
        """
        {"startUrl": "%s", "region": "us-east-1", "accessToken": "canary-token",
         "expiresAt": "2099-01-01T00:00:00Z"}
        """
            .formatted(START_URL));
  }

  @Test
  void singleSignOnGivesTheCredentialsOfTheRole() throws Exception {
    logIn();
    answer =
        """
        {"roleCredentials": {"accessKeyId": "ROLEKEY", "secretAccessKey": "s",
         "sessionToken": "role-token", "expiration": 4070908800000}}
        """;

    assertThat(list(singleSignOn())).isEqualTo(new Cli(0, "", ""));
    assertSignedByTheRole();
    assertThat(requests).hasSize(1);
    assertThat(requests.get(0)).startsWith("GET /federation/credentials?").contains("role_name=");
  }

  @Test
  void aMissingLoginIsSaid() throws Exception {
    Cli run = list(singleSignOn());

    assertThat(run.code()).as(run.err()).isEqualTo(4);
    assertThat(run.err())
        .containsIgnoringCase("sso")
        .doesNotContain("set AWS_ACCESS_KEY_ID")
        .hasLineCount(1);
    assertThat(requests).isEmpty();
  }
}
