package dev.etcdbackup.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.testkit.etcd.EtcdCertificates;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.s3.EmbeddedS3;
import dev.etcdbackup.testkit.s3.S3Server;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** Secrets as the etcd operator's users have them, an S3 server, and an etcd that asks for TLS. */
@Tag("server")
@Timeout(120)
class SecretBackendsTest {
  private final Map<String, Map<String, String>> secrets = new ConcurrentHashMap<>();
  private HttpServer api;
  private KubernetesClient client;
  private SecretBackends backends;

  /** Serves Secrets, and nothing else, as an API server does. */
  @BeforeEach
  void start() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext(
        "/api/v1/namespaces/services/secrets/",
        exchange -> {
          String name = Path.of(exchange.getRequestURI().getPath()).getFileName().toString();
          Map<String, String> values = secrets.get(name);
          byte[] answer =
              values == null
                  ? "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":404}"
                      .getBytes(UTF_8)
                  : json(name, values);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(values == null ? 404 : 200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    api.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(Config.empty())
                    .withMasterUrl("http://127.0.0.1:" + api.getAddress().getPort())
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .build();
    backends = new SecretBackends(client);
  }

  private static byte[] json(String name, Map<String, String> values) {
    Map<String, String> encoded = new HashMap<>();
    values.forEach(
        (key, value) ->
            encoded.put(key, Base64.getEncoder().encodeToString(value.getBytes(UTF_8))));
    return Serialization.asJson(
            new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withData(encoded)
                .build())
        .getBytes(UTF_8);
  }

  @AfterEach
  void stop() {
    backends.close();
    client.close();
    api.stop(0);
  }

  private static String credentials(String id, String key) {
    return "[default]\naws_access_key_id = " + id + "\naws_secret_access_key = " + key + "\n";
  }

  @Test
  void aBackupGoesFromAnEtcdWithCertificatesToABucketWithTheFilesOfTheAwsTool(
      @EmbeddedS3 S3Server s3) throws Exception {
    try (S3Client direct =
        S3Clients.forRgw(s3.endpoint())
            .region(s3.region())
            .credentials(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(s3.accessKey(), s3.secretKey())))
            .build()) {
      direct.createBucket(bucket -> bucket.bucket("etcd-backup"));
    }
    StoreAddress address =
        new StoreAddress(s3.endpoint().toString(), null, "etcd-backup", "", "services", "aws");
    BackupStore store = backends.store(address);
    assertThatThrownBy(() -> store.list("cray-bss"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("Secret services/aws cannot be used: there is no such Secret");
    secrets.put(
        "aws",
        Map.of(
            "credentials",
            credentials(s3.accessKey(), s3.secretKey()),
            "config",
            "[default]\nregion = " + s3.region() + "\n"));

    try (EtcdServer etcd = EtcdServer.builder().clientCertificates().start()) {
      etcd.put("a", "b");
      EtcdAddress cluster =
          new EtcdAddress(
              List.of(etcd.endpoint().toString()),
              "services",
              new EtcdBackupScheduleSpec.Etcd(List.of(), "tls", null).secrets(),
              Duration.ofSeconds(30));
      assertThatThrownBy(() -> backends.source(cluster).open())
          .isInstanceOf(SourceException.class)
          .hasMessageContaining("there is no Secret tls of namespace services");
      secrets.put("tls", tls());

      BackupService.builder(store).build().backUp("cray-bss", backends.source(cluster));
    }

    assertThat(store.list("cray-bss")).hasSize(1);
  }

  private static Map<String, String> tls() throws IOException {
    EtcdCertificates certificates = EtcdCertificates.shared();
    return Map.of(
        "etcd-client-ca.crt", Files.readString(certificates.ca()),
        "etcd-client.crt", Files.readString(certificates.client()),
        "etcd-client.key", Files.readString(certificates.clientKey()));
  }

  @Test
  void whatIsWrongWithASecretIsSaidWithoutItsValues() {
    StoreAddress address =
        new StoreAddress("http://127.0.0.1:1", null, "etcd-backup", "", "services", "aws");
    says(address, "[default\naws_secret_access_key = hidden\n", "is not an AWS shared file");
    says(address, "[other]\naws_secret_access_key = hidden\n", "in the profile 'default'");
    secrets.put("aws", Map.of("AWS_ACCESS_KEY_ID", "hidden"));
    says(address, "only one of the entries accessKeyId and secretAccessKey");
  }

  private void says(StoreAddress address, String file, String reason) {
    secrets.put("aws", Map.of("credentials", file));
    says(address, reason);
  }

  private void says(StoreAddress address, String reason) {
    assertThatThrownBy(() -> backends.store(address).list("p"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("Secret services/aws")
        .hasMessageContaining(reason)
        .hasMessageNotContaining("hidden");
  }
}
