package dev.etcdbackup.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.testkit.etcd.EtcdCertificates;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real etcd servers whose clients take what they need from Secrets. */
@Tag("server")
@Timeout(60)
class EtcdSecretsTest {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private final MockApi api = MockApi.start();
  private final KubernetesClient client = api.newClient();

  @AfterEach
  void stop() {
    client.close();
    api.close();
  }

  @Test
  void aCertificateThatIsRotatedAppliesToTheNextSnapshot() throws Exception {
    try (EtcdServer etcd = EtcdServer.builder().clientCertificates().start()) {
      EtcdCertificates files = etcd.certificates();
      secret(
          "etcd",
          Map.of(
              "ca.crt", read(files.ca()),
              "tls.crt", read(files.expiredClient()),
              "tls.key", read(files.expiredClientKey())));
      SnapshotSource source =
          EtcdSecrets.tls("etcd").source(client, "services", etcd.endpoints(), TIMEOUT);
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(source::open)
          .withMessageContaining("the client certificate (Secret etcd) expired");

      secret(
          "etcd",
          Map.of(
              "ca.crt", read(files.ca()),
              "tls.crt", read(files.client()),
              "tls.key", read(files.clientKey())));
      api.requests().clear();
      assertOpens(source);
      assertThat(api.requests()).containsExactly("GET /api/v1/namespaces/services/secrets/etcd");
    }
  }

  @Test
  void aPasswordThatIsRotatedAppliesToTheNextSnapshot() throws Exception {
    try (EtcdServer etcd = EtcdServer.builder().rootPassword("right").start()) {
      secret("etcd", Map.of("etcd-root-password", "wrong"));
      SnapshotSource source =
          EtcdSecrets.none()
              .withUser("root", "etcd", null)
              .source(client, "services", etcd.endpoints(), TIMEOUT);
      assertThatExceptionOfType(SourceException.class).isThrownBy(source::open);
      secret("etcd", Map.of("etcd-root-password", "right"));
      assertOpens(source);
    }
  }

  @Test
  void aSecretMayHoldTheUserAndALineBreakAfterThePassword() throws Exception {
    try (EtcdServer etcd = EtcdServer.builder().rootPassword("right").start()) {
      EtcdSecrets secrets = EtcdSecrets.none().withLogin("etcd");
      secret("etcd", Map.of("password", "right"));
      assertFails(
          secrets,
          List.of(URI.create("https://a:2379")),
          "Secret etcd of namespace services has no entry username");
      secret("etcd", Map.of("username", "root\n", "password", "right\n"));
      assertOpens(secrets.source(client, "services", etcd.endpoints(), TIMEOUT));
      assertThat(secrets.names()).containsExactly("etcd");
    }
  }

  @Test
  void aSecretMayHoldNoClientCertificate() throws Exception {
    EtcdSecrets secrets =
        EtcdSecrets.none()
            .withAuthorities("etcd", null)
            .withCertificateIfPresent("etcd", null, null);
    EtcdCertificates files = EtcdCertificates.shared();
    secret("etcd", Map.of("ca.crt", read(files.ca())));
    try (EtcdServer etcd = EtcdServer.builder().tls().start()) {
      assertOpens(secrets.source(client, "services", etcd.endpoints(), TIMEOUT));
    }
    secret("etcd", Map.of("ca.crt", read(files.ca()), "tls.crt", read(files.client())));
    assertFails(
        secrets,
        List.of(URI.create("https://a:2379")),
        "Secret etcd of namespace services has no entry tls.key or etcd-client.key or client.key"
            + " or key.pem or client-key.pem");
  }

  @Test
  void whatIsMissingIsNamed() {
    EtcdSecrets secrets = EtcdSecrets.tls("etcd");
    List<URI> endpoints = List.of(URI.create("https://a:2379"));
    assertFails(secrets, endpoints, "there is no Secret etcd of namespace services");
    secret("etcd", Map.of("tls.crt", "CANARY"));
    assertFails(
        secrets,
        endpoints,
        "Secret etcd of namespace services has no entry ca.crt or etcd-client-ca.crt or bundle.crt"
            + " or ca.pem or server-ca.crt");
    secret("etcd", Map.of("ca.crt", "CANARY"));
    assertFails(secrets, endpoints, "Secret etcd holds no certificate");
    assertFails(
        EtcdSecrets.none().withAuthorities("etcd", "mine"),
        endpoints,
        "Secret etcd of namespace services has no entry mine");
  }

  @Test
  void itNamesSecretsAndNothingElse() {
    EtcdSecrets secrets = EtcdSecrets.tls("a").withUser("root", "b", "password");
    assertThat(secrets.names()).containsExactly("a", "b");
    assertThat(secrets).hasToString("Secrets[a, b]");
    assertThat(EtcdSecrets.none().names()).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> EtcdSecrets.tls(""));
    assertThat(EtcdSecrets.tls("a.b-c").names()).containsExactly("a.b-c");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EtcdSecrets.none().withUser("", "a", null));
  }

  /** The name becomes a part of the path of a request. */
  @ParameterizedTest
  @ValueSource(strings = {"../../other/secrets/a", "a?watch=1", "a#b", "a%2Fb", "a b", "..", "A"})
  void aNameThatNoSecretCanHaveIsRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EtcdSecrets.tls(name))
        .withMessageContaining("the name of a Secret must be 1 to 253 lower-case letters");
    assertThatIllegalArgumentException().isThrownBy(() -> EtcdSecrets.none().withLogin(name));
    KubernetesStore.Builder store = KubernetesStore.builder(client, "services");
    assertThatIllegalArgumentException().isThrownBy(() -> store.secret(name));
    assertThatIllegalArgumentException().isThrownBy(() -> store.configMap(name));
  }

  private void assertFails(EtcdSecrets secrets, List<URI> endpoints, String reason) {
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> secrets.connect(client, "services", endpoints))
        .withMessage("the credentials of etcd at https://a:2379 cannot be read: " + reason)
        .satisfies(e -> assertThat(e).hasMessageNotContaining("CANARY"));
  }

  private static void assertOpens(SnapshotSource source) throws Exception {
    try (Snapshot snapshot = source.open()) {
      assertThat(snapshot.size()).isPositive();
    }
  }

  private static String read(Path file) throws Exception {
    return Files.readString(file);
  }

  private void secret(String name, Map<String, String> entries) {
    Map<String, String> encoded = new HashMap<>();
    entries.forEach(
        (key, value) ->
            encoded.put(
                key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
    Secret secret =
        new SecretBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace("services")
            .endMetadata()
            .withData(encoded)
            .build();
    var secrets = client.secrets().inNamespace("services");
    if (secrets.withName(name).get() == null) {
      secrets.resource(secret).create();
    } else {
      secrets.resource(secret).update();
    }
  }
}
