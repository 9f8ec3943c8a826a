package dev.etcdbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.VerifyOptions;
import dev.etcdbackup.testkit.etcd.DataDirMaker;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdCluster;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Restored members of every version at hand, from snapshots of each. */
@Tag("server")
@Timeout(120)
class BootTest {
  @TempDir Path directory;

  static List<EtcdBinaries> servers() {
    return EtcdBinaries.all();
  }

  static Stream<Arguments> serversAndSnapshots() {
    return servers().stream()
        .flatMap(server -> Backups.RICH.stream().map(name -> Arguments.of(server, name)));
  }

  @Test
  void theVersionsThatMustBeTriedAreThere() {
    assertThat(EtcdBinaries.of("3.4").version()).startsWith("3.4.");
    assertThat(EtcdBinaries.of("3.5").version()).startsWith("3.5.");
  }

  @ParameterizedTest(name = "{1} on {0}")
  @MethodSource("serversAndSnapshots")
  void aMemberServesWhatWasInTheSnapshotAndTakesWrites(EtcdBinaries etcd, String name)
      throws Exception {
    Path file = Backups.snapshot(name, directory);
    assertServesAndTakesWrites(etcd, file, Restored.of(file));
  }

  @ParameterizedTest(name = "{1} on {0}")
  @MethodSource("serversAndSnapshots")
  void aMemberFromAStoreServesWhatWasInTheSnapshotAndTakesWrites(EtcdBinaries etcd, String name)
      throws Exception {
    Path file = Backups.snapshot(name, directory);
    assertServesAndTakesWrites(etcd, file, Restored.fromStore(file));
  }

  private static void assertServesAndTakesWrites(
      EtcdBinaries etcd, Path file, DataDirMaker restored) throws Exception {
    try (EtcdServer server =
            etcd.server().rootPassword(Restored.PASSWORD).dataDirs(restored).start();
        EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      assertThat(server.version()).isEqualTo(etcd.version());
      try (Client client = Restored.client(server, true)) {
        Restored.assertHolds(client, server, snapshot);
      }
      Restored.assertWritable(server, true);
      Restored.assertSound(server);
    }
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("servers")
  void aRaisedRevisionIsThereAndTheHistoryBelowItGone(EtcdBinaries etcd) throws Exception {
    Path file = Backups.snapshot("3.5.30-plain", directory);
    long revision = 230 + 1_000_000_000L;
    try (EtcdServer server =
            etcd.server()
                .dataDirs(Restored.of(file, restore -> restore.bumpRevision(1_000_000_000)))
                .start();
        Client client = Restored.client(server, false);
        EtcdSnapshot snapshot = EtcdSnapshot.open(file);
        EtcdSnapshot raised = EtcdSnapshot.open(server.dataDir().resolve("member/snap/db"))) {
      assertThat(server.revision()).isEqualTo(revision);
      assertThat(Restored.hashKv(client, server)).isEqualTo(raised.hashKv());
      assertThat(Restored.count(client)).isEqualTo(171); // as in the snapshot
      assertThat(snapshot.metadata().revision()).isEqualTo(230);
      assertCompacted(client, 230);
      Restored.assertWritable(server, false);
      Restored.assertSound(server);
    }
  }

  /** A member that is killed in the middle of a compaction; etcd goes on with it when it boots. */
  @ParameterizedTest(name = "on {0}")
  @MethodSource("servers")
  void aCompactionThatWasUnderWayIsFinished(EtcdBinaries etcd) throws Exception {
    Path file = directory.resolve("db");
    try (EtcdServer killed = etcd.server().start()) {
      try (Client client = Restored.client(killed, false)) {
        for (int round = 0; round < 400; round++) {
          client.getKVClient().txn().Then(hundredPuts(round)).commit().get();
        }
        client.getKVClient().compact(killed.revision() - 1).get(30, TimeUnit.SECONDS);
      }
      killed.kill();
      Files.copy(killed.dataDir().resolve("member/snap/db"), file);
    }
    VerifyOptions deeply = VerifyOptions.DEFAULT.withoutTrailer().deeply();
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      assertThat(snapshot.metadata().scheduledCompaction().orElse(0))
          .as("the compaction is not finished")
          .isGreaterThan(snapshot.metadata().finishedCompaction().orElse(0));
      assertThat(snapshot.verify(deeply).problems()).isEmpty();
      try (EtcdServer server =
          etcd.server().dataDirs(Restored.of(file, DataDirRestoreBuilder::skipHashCheck)).start()) {
        try (Client client = Restored.client(server, false)) {
          Restored.assertHolds(client, server, snapshot);
        }
        Restored.assertWritable(server, false);
        Restored.assertSound(server);
      }
    }
  }

