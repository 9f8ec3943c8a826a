package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real etcd with authentication on. */
@Tag("server")
@Timeout(60)
class AuthenticationTest {
  @AutoClose private static EtcdServer etcd;

  @BeforeAll
  static void startEtcd() throws Exception {
    etcd = EtcdServer.builder().rootPassword("root-secret").start();
    etcd.put("a", "1");
    etcd.addUser("alice", "alice-secret");
  }

  @Test
  void rootGetsASnapshot() throws Exception {
    EtcdSnapshotSource source = as("root", "root-secret");
    for (int i = 0; i < 2; i++) {
      try (Snapshot snapshot = source.open()) {
        long size = snapshot.stream().transferTo(OutputStream.nullOutputStream());
        assertThat(size).isEqualTo(snapshot.size());
        assertThat(snapshot.digest().revision()).hasValue(2);
      }
    }
  }

  @Test
  void rootGetsOneAfterARestartToo() throws Exception {
    EtcdSnapshotSource source = as("root", "root-secret");
    source.open().close();
    etcd.restart(); // etcd forgets its tokens
    try (Snapshot snapshot = source.open()) {
      assertThat(snapshot.size()).isPositive();
    }
  }

  @Test
  void withoutAUserTheMessageSaysToSetOne() {
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> source(Client.builder()).open())
        .withMessageEndingWith( // 3.5 refuses the first question already
            etcd.endpoint() + ": authentication is on: set user and password");
  }

  @Test
  void aWrongPasswordIsToldAndNeverShown() {
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> as("root", "not-the-secret").open())
        .withMessage(
            "no member provides a snapshot: %s: authentication failed, invalid user ID or password",
            etcd.endpoint())
        .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("not-the-secret"));
  }

  @Test
  void aUserWithoutTheRootRoleIsToldWhatIsMissing() {
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> as("alice", "alice-secret").open())
        .withMessageEndingWith(
            etcd.endpoint() + ": permission denied: snapshots need the root role")
        .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("alice-secret"));
  }

  @Test
  void aUserWhereThereIsNoAuthenticationIsToldSo() throws Exception {
    try (EtcdServer open = EtcdServer.start()) {
      EtcdSnapshotSource source =
          EtcdSnapshotSource.builder(
                  JetcdConnection.builder(open.endpoints(), () -> login("root", "root-secret"))
                      .build())
              .build();
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(source::open)
          .withMessage(
              "no member provides a snapshot: %s: authentication is not enabled", open.endpoint());
    }
  }

  private static EtcdSnapshotSource as(String user, String password) {
    return source(login(user, password));
  }

  /** One builder for all calls, as a user may well give it. */
  private static EtcdSnapshotSource source(ClientBuilder client) {
    return EtcdSnapshotSource.builder(
            JetcdConnection.builder(etcd.endpoints(), () -> client)
                .probeTimeout(Duration.ofSeconds(30))
                .build())
        .build();
  }

  private static ClientBuilder login(String user, String password) {
    return Client.builder()
        .user(ByteSequence.from(user, StandardCharsets.UTF_8))
        .password(ByteSequence.from(password, StandardCharsets.UTF_8));
  }

  private static String stackTrace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
