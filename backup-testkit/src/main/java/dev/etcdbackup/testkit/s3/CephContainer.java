package dev.etcdbackup.testkit.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports.Binding;
import dev.etcdbackup.testkit.etcd.EtcdCertificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/**
 * A Ceph cluster of one node with a gateway, in a container of one of Ceph's own images.
 *
 * <p>The work is done by the same script as for {@link LocalCeph}. The gateway's ports are mapped
 * to free ones of 127.0.0.1.
 */
final class CephContainer {
  /** The environment variable that names the image. */
  static final String VARIABLE = "ETCDBACKUP_RGW_IMAGE";

  /** The image that is run by default. */
  static final String IMAGE = "quay.io/ceph/ceph:v18";

  private static final Duration STARTUP = Duration.ofMinutes(3);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String DIRECTORY = "/ceph-test";
  private static final int HTTP = 8000; // the ports in the script
  private static final int HTTPS = 8443;

  private final GenericContainer<?> container;

  private CephContainer(GenericContainer<?> container) {
    this.container = container;
  }

  /**
   * Starts it; takes some five seconds once Docker has the image.
   *
   * @param tls whether the server is its HTTPS side
   */
  static S3Server start(boolean tls) {
    String image = image(System.getenv(VARIABLE));
    try {
      EtcdCertificates certificates = EtcdCertificates.shared();
      CephContainer ceph = new CephContainer(container(image, certificates));
      try {
        return ceph.up(tls, certificates);
      } catch (IOException | RuntimeException e) {
        ceph.container.stop();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the Ceph of the image " + image + " does not start", e);
    }
  }

  static String image(@Nullable String asked) {
    return asked == null || asked.isEmpty() ? IMAGE : asked;
  }

  private static GenericContainer<?> container(String image, EtcdCertificates certificates)
      throws IOException {
    byte[] script = CephScript.read(CephScript.NAME);
    byte[] certificate = Files.readAllBytes(certificates.server());
    byte[] key = Files.readAllBytes(certificates.serverKey());
    return new GenericContainer<>(DockerImageName.parse(image))
        .withCopyToContainer(Transferable.of(script), DIRECTORY + "/" + CephScript.NAME)
        .withCopyToContainer(Transferable.of(certificate), DIRECTORY + "/tls.pem")
        .withCopyToContainer(Transferable.of(key), DIRECTORY + "/tls.key")
        .withExposedPorts(HTTP, HTTPS)
        .withCreateContainerCmdModifier(
            create -> {
              HostConfig host = Objects.requireNonNull(create.getHostConfig());
              host.withPortBindings(onLoopback(HTTP), onLoopback(HTTPS));
              create.withEntrypoint("bash", DIRECTORY + "/" + CephScript.NAME, "serve", DIRECTORY);
            })
        .waitingFor(Wait.forLogMessage(".* is ready\\s*", 1).withStartupTimeout(STARTUP));
  }

  private static PortBinding onLoopback(int port) {
    return new PortBinding(Binding.bindIp("127.0.0.1"), ExposedPort.tcp(port));
  }

  private S3Server up(boolean tls, EtcdCertificates certificates) throws IOException {
    container.start();
    String env =
        container.copyFileFromContainer(
            DIRECTORY + "/env", in -> new String(in.readAllBytes(), UTF_8));
    Map<String, String> settings = CephScript.settings(env);
    URI http = URI.create("http://127.0.0.1:" + container.getMappedPort(HTTP));
    settings.put("ETCDBACKUP_RGW_ENDPOINT", http.toString());
    settings.put(
        "ETCDBACKUP_RGW_TLS_ENDPOINT", "https://127.0.0.1:" + container.getMappedPort(HTTPS));
    settings.put("ETCDBACKUP_RGW_CA", certificates.ca().toString());
    S3Server server = S3Server.ceph(settings::get, tls, container::stop);
    awaitAnswer(http, server);
    return server;
  }

  /**
   * Waits until a signed request is answered. Only this gateway knows the key, which was created
   * for it.
   */
  private static void awaitAnswer(URI http, S3Server server) throws IOException {
    Instant end = Instant.now().plus(PATIENCE);
    while (true) {
      String refusal;
      try {
        int status = statusOfSignedRequest(http, server);
        if (status == HttpURLConnection.HTTP_OK) {
          return;
        }
        refusal = "status " + status;
      } catch (IOException e) {
        refusal = e.toString();
      }
      if (Instant.now().isAfter(end)) {
        throw new IOException("no gateway of ours at " + http + ": " + refusal);
      }
    }
  }

  /**
   * Lists the buckets, with a signature of S3's version 2, which takes the JDK no more than this.
   */
  static int statusOfSignedRequest(URI http, S3Server server) throws IOException {
    long expires = Instant.now().plusSeconds(600).getEpochSecond();
    String signature;
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(server.secretKey().getBytes(UTF_8), mac.getAlgorithm()));
      byte[] code = mac.doFinal(("GET\n\n\n" + expires + "\n/").getBytes(UTF_8));
      signature = URLEncoder.encode(Base64.getEncoder().encodeToString(code), UTF_8);
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot sign", e);
    }
    String query =
        "?AWSAccessKeyId=%s&Expires=%d&Signature=%s"
            .formatted(server.accessKey(), expires, signature);
    HttpURLConnection connection =
        (HttpURLConnection) http.resolve("/" + query).toURL().openConnection();
    connection.setConnectTimeout((int) PATIENCE.toMillis());
    connection.setReadTimeout((int) PATIENCE.toMillis());
    try {
      return connection.getResponseCode();
    } finally {
      connection.disconnect();
    }
  }
}
