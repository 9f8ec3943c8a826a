package dev.etcdbackup.testkit.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;

/**
 * Ceph where this machine's programs are hidden and only a container is left: {@code
 * fixtures/podman} sees to that, and CI runs this there. Not among the tests of an ordinary build.
 */
@Tag("server")
class CephContainerIT {
  @Test
  void whereThereAreNoProgramsAContainerIsRunAndCloseEndsIt() throws Exception {
    assertThat(LocalCeph.possible()).isFalse();
    List<String> before = containers();
    URI endpoint;
    try (S3Server rgw = S3Server.ceph()) {
      assertThat(containers()).hasSize(before.size() + 1);
      endpoint = rgw.endpoint();
      assertThat(endpoint.getScheme()).isEqualTo("http");
      assertThat(endpoint.getHost()).isEqualTo("127.0.0.1");
      assertThat(rgw.caPem()).isEmpty();
      assertThat(get(HttpClient.newHttpClient(), endpoint)).contains("ListAllMyBucketsResult");
    }
    assertThat(containers()).isEqualTo(before);
    assertThat(listens(endpoint)).isFalse();
  }

  @Test
  void itsHttpsSideShowsACertificateOfTheAuthorityItNames() throws Exception {
    try (S3Server rgw = S3Server.cephTls()) {
      assertThat(rgw.endpoint().getScheme()).isEqualTo("https");
      HttpClient trusting = HttpClient.newBuilder().sslContext(trusting(rgw)).build();
      assertThat(get(trusting, rgw.endpoint())).contains("ListAllMyBucketsResult");
    }
  }

  @Test
  void twoRunSideBySideAndEachKnowsItsOwnUsers() throws Exception {
    try (S3Server one = S3Server.ceph();
        S3Server other = S3Server.ceph()) {
      assertThat(one.endpoint()).isNotEqualTo(other.endpoint());
      assertThat(CephContainer.statusOfSignedRequest(one.endpoint(), one)).isEqualTo(200);
      assertThat(CephContainer.statusOfSignedRequest(one.endpoint(), other)).isEqualTo(403);
    }
  }

  private static List<String> containers() {
    return DockerClientFactory.instance()
        .client()
        .listContainersCmd()
        .withShowAll(true)
        .exec()
        .stream()
        .map(container -> container.getId())
        .toList();
  }

  /** What the gateway answers without credentials: an empty list of buckets. */
  private static String get(HttpClient client, URI endpoint) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(endpoint).build();
    return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private static SSLContext trusting(S3Server rgw) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(rgw.caPem().orElseThrow())) {
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), new SecureRandom());
    return context;
  }

  private static boolean listens(URI endpoint) {
    try (Socket socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }
}
