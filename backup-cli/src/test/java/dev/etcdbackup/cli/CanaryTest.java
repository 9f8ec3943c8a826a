package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.s3.Ceph;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Everything is run with credentials that are canaries, against servers that want them, and all
 * that is printed is searched for them: results, errors, stack traces, logs of every level.
 */
@Tag("server")
@Timeout(300)
class CanaryTest {
  private static final String PASSWORD = "canary-etcd-password-7d1f";
  private static final String SESSION = "canary-session-token-93ab";
  private static final Pattern ETCD_TOKEN = Pattern.compile("\\b[A-Za-z]{16}\\.\\d+\\b");
  private static final Pattern LOGGED =
      Pattern.compile("(?:TRACE|DEBUG|INFO|WARN|ERROR) ([A-Za-z0-9_.$]+) - ");

  /**
   * Loggers of libraries that print what they send, when they are turned on: the session token
   * (never the secret key, which is not sent), the keys of SSE-C, etcd's password and its token.
   */
  private static final Set<String> PRINT_SECRETS =
      Set.of(
          "org.apache.hc.client5.http.wire",
          "org.apache.hc.client5.http.headers",
          "software.amazon.awssdk.http.auth.aws.internal.signer.DefaultV4RequestSigner",
          "io.grpc.netty.NettyClientHandler");

  /** Those of them that print the keys of SSE-C. */
  private static final Set<String> PRINT_CUSTOMER_KEYS =
      Set.of(
          "org.apache.hc.client5.http.wire",
          "org.apache.hc.client5.http.headers",
          "software.amazon.awssdk.http.auth.aws.internal.signer.DefaultV4RequestSigner");

  private static final String CUSTOMER_KEY = "canary-customer-key-0123456789ab";
  private static final String WRONG_CUSTOMER_KEY = "canary-wrong-customer-key-012345";

  /** Turns the loggers of all libraries on. */
  private static final String[] TRACE =
      Stream.of(
              "io.grpc",
              "io.netty",
              "io.etcd",
              "io.vertx",
              "software.amazon.awssdk",
              "org.apache.hc")
          .map(logger -> "-Dorg.slf4j.simpleLogger.log." + logger + "=trace")
          .toArray(String[]::new);

  @TempDir private static Path directory;
  @AutoClose private static S3Server s3;
  @AutoClose private static EtcdServer etcd;
  private static HttpServer expired;

  /** What to look for, by what it is. */
  private static final Map<String, List<String>> canaries = new TreeMap<>();

