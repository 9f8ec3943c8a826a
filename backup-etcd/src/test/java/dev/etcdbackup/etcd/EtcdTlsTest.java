package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.testkit.etcd.EtcdCertificates;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real etcd servers with TLS, one of which wants certificates of its clients. */
@Tag("server")
@Timeout(60)
class EtcdTlsTest {
  @AutoClose private static EtcdServer server;
  @AutoClose private static EtcdServer strict;
  private static EtcdCertificates certificates;

  @TempDir private Path directory;

  @BeforeAll
  static void startEtcd() throws Exception {
    server = EtcdServer.builder().tls().rootPassword("secret").start();
    strict = EtcdServer.builder().clientCertificates().start();
    certificates = strict.certificates();
  }

  @Test
  void tlsWithTheAuthorityAndALogin() throws Exception {
    EtcdTls tls = EtcdTls.trusting(certificates.ca());
    EtcdConnection connection =
        EtcdConnection.builder(server.endpoints()).tls(tls).user("root", () -> "secret").build();
    try (Snapshot snapshot = EtcdSnapshotSource.builder(connection).build().open()) {
      assertThat(snapshot.size()).isPositive();
    }
  }

  @Test
  void tlsWithACertificateOfTheClient() throws Exception {
    try (Snapshot snapshot = source(strict.endpoint(), withCertificate()).open()) {
      assertThat(snapshot.size()).isPositive();
    }
  }

  @Test
  void certificatesAndKeysInOneFileInAnyOrder() throws Exception {
    String ca = Files.readString(certificates.ca());
    String certificate = Files.readString(certificates.client());
    String key = Files.readString(certificates.clientKey());
    for (String all : List.of(certificate + key, key + certificate)) {
      Path file = Files.writeString(directory.resolve("one.pem"), all);
      Path authorities = Files.writeString(directory.resolve("ca.pem"), key + ca);
      EtcdTls tls = EtcdTls.trusting(authorities).withCertificate(file, file);
      try (Snapshot snapshot = source(strict.endpoint(), tls).open()) {
        assertThat(snapshot.size()).isPositive();
      }
    }
  }

  @Test
  void aClientWithoutACertificateIsTurnedAway() {
    assertRefused(strict.endpoint(), EtcdTls.trusting(certificates.ca()), "certificate");
  }