  private static Op[] hundredPuts(int round) {
    return IntStream.range(0, 100)
        .mapToObj(
            i ->
                Op.put(
                    Restored.bytes("key/" + i),
                    Restored.bytes("value " + round),
                    PutOption.DEFAULT))
        .toArray(Op[]::new);
  }

  /** Pages of another size than the machine's, in trees of four levels that are then emptied. */
  @ParameterizedTest(name = "on {0}")
  @MethodSource("servers")
  void aDeepTreeOfSmallPagesBearsToBeEmptied(EtcdBinaries etcd) throws Exception {
    Path file = LargeSnapshot.write(directory, 1024, 20_000, 150);
    for (DataDirMaker restored : List.of(Restored.of(file), Restored.fromStore(file))) {
      assertBearsToBeEmptied(etcd, file, restored);
    }
  }

  private static void assertBearsToBeEmptied(EtcdBinaries etcd, Path file, DataDirMaker restored)
      throws Exception {
    try (EtcdServer server = etcd.server().dataDirs(restored).start();
        EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      assertThat(snapshot.metadata().events().depth()).isGreaterThan(3);
      try (Client client = Restored.client(server, false)) {
        Restored.assertHolds(client, server, snapshot);
      }
      Restored.assertWritable(server, false);
      Restored.assertSound(server);
    }
  }

  /** The last of 124 leaves would be alone below its branch, and is then to be merged. */
  @ParameterizedTest(name = "on {0}")
  @MethodSource("servers")
  void theLastLeafBearsToBecomeSmall(EtcdBinaries etcd) throws Exception {
    Path file = LargeSnapshot.write(directory, 4096, 247, 1900);
    try (EtcdServer server = etcd.server().dataDirs(Restored.of(file)).start();
        Client client = Restored.client(server, false)) {
      server.put("a", "1");
      server.put("key/248", "small"); // the last of the large ones
      Restored.compact(client, server.revision());
      server.put("b", "2");
      assertThat(Restored.count(client)).isEqualTo(249);
      Restored.assertSound(server);
    }
  }

  private static void assertCompacted(Client client, long revision) throws Exception {
    BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    WatchOption from = WatchOption.builder().withRevision(revision).build();
    Watch watch = client.getWatchClient();
    try (Watch.Watcher watcher =
        watch.watch(Restored.bytes("k"), from, answer -> {}, failures::add)) {
      assertThat(watcher.isClosed()).isFalse();
      assertThat(failures.take()).hasMessageContaining("compacted");
    }
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("servers")
  void threeMembersFindTogether(EtcdBinaries etcd) throws Exception {
    Path file = Backups.snapshot("3.4.23-rich-auth", directory);
    try (EtcdCluster cluster =
            etcd.server()
                .rootPassword(Restored.PASSWORD)
                .dataDirs(Restored.of(file))
                .startCluster(3);
        EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      assertHealthy(cluster, snapshot);
    }
  }

  @ParameterizedTest(name = "with a member by {0}")
  @MethodSource("tools")
  void membersRestoredByTheOfficialToolAndByUsAreOneCluster(EtcdBinaries etcd, String tool)
      throws Exception {
    Path file = Backups.snapshot(Backups.RICH.get(etcd.line().equals("3.4") ? 0 : 1), directory);
    try (EtcdCluster cluster =
            etcd.server()
                .rootPassword(Restored.PASSWORD)
                .dataDirs(
                    (member, dataDir) -> {
                      if (member.index() == 1) {
                        etcd.run(
                            tool,
                            "snapshot",
                            "restore",
                            file.toString(),
                            "--data-dir=" + dataDir,
                            "--name=" + member.name(),
                            "--initial-cluster=" + member.initialCluster(),
                            "--initial-cluster-token=" + member.token(),
                            "--initial-advertise-peer-urls=" + member.peerUrl());
                      } else {
                        Restored.of(file).make(member, dataDir);
                      }
                    })
                .startCluster(3);
        EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      assertHealthy(cluster, snapshot);
    }
  }

  static List<Arguments> tools() {
    return List.of(
        Arguments.of(EtcdBinaries.of("3.4"), "etcdctl"),
        Arguments.of(EtcdBinaries.of("3.5"), "etcdutl"));
  }

  private static void assertHealthy(EtcdCluster cluster, EtcdSnapshot snapshot) throws Exception {
    for (int i = 0; i < 3; i++) {
      try (Client client = Restored.client(cluster.member(i), true)) {
        Restored.assertHolds(client, cluster.member(i), snapshot);
        assertThat(client.getClusterClient().listMember().get().getMembers()).hasSize(3);
      }
    }
    for (int i = 0; i < 3; i++) {
      String key = "written to " + i;
      cluster.member(i).put(key, "x");
      for (int j = 0; j < 3; j++) {
        try (Client client = Restored.client(cluster.member(j), true)) {
          assertThat(client.getKVClient().get(Restored.bytes(key)).get().getCount()).isEqualTo(1);
        }
      }
    }
  }
}
