package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.restore.ChangeReplay;
import dev.etcdbackup.restore.Consolidation;
import dev.etcdbackup.restore.PointInTime;
import dev.etcdbackup.restore.Reached;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.snapshot.StoredSnapshot;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.Client;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random histories, recorded from a real etcd, whose answers are held against what is restored. */
@Tag("server")
@Timeout(120)
class RecordedHistoryTest {
  @TempDir Path directory;
  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private RecordedHistory history;

  @BeforeEach
  void begin() {
    history = new RecordedHistory(store, directory);
  }

  static List<EtcdBinaries> binaries() {
    return EtcdBinaries.all();
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("binaries")
  void whatIsRestoredAnswersLikeTheMemberThatWasRecorded(EtcdBinaries version) throws Exception {
    try (EtcdServer etcd = version.server().start();
        Client client = RecordedHistory.client(etcd)) {
      history.write(client, 60);
      BackupKey base;
      try (RecorderRun recorder = record(etcd)) {
        base = recorder.base();
        history.write(client, 80);
        client.getKVClient().compact(etcd.revision() - 40).get();
        client.getMaintenanceClient().defragmentMember(etcd.endpoint().toString()).get();
        history.write(client, 40);
        recorder.await(etcd.revision());
        assertThat(recorder.ended).isEmpty();
      }
      history.write(client, 20); // while none records
      try (RecorderRun recorder = record(etcd)) {
        client.getKVClient().compact(etcd.revision() - 30).get();
        history.write(client, 40);
        recorder.await(etcd.revision());
        assertThat(recorder.bases).isEmpty();
      }
      long last = etcd.revision();
      long compacted = last - 69;
      for (long revision = last; revision > compacted; revision -= 7) {
        history.assertAnswersAlike(client, etcd, base, revision);
      }
      history.assertBoots(version, client, etcd, base, last);
      history.assertBoots(version, client, etcd, base, last - 33);
      history.assertDrillPasses(version, base, last - 20);
      assertThatThrownBy(() -> history.consolidate(base, PointInTime.revision(last + 1)))
          .isInstanceOf(CorruptBackupException.class)
          .hasMessageContaining("good up to revision " + last)
          .hasMessageContaining("was not recorded");
    }
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("binaries")
  void twoRecordersAndABackupInTheMiddleMakeOneChain(EtcdBinaries version) throws Exception {
    try (EtcdServer etcd = version.server().start();
        Client client = RecordedHistory.client(etcd)) {
      history.write(client, 10);
      BackupKey base;
      BackupKey middle;
      try (RecorderRun one = record(etcd)) {
        base = one.base();
        history.write(client, 30);
        one.await(etcd.revision());
        try (RecorderRun other = record(etcd, it -> it.bytes(20_000))) { // a lock of its own
          middle = takeBackup(etcd);
          history.write(client, 60);
          one.await(etcd.revision());
          other.await(etcd.revision());
          assertThat(other.bases).isEmpty();
        }
        history.write(client, 20);
        one.await(etcd.revision());
        assertThat(one.ended).isEmpty();
      }
      history.assertAnswersAlike(client, etcd, base, etcd.revision());
      history.assertAnswersAlike(client, etcd, base, etcd.revision() - 50);
      history.assertAnswersAlike(client, etcd, middle, etcd.revision());
      history.assertAnswersAlike(client, etcd, middle, etcd.revision() - 50);
    }
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("binaries")
  void compactedChangesEndTheChainAndANewBaseIsTaken(EtcdBinaries version) throws Exception {
    try (EtcdServer etcd = version.server().start();
        Client client = RecordedHistory.client(etcd)) {
      history.write(client, 10);
      BackupKey base;
      long end;
      try (RecorderRun recorder = record(etcd)) {
        base = recorder.base();
        history.write(client, 10);
        end = etcd.revision();
        recorder.await(end);
      }
      history.write(client, 10);
      client.getKVClient().compact(etcd.revision()).get();
      try (RecorderRun recorder = record(etcd)) {
        BackupKey second = recorder.base();
        assertThat(recorder.ended).singleElement().asString().contains("was compacted at revision");
        history.write(client, 10);
        recorder.await(etcd.revision());
        history.assertAnswersAlike(client, etcd, second, etcd.revision());
      }
      PointInTime late = PointInTime.revision(etcd.revision());
      assertThatThrownBy(() -> history.consolidate(base, late))
          .isInstanceOf(CorruptBackupException.class)
          .hasMessageContaining("good up to revision " + end)
          .hasMessageContaining("are missing");
      Path file = history.file();
      try (StoredSnapshot from = history.open(base)) {
        ChangeReplay replay = history.replay(base, late).asFarAsPossible();
        Reached reached = Consolidation.write(from.snapshot(), replay, file);
        assertThat(reached.revision()).isEqualTo(end);
        assertThat(reached.problem()).isPresent();
      }
    }
  }

  private RecorderRun record(EtcdServer etcd) {
    return record(etcd, UnaryOperator.identity());
  }

  private RecorderRun record(EtcdServer etcd, UnaryOperator<ChangeRecorderBuilder> settings) {
    return new RecorderRun(EtcdConnection.to(etcd.endpoints()), store, settings);
  }

  private BackupKey takeBackup(EtcdServer etcd) throws Exception {
    return BackupService.builder(store)
        .build()
        .backUp(
            RecorderRun.PROJECT,
            EtcdSnapshotSource.builder(EtcdConnection.to(etcd.endpoints())).build())
        .key();
  }
}
