package dev.etcdbackup.testkit.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3ServerTest {
  @Test
  void theEmbeddedServerAddsNoMoreThanTwelveMegabytes() throws Exception {
    long bytes = 0;
    for (String type :
        new String[] {
          "org.gaul.s3proxy.S3Proxy",
          "tools.jackson.dataformat.xml.XmlMapper",
          "tools.jackson.databind.ObjectMapper",
          "tools.jackson.core.JsonParser",
          "com.fasterxml.jackson.annotation.JsonProperty",
          "org.codehaus.stax2.XMLStreamReader2",
          "com.ctc.wstx.stax.WstxInputFactory",
          "com.google.common.collect.ImmutableList",
          "com.google.common.util.concurrent.internal.InternalFutureFailureAccess",
          "com.google.common.jimfs.Jimfs",
          "jakarta.servlet.Servlet"
        }) {
      Path jar =
          Path.of(Class.forName(type).getProtectionDomain().getCodeSource().getLocation().toURI());
      assertThat(jar.toString()).endsWith(".jar");
      bytes += Files.size(jar);
    }
    assertThat(bytes).isLessThanOrEqualTo(12_000_000);
  }

  @Test
  void serversAreListedByNameWithTheirKeys() {
    Map<String, S3Server> servers =
        S3Server.listed(" moto-5.2.5=http://a:b+%2Fc@127.0.0.1:5000 aws=https://k:s@h\n");

    assertThat(servers.keySet()).containsExactly("moto-5.2.5", "aws");
    S3Server moto = servers.get("moto-5.2.5");
    assertThat(moto.endpoint()).hasToString("http://127.0.0.1:5000");
    assertThat(moto.accessKey()).isEqualTo("a");
    assertThat(moto.secretKey()).isEqualTo("b+/c");
    assertThat(servers.get("aws").endpoint()).hasToString("https://h");
    assertThat(S3Server.listed("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"moto", "moto=http://h:1", "moto=ftp://canary:canary@h", "http://a:b@h"})
  void anEntryOfAnotherFormIsRefusedWithoutShowingKeys(String entry) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> S3Server.listed(entry))
        .withMessageContaining("NAME-VERSION=http://ACCESS_KEY:SECRET_KEY@HOST:PORT")
        .withMessageNotContaining("canary");
  }

  @Tag("server")
  @Test
  void cephRunsWhereItsProgramsAreAndEndsWithTheTest(@Ceph S3Server rgw) throws Exception {
    assertThat(rgw.endpoint().getScheme()).isEqualTo("http");
    assertThat(statusOf(rgw.endpoint())).isIn(200, 403);
  }

  @Tag("server")
  @Test
  void cephOfThisMachineIsEndedWhenItIsClosed() throws Exception {
    if (!LocalCeph.possible()) {
      S3Server.ceph().close(); // ends the test when there is no address either
      return;
    }
    URI endpoint;
    try (S3Server rgw = LocalCeph.start(true)) {
      assertThat(rgw.endpoint().getScheme()).isEqualTo("https");
      assertThat(Files.readString(rgw.caPem().orElseThrow())).contains("BEGIN CERTIFICATE");
      endpoint = URI.create("http://127.0.0.1:" + rgw.endpoint().getPort());
      assertThat(answers(endpoint)).isTrue();
    }
    assertThat(answers(endpoint)).isFalse();
  }

  @Test
  void cephsImageIsTheOneThatTheEnvironmentNamesElseCephsOwn() {
    assertThat(CephContainer.image("registry.example/ceph:v19"))
        .isEqualTo("registry.example/ceph:v19");
    assertThat(CephContainer.image(null)).isEqualTo("quay.io/ceph/ceph:v18");
    assertThat(CephContainer.image("")).isEqualTo("quay.io/ceph/ceph:v18");
  }

  private static int statusOf(URI endpoint) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) endpoint.toURL().openConnection();
    connection.setConnectTimeout(5_000);
    connection.setReadTimeout(5_000);
    return connection.getResponseCode();
  }

  /** Whether anything listens there. */
  private static boolean answers(URI endpoint) {
    try (Socket socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }
}