  @BeforeAll
  static void startServers() throws Exception {
    s3 = S3Server.embedded();
    etcd = EtcdServer.builder().clientCertificates().rootPassword(PASSWORD).start();
    try (S3Client client =
        S3Clients.forRgw(s3.endpoint())
            .credentials(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(s3.accessKey(), s3.secretKey())))
            .build()) {
      client.createBucket(request -> request.bucket("bucket"));
    }
    expired = expired();
    canary("secret key", s3.secretKey());
    canary("access key", s3.accessKey());
    canary("session token", SESSION);
    canary("password", PASSWORD);
    canary("wrong secret key", "canary-wrong-secret");
    canary("wrong password", "canary-wrong-password");
    canary("customer's key", CUSTOMER_KEY);
    canary("wrong customer's key", WRONG_CUSTOMER_KEY);
    canary("secret in a URL", "canary-url-secret");
    canary("secret in a configuration", "canary-config-secret");
    for (Path key : List.of(etcd.certificates().clientKey(), etcd.certificates().serverKey())) {
      canary("private key", Files.readAllLines(key).get(1));
    }
    OpenPgpFiles openPgp = CanaryOpenPgpRun.write(directory);
    canary("OpenPGP passphrase", Files.readString(openPgp.passphrase()).strip());
    canary("wrong OpenPGP passphrase", CanaryOpenPgpRun.WRONG_PASSPHRASE);
    for (String line : Files.readAllLines(openPgp.privateKey())) {
      if (line.length() == 64) { // a full line of its armour
        canary("OpenPGP private key", line);
      }
    }
    writeSettings();
  }

  @AfterAll
  static void stopServer() {
    if (expired != null) { // the test ends earlier where there is no etcd
      expired.stop(0);
    }
  }

  /** A server for which every session has expired, and that repeats what it was sent. */
  private static HttpServer expired() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String text =
                "<Error><Code>ExpiredToken</Code><Message>The provided token has"
                    + " expired.</Message><Token-0>"
                    + exchange.getRequestHeaders().getFirst("X-amz-security-token")
                    + "</Token-0></Error>";
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(400, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
    return server;
  }

  private static void canary(String what, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    List<String> forms = canaries.computeIfAbsent(what, first -> new ArrayList<>());
    forms.add(text);
    forms.add(HexFormat.of().formatHex(bytes));
    forms.add(HexFormat.of().withUpperCase().formatHex(bytes));
    String base64 = Base64.getEncoder().withoutPadding().encodeToString(bytes);
    forms.add(base64.substring(0, base64.length() - 1)); // the last depends on what follows
  }

  /** For {@link CanaryKeyRun}, with a bucket of its own. */
  private static void writeSettings(S3Server rgw) throws IOException {
    String bucket = "canary-" + UUID.randomUUID();
    canary("secret key", rgw.secretKey());
    Path ca = rgw.caPem().orElseThrow();
    try (S3Client client =
        S3Clients.forRgw(rgw.endpoint())
            .caPem(ca)
            .credentials(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(rgw.accessKey(), rgw.secretKey())))
            .build()) {
      client.createBucket(request -> request.bucket(bucket));
    }
    Path snapshot = Files.write(directory.resolve("small.db"), Goldens.bytes("3.4.23-empty"));
    Properties settings = new Properties();
    try (Reader in = Files.newBufferedReader(directory.resolve("canary.properties"))) {
      settings.load(in);
    }
    settings.setProperty("rgw", rgw.endpoint().toString());
    settings.setProperty("rgwCa", ca.toString());
    settings.setProperty("rgwBucket", bucket);
    settings.setProperty("rgwAccessKey", rgw.accessKey());
    settings.setProperty("rgwSecret", rgw.secretKey());
    settings.setProperty("rgwBack", directory.resolve(bucket).toString());
    settings.setProperty("snapshot", snapshot.toString());
    settings.setProperty("customerKey", CUSTOMER_KEY);
    settings.setProperty("wrongCustomerKey", WRONG_CUSTOMER_KEY);
    Map<String, String> files =
        Map.of(
            "customerKeyFile", CUSTOMER_KEY,
            "wrongCustomerKeyFile", WRONG_CUSTOMER_KEY,
            "shortCustomerKeyFile", CUSTOMER_KEY.substring(1));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path written = Files.writeString(directory.resolve(file.getKey()), file.getValue());
      settings.setProperty(file.getKey(), written.toString());
    }
    try (Writer out = Files.newBufferedWriter(directory.resolve("canary.properties"))) {
      settings.store(out, "for CanaryRun");
    }
  }

  private static void writeSettings() throws IOException {
    Path password = Files.writeString(directory.resolve("password"), PASSWORD);
    Path wrong = Files.writeString(directory.resolve("wrong"), "canary-wrong-password");
    Properties settings = new Properties();
    settings.setProperty("s3", s3.endpoint().toString());
    settings.setProperty("store", "s3://bucket/site");
    settings.setProperty("expired", "http://127.0.0.1:" + expired.getAddress().getPort());
    settings.setProperty("accessKey", s3.accessKey());
    settings.setProperty("secret", s3.secretKey());
    settings.setProperty("sessionToken", SESSION);
    settings.setProperty("etcd", etcd.endpoint().toString());
    settings.setProperty("passwordFile", password.toString());
    settings.setProperty("wrongPasswordFile", wrong.toString());
    settings.setProperty("ca", etcd.certificates().ca().toString());
    settings.setProperty("cert", etcd.certificates().client().toString());
    settings.setProperty("key", etcd.certificates().clientKey().toString());
    try (Writer out = Files.newBufferedWriter(directory.resolve("canary.properties"))) {
      settings.store(out, "for CanaryRun");
    }
    String cluster =
        "{project: %s, endpoints: ['%s'], interval: 1h, user: root, passwordFile: '%s', tls: {ca:"
            + " '%s', cert: '%s', key: '%s'}}";
    String ca = settings.getProperty("ca");
    String cert = settings.getProperty("cert");
    String key = settings.getProperty("key");
    Files.writeString(
        directory.resolve("config.yaml"),
        "clusters:\n"
            + ("- " + cluster + "\n").formatted("p", etcd.endpoint(), password, ca, cert, key)
            + ("- " + cluster + "\n").formatted("q", etcd.endpoint(), wrong, ca, cert, key)
            + ("- " + cluster + "\n").formatted("r", etcd.endpoint(), password, cert, cert, key)
            + ("- " + cluster.substring(0, cluster.length() - 1))
                .formatted("s", etcd.endpoint(), password, ca, cert, key)
            + ", encoding: {compress: zstd, encryptTo: [public.asc], signWith: private.asc,"
            + " passphraseFile: passphrase}}\n");
    Files.writeString(
        directory.resolve("secrets.yaml"),
        "clusters:\n- {project: p, endpoints: ['https://root:canary-config-secret@h:1']}\n");
    Files.writeString(
        directory.resolve("broken.yaml"),
        "clusters:\n- project: p\n  password: 'canary-config-secret\n  x: [");
  }

  @Test
  void theToolPrintsNoSecretWhateverFailsAndWhateverTheLogLevel() throws Exception {
    String printed = run("cli");
    Map<String, Set<String>> printedBy = printedBy(printed);
    assertThat(printedBy).as("which logger printed which secret").isEmpty();
    assertThat(printed)
        .contains("canary: [create, p, ")
        .contains("ends with 0", "ends with 2", "ends with 3", "ends with 4")
        .contains("the passphrase does not open the key", ".zst.gpg: passed")
        .contains("the credentials have expired", "SignatureDoesNotMatch")
        .contains(" failed q ", " failed r ", " stored s s/")
        .containsPattern("(?i)authentication|password");
    assertThat(loggers(printed))
        .as("loggers that are on")
        .isNotEmpty()
        .doesNotContainAnyElementsOf(PRINT_SECRETS);
  }

  @Test
  void theToolPrintsNoCustomersKey(@Ceph(tls = true) S3Server rgw) throws Exception {
    writeSettings(rgw);
    String printed = run("cli-key");
    assertThat(printedBy(printed)).as("which logger printed which secret").isEmpty();
    assertThat(printed)
        .contains("ends with 0", "ends with 2", "another customer's key", "and none was given");
  }

  @Test
  void theLibraryTellsNoCustomersKeyAndWhichLoggersOfOthersDoIsKnown(@Ceph(tls = true) S3Server rgw)
      throws Exception {
    writeSettings(rgw);
    String printed = run("library-key", TRACE);
    Map<String, Set<String>> printedBy = printedBy(printed);
    Set<String> printKeys = new TreeSet<>();
    printedBy.forEach(
        (logger, what) -> {
          if (what.contains("customer's key") && what.contains("wrong customer's key")) {
            printKeys.add(logger);
          }
        });
    assertThat(printKeys)
        .as("loggers that printed secrets: " + printedBy)
        .isEqualTo(PRINT_CUSTOMER_KEYS);
    assertThat(printedBy.keySet())
        .as("loggers that printed secrets: " + printedBy)
        .isSubsetOf(PRINT_SECRETS);
    assertThat(printed).contains("another customer's key", "and none was given", "canary: gave 9");
  }

  @Test
  void theLibraryTellsNoSecretAndWhichLoggersOfOthersDoIsKnown() throws Exception {
    String printed = run("library", TRACE);
    Map<String, Set<String>> printedBy = printedBy(printed);
    assertThat(printedBy.keySet())
        .as("loggers that printed secrets: " + printedBy)
        .isEqualTo(PRINT_SECRETS);
    assertThat(printedBy.values().stream().flatMap(Set::stream).collect(Collectors.toSet()))
        .as("what they printed: " + printedBy)
        .doesNotContain("secret key", "wrong secret key", "private key", "secret in a URL");
    assertThat(loggers(printed)).as("loggers that are on").hasSizeGreaterThan(20);
    assertThat(printed).contains("canary: gave Backup", "canary: failed", "EtcdTls[ca=");
  }

  private static Set<String> loggers(String printed) {
    Matcher line = LOGGED.matcher(printed);
    Set<String> names = new TreeSet<>();
    while (line.find()) {
      names.add(line.group(1));
    }
    return names;
  }

  /** Which loggers print which canaries; under the empty name, what no logger prints. */
  private static Map<String, Set<String>> printedBy(String printed) {
    Map<String, Set<String>> printedBy = new TreeMap<>();
    String logger = "";
    for (String line : printed.lines().toList()) {
      Matcher begin = LOGGED.matcher(line);
      if (begin.lookingAt()) {
        logger = begin.group(1);
      } else if (line.startsWith("canary: ")) {
        logger = "";
      }
      for (Map.Entry<String, List<String>> canary : canaries.entrySet()) {
        if (canary.getValue().stream().anyMatch(line::contains)) {
          printedBy.computeIfAbsent(logger, first -> new TreeSet<>()).add(canary.getKey());
        }
      }
      if (ETCD_TOKEN.matcher(line).find()) {
        printedBy.computeIfAbsent(logger, first -> new TreeSet<>()).add("token of etcd");
      }
    }
    return printedBy;
  }

  private static String run(String what, String... options) throws Exception {
    List<String> command = Jvm.command();
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=trace");
    command.add("-Dorg.slf4j.simpleLogger.logFile=System.out");
    command.add("-Dorg.slf4j.simpleLogger.showShortLogName=false");
    command.addAll(List.of(options));
    command.addAll(List.of(CanaryRun.class.getName(), directory.toString(), what));
    Path printed = directory.resolve(what + ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
    builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      assertThat(process.waitFor(200, TimeUnit.SECONDS)).as("ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(printed, StandardCharsets.ISO_8859_1);
    assertThat(text).as("what was printed").contains("canary: the end");
    return text;
  }
}
