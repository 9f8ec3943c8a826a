package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.SourceException;
import dev.etcdbackup.etcd.drill.Drill;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EtcdSnapshotSourceTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:2379",
        "https://etcd-0.etcd.svc:2379",
        "HTTP://h:1",
        "http://[::1]:2379",
        "http://h:65535/"
      })
  void goodEndpoints(String endpoint) {
    assertThat(EtcdSnapshotSource.builder(EtcdConnection.to(endpoint)).build())
        .asString()
        .contains(endpoint);
    assertThat(EtcdSnapshotSource.builder(EtcdConnection.to(List.of(URI.create(endpoint)))).build())
        .isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:2379",
        "localhost:2379",
        "",
        "http://",
        "http://h",
        "http://h:0",
        "http://:2379",
        "ftp://h:2379",
        "http://h:2379/v3",
        "http://h:2379?x=1",
        "http://h:2379#x",
        "http://a b:2379"
      })
  void badEndpointsAreNamedWithWhatTheyShouldBe(String endpoint) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> EtcdSnapshotSource.builder(EtcdConnection.to("http://good:2379", endpoint)))
        .withMessage(
            "etcd endpoint %s must be http://HOST:PORT or https://HOST:PORT,"
                + " http://127.0.0.1:2379 say",
            endpoint);
  }

  @Test
  void aPasswordInAnEndpointIsRefusedAndNotRepeated() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> EtcdSnapshotSource.builder(EtcdConnection.to("http://root:secret@h:2379")))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                EtcdSnapshotSource.builder(
                    EtcdConnection.to(List.of(URI.create("http://r:secret@h:1")))))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
  }

  @Test
  void thereMustBeAnEndpoint() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EtcdSnapshotSource.builder(EtcdConnection.to(List.of())))
        .withMessage("etcd endpoints must be one or more, not none");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "P366D"})
  void durationsAreHeldToTheirBounds(Duration duration) {
    EtcdSnapshotSource.Builder builder =
        EtcdSnapshotSource.builder(EtcdConnection.to("http://h:1"));
    String bounds = " must be more than 0 and at most 365 days, not " + duration;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.timeout(duration))
        .withMessage("timeout" + bounds);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.noProgressTimeout(duration))
        .withMessage("noProgressTimeout" + bounds);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EtcdConnection.builder("http://h:1").probeTimeout(duration))
        .withMessage("probeTimeout" + bounds);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EtcdConnection.builder("http://h:1").connectTimeout(duration))
        .withMessage("connectTimeout" + bounds);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "P366D", "PT2562047788015215H"})
  void theTimeoutsOfWhatAsksARunningEtcdAreHeldToTheSameBounds(Duration duration) {
    EtcdConnection connection = EtcdConnection.to("http://127.0.0.1:1");
    String bounds = "timeout must be more than 0 and at most 365 days, not " + duration;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LiveRestore.builder(connection).timeout(duration))
        .withMessage(bounds);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LiveMember.of(connection, duration))
        .withMessage(bounds);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Drill.builder(Path.of(".")).timeout(duration))
        .withMessage(bounds);
  }

  @Test
  void aConnectionDoesNotChangeWhenItsBuilderIsUsedAgain() throws Exception {
    EtcdConnection.Builder builder = EtcdConnection.builder("https://h:1");
    EtcdConnection anonymous = builder.build();
    EtcdConnection first = builder.user("first", () -> "1").build();
    EtcdConnection second = builder.user("second", () -> "2").build();
    builder.tls(EtcdTls.trusting(Path.of("/there-is/no-such-file")));

    assertThat(login(anonymous)).isEqualTo("none");
    assertThat(login(first)).isEqualTo("first 1");
    assertThat(login(second)).isEqualTo("second 2");
  }

  @Test
  void aMemberThatWasClosedIsNotConnectedToAgain() throws Exception {
    InetAddress[] two = {
      InetAddress.getByAddress(new byte[] {127, 0, 0, 1}),
      InetAddress.getByAddress(new byte[] {127, 0, 0, 2})
    };
    EtcdConnection connection =
        EtcdConnection.builder("http://two:1").resolver(host -> two).build();
    LiveMember member = LiveMember.of(connection, Duration.ofSeconds(5));
    member.close();
    member.close();
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(member::id)
        .withMessage("http://two:1 (127.0.0.1): the connection was closed");
  }

  private static String login(EtcdConnection connection) throws SourceException {
    EtcdConnection.Login login = connection.settings(URI.create("https://h:1"), "a member").login();
    return login == null ? "none" : login.user() + " " + login.password();
  }

  @Test
  void aTimeoutShorterThanThatOfTheProbesCounts() throws Exception {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    try (ServerSocket silent = new ServerSocket(0, 50, loopback)) {
      EtcdSnapshotSource source =
          EtcdSnapshotSource.builder(
                  EtcdConnection.builder("http://127.0.0.1:" + silent.getLocalPort())
                      .probeTimeout(Duration.ofDays(1))
                      .build())
              .timeout(Duration.ofMillis(200))
              .build();
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(source::open)
          .withMessageContaining("no answer within 0.2s");
    }
  }

  @Test
  void whatTheClientSettingsThrowIsTheCause() {
    EtcdSnapshotSource throwing =
        EtcdSnapshotSource.builder(
                JetcdConnection.builder(
                        List.of(URI.create("http://127.0.0.1:1")),
                        () -> {
                          throw new IllegalStateException("no password today");
                        })
                    .build())
            .build();
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(throwing::open)
        .withMessage(
            "http://127.0.0.1:1: the settings of the connection cannot be read: no password today")
        .withCauseInstanceOf(IllegalStateException.class);
    EtcdSnapshotSource none =
        EtcdSnapshotSource.builder(
                JetcdConnection.builder(List.of(URI.create("http://127.0.0.1:1")), () -> null)
                    .build())
            .build();
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(none::open)
        .withMessage(
            "http://127.0.0.1:1: the settings of the connection cannot be read: the supplier"
                + " returned null");
  }
}