  @Test
  void anExpiredCertificateOfTheClientIsNamedWithItsTime() {
    EtcdTls expired =
        EtcdTls.trusting(certificates.ca())
            .withCertificate(certificates.expiredClient(), certificates.expiredClientKey());
    String problem = "the client certificate (" + certificates.expiredClient();
    assertRefused(strict.endpoint(), expired, problem);
    assertRefused(strict.endpoint(), expired, " expired at ");
    EtcdConnection connection = EtcdConnection.builder(strict.endpoints()).tls(expired).build();
    try (EtcdBackupLock lock = EtcdBackupLock.builder(connection).build()) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> lock.tryAcquire("p", () -> {}))
          .withMessageContaining(problem);
    }
  }

  @Test
  void aCertificateThatWasReplacedCountsForTheNextSnapshotAndTheNextLock() throws Exception {
    Path certificate = Files.copy(certificates.expiredClient(), directory.resolve("client.pem"));
    Path key = Files.copy(certificates.expiredClientKey(), directory.resolve("client.key"));
    EtcdTls tls = EtcdTls.trusting(certificates.ca()).withCertificate(certificate, key);
    EtcdSnapshotSource source = source(strict.endpoint(), tls);
    EtcdConnection connection = EtcdConnection.builder(strict.endpoints()).tls(tls).build();
    try (EtcdBackupLock lock = EtcdBackupLock.builder(connection).build()) {
      assertThatExceptionOfType(SourceException.class).isThrownBy(source::open);
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> lock.tryAcquire("p", () -> {}));

      Files.copy(certificates.client(), certificate, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(certificates.clientKey(), key, StandardCopyOption.REPLACE_EXISTING);

      source.open().close();
      lock.tryAcquire("p", () -> {}).orElseThrow().close();
    }
  }

  @Test
  void aServerOfAnotherAuthorityIsNotTrusted() {
    String problem = "unable to find valid certification path";
    assertRefused(strict.endpoint(), EtcdTls.trusting(certificates.client()), problem);
    assertRefused(strict.endpoint(), EtcdTls.trustingSystem(), problem);
  }

  @Test
  void anHttpsEndpointMeansTlsWithoutAnySettings() {
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> source(EtcdConnection.to(strict.endpoints())).open())
        .withMessageContaining("unable to find valid certification path");
  }

  @Test
  void aServerOfAnotherNameIsNotTrusted() {
    EtcdConnection elsewhere =
        EtcdConnection.builder(strict.endpoints())
            .tls(withCertificate())
            .authority("elsewhere.example")
            .build();
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> source(elsewhere).open())
        .withMessageContaining("elsewhere.example");
  }

  @Test
  void tlsAndHttpDoNotGoTogether() {
    URI http = URI.create("http://127.0.0.1:" + strict.endpoint().getPort());
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> source(http, withCertificate()).open())
        .withMessage("%s: TLS is set, so the endpoint must be https://", http);
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> source(EtcdConnection.to(List.of(http))).open())
        .withMessage(
            "no member provides a snapshot: %s: the connection was closed; TLS at one end only?",
            http);
  }

  @Test
  void filesAreReadAtEachOpeningSoThatRenewedOnesCount() throws Exception {
    Path ca = directory.resolve("ca.pem");
    EtcdTls tls =
        EtcdTls.trusting(ca).withCertificate(certificates.client(), certificates.clientKey());
    EtcdSnapshotSource source = source(strict.endpoint(), tls);
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(source::open)
        .withMessage(
            "%s: the settings of the connection cannot be read: there is no file %s",
            strict.endpoint(), ca);
    Files.copy(certificates.ca(), ca);
    source.open().close();
  }

  @Test
  void aFileThatIsNotWhatItShouldBeIsNamed() throws Exception {
    Path text = Files.writeString(directory.resolve("text.pem"), "hello");
    Path empty = Files.createFile(directory.resolve("empty.pem"));
    Path ca = certificates.ca();
    assertUnusable(EtcdTls.trusting(text), text + " holds no certificate");
    assertUnusable(EtcdTls.trusting(empty), empty + " holds no certificate");
    assertUnusable(EtcdTls.trusting(directory), directory + " cannot be read");
    assertUnusable(EtcdTls.trusting(ca).withCertificate(ca, text), text + " holds no private key");
    assertUnusable(EtcdTls.trusting(ca).withCertificate(ca, ca), ca + " holds no private key");
  }

  @Test
  void aKeyOfAnotherCertificateIsOfNoUse() {
    Path otherKey = certificates.serverKey();
    EtcdTls mixed =
        EtcdTls.trusting(certificates.ca()).withCertificate(certificates.client(), otherKey);
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> source(strict.endpoint(), mixed).open())
        .withMessageStartingWith("no member provides a snapshot: " + strict.endpoint() + ": ");
  }

  @Test
  void httpsToAServerWithoutTlsIsToldInOneLine() throws Exception {
    try (EtcdServer plain = EtcdServer.start()) {
      URI https = URI.create("https://127.0.0.1:" + plain.endpoint().getPort());
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> source(https, withCertificate()).open())
          .withMessage(
              "no member provides a snapshot: %s: the connection was closed; TLS at one end only?",
              https);
    }
  }

  @Test
  void itNamesItsFilesOnly() {
    assertThat(EtcdTls.trusting(Path.of("ca.pem")).withCertificate(Path.of("a"), Path.of("b")))
        .hasToString("EtcdTls[ca=ca.pem, certificate=a, key=b]");
  }

  private static void assertRefused(URI endpoint, EtcdTls tls, String problem) {
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> source(endpoint, tls).open())
        .withMessageStartingWith("no member provides a snapshot: " + endpoint + ": ")
        .withMessageContaining(problem)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  private static void assertUnusable(EtcdTls tls, String problem) {
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(tls::check)
        .withMessageStartingWith(problem);
  }

  private static EtcdTls withCertificate() {
    return EtcdTls.trusting(certificates.ca())
        .withCertificate(certificates.client(), certificates.clientKey());
  }

  private static EtcdSnapshotSource source(URI endpoint, EtcdTls tls) {
    return source(EtcdConnection.builder(List.of(endpoint)).tls(tls).build());
  }

  private static EtcdSnapshotSource source(EtcdConnection connection) {
    return EtcdSnapshotSource.builder(connection).build();
  }
}
