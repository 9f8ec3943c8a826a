package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.schedule.SecondStore;
import dev.etcdbackup.testkit.TestSnapshots;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** The commands on an S3 server, credentials from the AWS chain: here, its system properties. */
class S3Test {
  private static final String ACCESS_KEY = "aws.accessKeyId";
  private static final String SECRET_KEY = "aws.secretAccessKey";
  private static final String STORE = "--store=s3://etcd-backup/site";

  private static S3Server server;

  @TempDir Path directory;

  @BeforeAll
  static void startS3WithTheSeed() {
    server = S3Server.embedded();
    System.setProperty(ACCESS_KEY, server.accessKey());
    System.setProperty(SECRET_KEY, server.secretKey());
    try (S3Client client = S3Clients.forRgw(server.endpoint()).build()) {
      client.createBucket(request -> request.bucket("etcd-backup"));
      byte[] snapshot = TestSnapshots.bytes(1, 10);
      Cli.seedListing()
          .lines()
          .forEach(
              key ->
                  client.putObject(
                      request -> request.bucket("etcd-backup").key("site/" + key),
                      RequestBody.fromBytes(snapshot)));
      client.putObject(
          request -> request.bucket("etcd-backup").key("sitemap"), RequestBody.empty());
    }
  }

  @AfterAll
  static void stopS3() {
    System.clearProperty(ACCESS_KEY);
    System.clearProperty(SECRET_KEY);
    server.close();
  }

  private static Cli run(String... args) {
    return at(server.endpoint(), args);
  }

  private static Cli at(URI endpoint, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--s3-endpoint=" + endpoint);
    return Cli.run(all.toArray(String[]::new));
  }

  @Test
  void theListingIsTheSeedsByteForByte() {
    assertThat(run("list", STORE)).isEqualTo(new Cli(0, Cli.seedListing(), ""));
    assertThat(run("list", "cray-crus", STORE + "/").out().lines()).hasSize(4);
    assertThat(run("latest", "cray-fas", STORE).out())
        .isEqualTo("cray-fas/etcd.backup_v71858_2020-02-03-20:45:48\n");
  }

  @Test
  void aProjectIsMirroredToADirectoryAndBackToAnotherPrefix() throws Exception {
    Path local = Files.createDirectory(directory.resolve("local"));
    Cli there = run("mirror", "cray-crus", STORE, "--to=" + local.toUri());
    assertThat(there.code()).as(there.err()).isZero();
    assertThat(Cli.on(local, "list").out()).isEqualTo(run("list", "cray-crus", STORE).out());

    String other = "s3://etcd-backup/mirror";
    Cli back =
        Cli.on(local, "mirror", "--all", "--to=" + other, "--to-endpoint=" + server.endpoint());
    assertThat(back.code()).as(back.err()).isZero();
    assertThat(back.out().lines()).hasSize(4).allMatch(line -> line.startsWith("copied "));
    assertThat(run("list", "--store=" + other).out()).isEqualTo(Cli.on(local, "list").out());
    assertThat(run("copy", "cray-crus/none", STORE, "--to=" + other).code()).isEqualTo(1);
    assertThat(run("mirror", "cray-crus", STORE, "--to=" + other).out().lines())
        .hasSize(4)
        .allMatch(line -> line.startsWith("present "));
  }

  @Test
  void theServerCopiesBetweenItsStores() {
    String other = "s3://etcd-backup/copied-by-the-server";
    Cli there = run("mirror", "cray-crus", STORE, "--to=" + other, "--server-side");
    assertThat(there.code()).as(there.err()).isZero();
    assertThat(there.out().lines())
        .hasSize(4)
        .allMatch(line -> line.contains("(not verified: copied within the server"));
    assertThat(run("list", "--store=" + other).out())
        .isEqualTo(run("list", "cray-crus", STORE).out());
    Cli elsewhere =
        run(
            "mirror",
            "cray-crus",
            STORE,
            "--to=" + other,
            "--to-endpoint=http://127.0.0.1:1",
            "--server-side");
    assertThat(elsewhere.code()).isEqualTo(2);
    assertThat(elsewhere.err()).contains("--server-side: ").contains("two servers");
  }

  @Test
  void theServerCopiesToASecondStoreOfRun() throws Exception {
    String text =
        """
        store: s3://etcd-backup/site
        copyTo: [{name: near, store: s3://etcd-backup/near, serverSide: true}]
        clusters: [{project: cray-crus}]
        """;
    BackupConfig config =
        BackupConfig.read(Files.writeString(directory.resolve("c.yaml"), text), Optional.empty());
    StoreOptions options = new StoreOptions();
    options.s3Endpoint = server.endpoint();
    try (SecondStores opened = SecondStores.open(config, options);
        StoreOptions.OpenStore first = options.open(config.store().orElseThrow())) {
      SecondStore near = opened.of(config.clusters().get(0)).get(0);
      StoredBackup source = first.store().list("cray-crus").get(0);
      StoredBackup copy = near.serverSide().orElseThrow().copy(source);
      assertThat(copy.size()).isEqualTo(source.size());
      assertThat(near.store().find(source.key())).contains(copy);
    }
  }

