package dev.etcdbackup.testkit.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("server")
class EtcdServerTest {
  @Test
  void aServerKeepsItsDataOverAKillAndARestart() throws Exception {
    Path data;
    try (EtcdServer etcd = EtcdServer.start()) {
      data = etcd.dataDir();
      assertThat(etcd.version()).matches("3\\.\\d+\\.\\d+");
      assertThat(etcd.revision()).isEqualTo(1);
      etcd.put("a", "1");
      long id = etcd.memberId();

      etcd.kill();
      assertThat(etcd.running()).isFalse();
      assertThatThrownBy(etcd::revision).isInstanceOf(IOException.class);
      etcd.restart();

      assertThat(etcd.revision()).isEqualTo(2);
      assertThat(etcd.memberId()).isEqualTo(id);
      assertThat(etcd.etcdctl("get", "a", "--print-value-only")).isEqualTo("1\n");
    }
    assertThat(data).doesNotExist();
  }

  @Test
  void aServerIsClosedTwice() throws Exception {
    EtcdServer etcd = EtcdServer.start();
    etcd.close();
    etcd.close();
    assertThat(etcd.running()).isFalse();
  }

  /** An assertion is an error and no exception. */
  @Test
  void whatFailsWhileMembersAreStartedLeavesNone() {
    List<Path> directories = new ArrayList<>();
    EtcdServerBuilder settings =
        EtcdServer.builder()
            .dataDirs(
                (member, dataDir) -> {
                  directories.add(dataDir);
                  assertThat(member.index()).isZero();
                });
    assertThatThrownBy(() -> settings.startCluster(2)).isInstanceOf(AssertionError.class);
    assertThat(directories).hasSize(2).allMatch(one -> Files.notExists(one.getParent()));
  }

  @Test
  void allMembersAreClosedAlsoWhenOneFailsTo() {
    List<String> closed = new ArrayList<>();
    List<Closeable> servers =
        List.of(
            () -> {
              throw new IOException("first");
            },
            () -> closed.add("second"),
            () -> {
              throw new IOException("third");
            });
    assertThatThrownBy(() -> EtcdCluster.closeAll(servers))
        .isInstanceOf(IOException.class)
        .hasMessage("first")
        .hasSuppressedException(new IOException("third"));
    assertThat(closed).containsExactly("second");
  }

  @Test
  void aPausedServerAnswersAgainAfterItGoesOn() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      etcd.pause();
      assertThat(etcd.running()).isTrue();
      etcd.resume();
      etcd.put("a", "1");
      assertThat(etcd.revision()).isEqualTo(2);
    }
  }

  @Test
  void rootIsNeededWhereAuthenticationIsOnAndSurvivesARestart() throws Exception {
    try (EtcdServer etcd = EtcdServer.builder().rootPassword("secret").start()) {
      etcd.put("a", "1");
      etcd.restart();
      etcd.put("a", "2");
      etcd.addUser("bob", "bobpw");
      assertThat(etcd.etcdctl("get", "a", "--print-value-only")).isEqualTo("2\n");
    }
  }

  @Test
  void clientsWithTheRightCertificateGetInOverTls() throws Exception {
    try (EtcdServer etcd = EtcdServer.builder().clientCertificates().start()) {
      assertThat(etcd.endpoint().getScheme()).isEqualTo("https");
      etcd.put("a", "1");
      assertThat(etcd.etcdctl("get", "a", "--print-value-only")).isEqualTo("1\n");
    }
  }

  @Test
  void membersOfAClusterShareTheirData() throws Exception {
    try (EtcdCluster cluster = EtcdServer.builder().startCluster(2)) {
      cluster.member(0).put("a", "1");
      assertThat(cluster.endpoints()).hasSize(2);
      assertThat(cluster.member(1).etcdctl("get", "a", "--print-value-only")).isEqualTo("1\n");
    }
  }

  @Test
  void aClusterTakesALearner() throws Exception {
    try (EtcdCluster cluster = EtcdServer.builder().startCluster(1)) {
      EtcdServer learner = cluster.addLearner();
      assertThat(cluster.endpoints()).hasSize(2).contains(learner.endpoint());
      assertThat(cluster.member(0).etcdctl("member", "list")).contains(", true");
    }
  }

  @Test
  void aServerOnATakenPortIsDetected() throws Exception {
    EtcdAddress address = EtcdAddress.free(1, false).get(0);
    try (ServerSocket other =
        new ServerSocket(
            address.client().getPort(), 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
      closeWhatConnects(other); // a silent one would be asked for ten seconds
      Path directory = Files.createTempDirectory("etcd-test");
      List<String> arguments =
          List.of(
              "--name=" + address.name(),
              "--data-dir=" + directory.resolve("data"),
              "--listen-client-urls=" + address.client(),
              "--advertise-client-urls=" + address.client(),
              "--listen-peer-urls=" + address.peer(),
              "--initial-advertise-peer-urls=" + address.peer(),
              "--initial-cluster=" + EtcdAddress.cluster(List.of(address)));
      try (EtcdServer etcd =
          new EtcdServer(EtcdLauncher.find(), address, arguments, directory, null)) {
        assertThatThrownBy(() -> etcd.awaitReady(Optional.empty()))
            .isInstanceOf(EtcdStart.PortTakenException.class);
        assertThat(other.isBound()).isTrue();
      }
    }
  }

  private static void closeWhatConnects(ServerSocket server) {
    Thread closing =
        new Thread(
            () -> {
              try {
                while (true) {
                  server.accept().close();
                }
              } catch (IOException closed) {
                // The test is over.
              }
            });
    closing.setDaemon(true);
    closing.start();
  }

  @Test
  void anotherServerOnThePortIsDetected() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      assertThatThrownBy(() -> etcd.awaitReady(Optional.of("12345")))
          .isInstanceOf(EtcdStart.PortTakenException.class);
    }
  }

  @Test
  void theStatusOfASnapshotIsEtcdsOwn() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      etcd.put("a", "1");
      Path file = etcd.dataDir().resolveSibling("snapshot.db");
      String unused = etcd.etcdctl("snapshot", "save", file.toString());
      assertThat(EtcdTools.snapshotStatus(file)).contains("\"revision\":2");
      Files.writeString(file, "no snapshot");
      assertThatThrownBy(() -> EtcdTools.snapshotStatus(file)).isInstanceOf(IOException.class);
    }
  }
}
