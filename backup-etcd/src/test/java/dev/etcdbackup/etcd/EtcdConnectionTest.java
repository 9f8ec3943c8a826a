package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.BackupLock.Held;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.testkit.TestSnapshots;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, addresses and slow members; every host name here is of {@link #resolve}. */
@Timeout(120)
@Tag("server")
class EtcdConnectionTest {
  private static EtcdServer etcd;

  @TempDir Path directory;

  @BeforeAll
  static void start() throws Exception {
    etcd = EtcdServer.start();
    etcd.put("a", "1");
  }

  @AfterAll
  static void stop() throws Exception {
    etcd.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"etcd_1", "my_stack_etcd.1", "[::ffff:127.0.0.1]", "localhost", "two"})
  void everythingReachesAMemberBy(String host) throws Exception {
    everythingWorksWith(to(host).build());
  }

  @Test
  void anAddressThatIsSilentIsPassedOver() throws Exception {
    try (ServerSocket silent = new ServerSocket(etcd.endpoint().getPort(), 50, loopback(2))) {
      assertThat(silent.isBound()).isTrue();
      everythingWorksWith(to("two").connectTimeout(Duration.ofMillis(500)).build());
    }
  }

  @Test
  void eachAddressIsNamedWithItsReason() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, loopback(1))) {
      port = free.getLocalPort();
    }
    EtcdConnection connection =
        EtcdConnection.builder("http://two:" + port).resolver(EtcdConnectionTest::resolve).build();
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> EtcdSnapshotSource.builder(connection).build().open())
        .withMessage(
            "no member provides a snapshot: http://two:%1$d (127.0.0.2): connection refused;"
                + " http://two:%1$d (127.0.0.1): connection refused",
            port);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[::1]", "[::1%25lo]", "[0:0:0:0:0:0:0:1]"})
  void aMemberIsReachedByAnAddressOfIpv6(String host) throws Exception {
    try (ScriptedMember member = ScriptedMember.streaming(7, TestSnapshots.bytes(1, 3));
        Relay six =
            new Relay(InetAddress.getAllByName("::1")[0], member.endpoint(), Duration.ZERO)) {
      EtcdConnection connection = EtcdConnection.to("http://" + host + ":" + six.port());
      try (Snapshot snapshot = EtcdSnapshotSource.builder(connection).build().open()) {
        assertThat(snapshot.info().revision()).isEqualTo(7);
      }
    }
  }

  @Test
  void theProbesTimeBeginsWhenTheMemberIsConnected() throws Exception {
    try (ScriptedMember member = ScriptedMember.streaming(7, TestSnapshots.bytes(1, 3));
        Relay slow = new Relay(loopback(1), member.endpoint(), Duration.ofSeconds(6))) {
      EtcdConnection connection =
          EtcdConnection.builder("http://127.0.0.1:" + slow.port())
              .probeTimeout(Duration.ofSeconds(5))
              .build();
      try (Snapshot snapshot = EtcdSnapshotSource.builder(connection).build().open()) {
        assertThat(snapshot.info().revision()).isEqualTo(7);
      }
    }
  }

  @Test
  void librariesThatDoNotFitTogetherAreNamed() {
    EtcdConnection connection =
        JetcdConnection.builder(
                List.of(etcd.endpoint()),
                () -> {
                  throw new NoSuchMethodError("ClientCalls.oneToMany(ContextInternal)");
                })
            .build();
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> EtcdSnapshotSource.builder(connection).build().open())
        .withMessageContaining("ClientCalls.oneToMany")
        .withMessageContaining("found grpc-api-")
        .withMessageContaining("netty-transport-")
        .withMessageContaining("needed are")
        .withCauseInstanceOf(NoSuchMethodError.class);
    try (EtcdBackupLock lock = EtcdBackupLock.builder(connection).build()) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> lock.tryAcquire("p", () -> {}))
          .withMessageContaining("found grpc-api-");
    }
  }

  private void everythingWorksWith(EtcdConnection connection) throws Exception {
    Path file = Files.createTempFile(directory, "snapshot", ".db");
    Files.delete(file);
    try (Snapshot snapshot = EtcdSnapshotSource.builder(connection).build().open()) {
      Files.copy(snapshot.stream(), file);
    }
    try (LiveMember member = LiveMember.of(connection, Duration.ofSeconds(30))) {
      assertThat(member.id()).isEqualTo(etcd.memberId());
    }
    try (EtcdBackupLock lock = EtcdBackupLock.builder(connection).build();
        Held held = lock.tryAcquire("p", () -> {}).orElseThrow()) {
      assertThat(held.confirm()).isTrue();
    }
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      LiveRestoreReport report =
          LiveRestore.builder(connection).build().dryRun(snapshot, KeyRange.all());
      assertThat(report.unchanged()).isEqualTo(1);
    }
  }

  private static EtcdConnection.Builder to(String host) {
    return EtcdConnection.builder("http://" + host + ":" + etcd.endpoint().getPort())
        .resolver(EtcdConnectionTest::resolve);
  }

  /** {@code two} has two addresses, and etcd listens at the second alone. */
  private static InetAddress[] resolve(String host) throws UnknownHostException {
    return switch (host) {
      case "two" -> new InetAddress[] {loopback(2), loopback(1)};
      case "etcd_1", "my_stack_etcd.1" -> new InetAddress[] {loopback(1)};
      default -> InetAddress.getAllByName(host);
    };
  }

  private static InetAddress loopback(int last) throws UnknownHostException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
  }

  /** Passes bytes on between a client and a server, from some time after the client came. */
  private static final class Relay implements AutoCloseable {
    private final ServerSocket listening;
    private final URI server;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);

    Relay(InetAddress address, URI server, Duration delay) throws IOException {
      this.listening = new ServerSocket(0, 50, address);
      this.server = server;
      threads.execute(
          () -> {
            while (!listening.isClosed()) {
              Socket client;
              try {
                client = listening.accept();
              } catch (IOException e) {
                return; // closed
              }
              var unused =
                  threads.schedule(() -> join(client), delay.toMillis(), TimeUnit.MILLISECONDS);
            }
          });
    }

    int port() {
      return listening.getLocalPort();
    }

    private void join(Socket client) {
      try (client;
          Socket to = new Socket(server.getHost(), server.getPort())) {
        threads.execute(() -> pass(client, to));
        pass(to, client);
      } catch (IOException e) {
        return; // either side ended
      }
    }

    private static void pass(Socket from, Socket to) {
      try {
        from.getInputStream().transferTo(to.getOutputStream());
      } catch (IOException e) {
        return; // either side ended
      }
    }

    @Override
    public void close() throws IOException {
      listening.close();
      threads.shutdownNow();
    }
  }
}