  /** AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 and the profile arrive by the same way. */
  @Test
  void anEndpointOfTheEnvironmentMeansTheSameAsTheOption() {
    System.setProperty("aws.endpointUrlS3", server.endpoint().toString());
    try {
      assertThat(Cli.run("list", STORE)).isEqualTo(new Cli(0, Cli.seedListing(), ""));
    } finally {
      System.clearProperty("aws.endpointUrlS3");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost:9000", "127.0.0.1:9000", "http://user:canary@h", "ftp://h", "::"})
  void anEndpointOfTheEnvironmentThatIsNoneIsAMistakeInTheUse(String endpoint) {
    System.setProperty("aws.endpointUrlS3", endpoint);
    try {
      Cli run = Cli.run("list", STORE);
      assertThat(run.code()).as(run.err()).isEqualTo(2);
      assertThat(run.err()).contains("AWS_ENDPOINT_URL or the profile: ").hasLineCount(1);
      assertThat(run.err()).doesNotContain("canary");
    } finally {
      System.clearProperty("aws.endpointUrlS3");
    }
  }

  /** The SDK's part for tokens is there: it asks the token service, whose reason is shown. */
  @Test
  void webIdentityIsTriedAndItsFailureIsShown() throws Exception {
    Path token = Files.writeString(directory.resolve("token"), "a-token");
    Map<String, String> settings =
        Map.of(
            "aws.webIdentityTokenFile", token.toString(),
            "aws.roleArn", "arn:aws:iam::123456789012:role/backup",
            "aws.endpointUrlSts", "http://127.0.0.1:1",
            "aws.region", "us-east-1");
    Map<String, String> keys = new HashMap<>();
    for (String key : List.of("aws.accessKeyId", "aws.secretAccessKey")) {
      keys.put(key, System.clearProperty(key));
    }
    settings.forEach(System::setProperty);
    try {
      Cli run = run("list", STORE);
      assertThat(run.code()).as(run.err()).isEqualTo(4);
      assertThat(run.err())
          .contains("WebIdentityTokenFileCredentialsProvider")
          .contains("127.0.0.1:1")
          .hasLineCount(1);
    } finally {
      settings.keySet().forEach(System::clearProperty);
      keys.forEach(
          (key, value) -> {
            if (value != null) {
              System.setProperty(key, value);
            }
          });
    }
  }

  @Tag("slow")
  @Test
  @Tag("server")
  void checkStoreSaysWhetherABucketSuits() {
    Cli good = run("check-store", STORE + "-check");
    assertThat(good.code()).as(good.out()).isEqualTo(0);
    assertThat(good.out()).startsWith("ok list: ").contains("\nok delete: ").hasLineCount(11);
    assertThat(run("list", STORE + "-check").out()).isEmpty();

    Cli bad = run("check-store", "--store=s3://no-bucket", "-ojson");
    assertThat(bad.code()).isEqualTo(4);
    assertThat(bad.out()).contains("\"result\" : \"failed\"").contains("NoSuchBucket");

    assertThat(Cli.on(directory, "check-store").code()).isEqualTo(2);
  }

  @Test
  void aMissingBucketIsNoMissingBackup() {
    Cli missing = run("get", "p/none", "--to", directory.resolve("x").toString(), STORE);
    assertThat(missing.code()).as(missing.err()).isEqualTo(1);
    Cli noBucket =
        run("get", "p/none", "--to", directory.resolve("x").toString(), "--store=s3://no-bucket");
    assertThat(noBucket.code()).isEqualTo(4);
    assertThat(noBucket.err()).contains("404 NoSuchBucket").contains("create it").hasLineCount(1);
  }

  @Tag("server")
  @Test
  void aBackupGoesThereAndComesBackAndIsPruned() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      for (int i = 0; i < 3; i++) {
        Cli created = run("create", "p", "--etcd", etcd.endpoint().toString(), STORE + "-2");
        assertThat(created.err()).isEmpty();
        assertThat(created.out()).startsWith("p/etcd.backup_v");
      }
      List<String> keys = run("list", "p", STORE + "-2").out().lines().toList();
      assertThat(keys).hasSize(3);
      Path file = directory.resolve("back.db");
      assertThat(run("get", keys.get(2), "--to", file.toString(), STORE + "-2").code())
          .isEqualTo(0);
      assertThat(etcd.etcdctl("snapshot", "status", file.toString())).isNotEmpty();

      Cli pruned = run("prune", "p", "--keep-last", "1", STORE + "-2");
      assertThat(pruned.err()).isEmpty();
      assertThat(pruned.code()).isEqualTo(0);
      assertThat(run("list", "p", STORE + "-2").out()).isEqualTo(keys.get(2) + "\n");
    }
  }

  @Test
  void snapshotsAreReadFromThere() {
    String key = "p/etcd.backup_v230_2020-02-03-20:45:48";
    try (S3Client client = S3Clients.forRgw(server.endpoint()).build()) {
      client.putObject(
          request -> request.bucket("etcd-backup").key("golden/" + key),
          RequestBody.fromBytes(Goldens.bytes("3.6.14-plain")));
    }
    String golden = "--store=s3://etcd-backup/golden";
    assertThat(run("inspect", key, golden).out())
        .startsWith("revision: 230\n")
        .endsWith("read by: ranges\n");
    assertThat(run("status", key, golden).out()).contains("totalKey: 171\n");
    assertThat(run("keys", key, golden).out()).hasLineCount(171);
    assertThat(run("verify", "--all", golden)).isEqualTo(new Cli(0, "ok " + key + "\n", ""));
    assertThat(run("verify", "cray-bss/none", golden).code()).isEqualTo(1);
  }

  @Test
  void aMissingBucketIsAFailureOfTheStore() {
    refusedByStore(run("list", "--store=s3://no-such-bucket"), "no-such-bucket");
  }

  @Test
  void aServerThatIsNotThereIsAFailureOfTheStore() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    refusedByStore(at(URI.create("http://127.0.0.1:" + port), "list", STORE), "s3://etcd-backup");
  }

  @Test
  void wrongCredentialsAreRefusedAndNotShown() {
    System.setProperty(SECRET_KEY, "canary-secret");
    try {
      Cli run = run("list", STORE, "--debug");
      assertThat(run.code()).isEqualTo(4);
      assertThat(run.err()).contains("etcd-backup: ").doesNotContain("canary-secret");
    } finally {
      System.setProperty(SECRET_KEY, server.secretKey());
    }
  }

  @Test
  void noCredentialsIsSaidInOneLine() {
    System.clearProperty(ACCESS_KEY);
    System.clearProperty(SECRET_KEY);
    System.setProperty("aws.disableEc2Metadata", "true");
    System.setProperty("aws.sharedCredentialsFile", directory.resolve("none").toString());
    System.setProperty("aws.configFile", directory.resolve("none").toString());
    try {
      refusedByStore(run("list", STORE), "credentials");
    } finally {
      System.clearProperty("aws.disableEc2Metadata");
      System.clearProperty("aws.sharedCredentialsFile");
      System.clearProperty("aws.configFile");
      System.setProperty(ACCESS_KEY, server.accessKey());
      System.setProperty(SECRET_KEY, server.secretKey());
    }
  }

  @Test
  void aKeyDoesNotGoOverALineThatAnybodyReads() throws IOException {
    Path key = Files.write(directory.resolve("key"), new byte[32]);
    Cli run = run("list", STORE, "--s3-customer-key-file=" + key);
    assertThat(run)
        .isEqualTo(
            new Cli(
                2,
                "",
                "etcd-backup: --s3-customer-key-file: the key would be sent unencrypted; the"
                    + " endpoint must be https, not http\n"));
  }

  private static void refusedByStore(Cli run, String part) {
    assertThat(run.err()).startsWith("etcd-backup: ").contains(part).matches("[^\n]*\n");
    assertThat(run.out()).isEmpty();
    assertThat(run.code()).isEqualTo(4);
  }

  /** A store that lists two backups and deletes none. */
  @Test
  void aBackupThatCannotBeDeletedIsReported() throws IOException {
    String listing =
        """
        <ListBucketResult><Name>b-1</Name><IsTruncated>false</IsTruncated><KeyCount>2</KeyCount>
        <Contents><Key>p/e_v1_2020-02-01-00:00:00</Key><Size>0</Size><ETag>"e"</ETag>
        <LastModified>2020-02-01T00:00:00.000Z</LastModified></Contents>
        <Contents><Key>p/e_v2_2020-02-02-00:00:00</Key><Size>0</Size><ETag>"e"</ETag>
        <LastModified>2020-02-02T00:00:00.000Z</LastModified></Contents></ListBucketResult>
        """;
    String refusal =
        """
        <DeleteResult><Error><Key>p/e_v1_2020-02-01-00:00:00</Key><Code>AccessDenied</Code>
        <Message>object is locked</Message></Error></DeleteResult>
        """;
    HttpServer locked =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    locked.createContext(
        "/b-1",
        exchange -> {
          boolean notes = exchange.getRequestURI().toString().contains(".etcd-backup");
          String body =
              !exchange.getRequestMethod().equals("GET")
                  ? refusal
                  : notes ? "<ListBucketResult><Name>b-1</Name></ListBucketResult>" : listing;
          exchange.getRequestBody().readAllBytes();
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/xml");
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    locked.start();
    try {
      URI endpoint = URI.create("http://127.0.0.1:" + locked.getAddress().getPort());
      Cli run = at(endpoint, "prune", "p", "--keep-last=1", "--no-verify", "--store=s3://b-1");
      assertThat(run.out())
          .isEqualTo(
              """
              delete p/e_v1_2020-02-01-00:00:00 no rule keeps it
              keep p/e_v2_2020-02-02-00:00:00 last 1: newest
              """);
      assertThat(run.err())
          .isEqualTo(
              "etcd-backup: p/e_v1_2020-02-01-00:00:00 was not deleted: AccessDenied: object is"
                  + " locked\n");
      assertThat(run.code()).isEqualTo(4);
    } finally {
      locked.stop(0);
    }
  }
}
