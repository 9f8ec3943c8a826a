package dev.etcdbackup.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.restore.ChangeReplay;
import dev.etcdbackup.restore.Consolidation;
import dev.etcdbackup.restore.DataDirRestore;
import dev.etcdbackup.restore.PointInTime;
import dev.etcdbackup.restore.Reached;
import dev.etcdbackup.restore.RestoredChanges;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.KeyCursor;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.snapshot.Lease;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.StoredSnapshot;
import dev.etcdbackup.snapshot.VerifyOptions;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.maintenance.HashKVResponse;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random histories, recorded from a real etcd, whose answers are held against what is restored. */
@Tag("server")
@Timeout(120)
class RecordedHistoryTest {
  private static final ByteSequence ALL = ByteSequence.from(new byte[1]);

  @TempDir Path directory;
  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private final Random random = new Random(17);
  private int files;

  static List<EtcdBinaries> binaries() {
    return EtcdBinaries.all();
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("binaries")
  void whatIsRestoredAnswersLikeTheMemberThatWasRecorded(EtcdBinaries version) throws Exception {
    try (EtcdServer etcd = version.server().start();
        Client client = client(etcd)) {
      write(client, 60);
      BackupKey base;
      try (RecorderRun recorder = record(etcd)) {
        base = recorder.base();
        write(client, 80);
        client.getKVClient().compact(etcd.revision() - 40).get();
        client.getMaintenanceClient().defragmentMember(etcd.endpoint().toString()).get();
        write(client, 40);
        recorder.await(etcd.revision());
        assertThat(recorder.ended).isEmpty();
      }
      write(client, 20); // while none records
      try (RecorderRun recorder = record(etcd)) {
        client.getKVClient().compact(etcd.revision() - 30).get();
        write(client, 40);
        recorder.await(etcd.revision());
        assertThat(recorder.bases).isEmpty();
      }
      long last = etcd.revision();
      long compacted = last - 69;
      for (long revision = last; revision > compacted; revision -= 7) {
        assertAnswersAlike(client, etcd, base, revision);
      }
      assertBoots(version, client, etcd, base, last);
      assertBoots(version, client, etcd, base, last - 33);
      assertThatThrownBy(() -> consolidate(base, PointInTime.revision(last + 1)))
          .isInstanceOf(CorruptBackupException.class)
          .hasMessageContaining("good up to revision " + last)
          .hasMessageContaining("was not recorded");
    }
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("binaries")
  void twoRecordersAndABackupInTheMiddleMakeOneChain(EtcdBinaries version) throws Exception {
    try (EtcdServer etcd = version.server().start();
        Client client = client(etcd)) {
      write(client, 10);
      BackupKey base;
      BackupKey middle;
      try (RecorderRun one = record(etcd)) {
        base = one.base();
        write(client, 30);
        one.await(etcd.revision());
        try (RecorderRun other = record(etcd, it -> it.bytes(20_000))) { // a lock of its own
          middle = takeBackup(etcd);
          write(client, 60);
          one.await(etcd.revision());
          other.await(etcd.revision());
          assertThat(other.bases).isEmpty();
        }
        write(client, 20);
        one.await(etcd.revision());
        assertThat(one.ended).isEmpty();
      }
      assertAnswersAlike(client, etcd, base, etcd.revision());
      assertAnswersAlike(client, etcd, base, etcd.revision() - 50);
      assertAnswersAlike(client, etcd, middle, etcd.revision());
      assertAnswersAlike(client, etcd, middle, etcd.revision() - 50);
    }
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("binaries")
  void compactedChangesEndTheChainAndANewBaseIsTaken(EtcdBinaries version) throws Exception {
    try (EtcdServer etcd = version.server().start();
        Client client = client(etcd)) {
      write(client, 10);
      BackupKey base;
      long end;
      try (RecorderRun recorder = record(etcd)) {
        base = recorder.base();
        write(client, 10);
        end = etcd.revision();
        recorder.await(end);
      }
      write(client, 10);
      client.getKVClient().compact(etcd.revision()).get();
      try (RecorderRun recorder = record(etcd)) {
        BackupKey second = recorder.base();
        assertThat(recorder.ended).singleElement().asString().contains("was compacted at revision");
        write(client, 10);
        recorder.await(etcd.revision());
        assertAnswersAlike(client, etcd, second, etcd.revision());
      }
      PointInTime late = PointInTime.revision(etcd.revision());
      assertThatThrownBy(() -> consolidate(base, late))
          .isInstanceOf(CorruptBackupException.class)
          .hasMessageContaining("good up to revision " + end)
          .hasMessageContaining("are missing");
      Path file = file();
      try (StoredSnapshot from = open(base)) {
        ChangeReplay replay = replay(base, late).asFarAsPossible();
        Reached reached = Consolidation.write(from.snapshot(), replay, file);
        assertThat(reached.revision()).isEqualTo(end);
        assertThat(reached.problem()).isPresent();
      }
    }
  }

  private RecorderRun record(EtcdServer etcd) {
    return record(etcd, UnaryOperator.identity());
  }

  private RecorderRun record(EtcdServer etcd, UnaryOperator<ChangeRecorder.Builder> settings) {
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

  private void assertAnswersAlike(Client client, EtcdServer etcd, BackupKey base, long revision)
      throws Exception {
    HashKv live = hashKv(client, etcd, revision);
    try (EtcdSnapshot snapshot =
        EtcdSnapshot.open(consolidate(base, PointInTime.revision(revision)))) {
      assertThat(snapshot.metadata().revision()).isEqualTo(revision);
      assertThat(snapshot.verify(VerifyOptions.DEFAULT.deeply()).problems()).isEmpty();
      assertThat(snapshot.hashKv(Revision.LATEST, live.compactRevision()))
          .as("revision %s", revision)
          .isEqualTo(live);
      assertThat(keys(snapshot)).as("revision %s", revision).isEqualTo(keys(client, revision));
    }
  }

  /** A member on the restored directory has all revisions, keys and leases. */
  private void assertBoots(
      EtcdBinaries version, Client live, EtcdServer etcd, BackupKey base, long revision)
      throws Exception {
    HashKv expected = hashKv(live, etcd, revision);
    List<Lease> leases = new ArrayList<>();
    try (EtcdServer restored =
            version
                .server()
                .dataDirs(
                    (member, dataDir) -> {
                      try (StoredSnapshot from = open(base)) {
                        RestoredChanges result =
                            DataDirRestore.builder()
                                .name(member.name())
                                .initialCluster(member.initialCluster())
                                .initialClusterToken(member.token())
                                .initialAdvertisePeerUrls(member.peerUrl())
                                .build()
                                .restore(
                                    from.snapshot(),
                                    dataDir,
                                    replay(base, PointInTime.revision(revision)));
                        assertThat(result.member().revision()).isEqualTo(revision);
                        assertThat(result.reached().compared()).isPresent();
                      }
                      Path db = dataDir.resolve("member/snap/db");
                      try (EtcdSnapshot written = EtcdSnapshot.open(db)) {
                        leases.addAll(written.leases());
                      }
                    })
                .start();
        Client client = client(restored)) {
      assertThat(restored.revision()).isEqualTo(revision);
      assertThat(keys(client, revision)).isEqualTo(keys(live, revision));
      client.getKVClient().compact(Math.max(expected.compactRevision(), 1)).get();
      assertThat(hashKv(client, restored, revision)).isEqualTo(expected);
      Set<Long> ids = new HashSet<>();
      for (Lease lease : leases) {
        ids.add(lease.id());
        var granted = client.getLeaseClient().timeToLive(lease.id(), LeaseOption.DEFAULT).get();
        assertThat(granted.getGrantedTTL()).isEqualTo(lease.ttlSeconds());
      }
      for (KeyValue one : range(client, revision)) {
        assertThat(one.getLease() == 0 || ids.contains(one.getLease())).isTrue();
      }
      restored.put("written", "afterwards");
    }
  }

  private Path consolidate(BackupKey base, PointInTime until) throws Exception {
    Path file = file();
    try (StoredSnapshot from = open(base)) {
      Reached unused = Consolidation.write(from.snapshot(), replay(base, until), file);
    }
    return file;
  }

  private Path file() {
    return directory.resolve("consolidated-" + files++);
  }

  private StoredSnapshot open(BackupKey base) throws IOException {
    return StoredSnapshot.open(
        backup(base), store, ReadOptions.builder(BackupEncodings.none(), directory).build());
  }

  private Backup backup(BackupKey key) {
    return Backup.of(store.find(key).orElseThrow(), ZoneOffset.UTC);
  }

  private ChangeReplay replay(BackupKey base, PointInTime until) {
    List<Backup> listing =
        store.list(RecorderRun.PROJECT).stream()
            .map(one -> Backup.of(one, ZoneOffset.UTC))
            .toList();
    assertThat(listing).anyMatch(one -> one.kind() == BackupKind.CHANGES);
    return ChangeReplay.of(store, BackupEncodings.none(), listing, backup(base), until);
  }

  private static Client client(EtcdServer etcd) {
    return Client.builder().endpoints(etcd.endpoint()).build();
  }

  /** Puts, deletions, ranges and transactions of up to 128 operations, with and without leases. */
  private void write(Client client, int revisions) throws Exception {
    long lease = client.getLeaseClient().grant(1000).get().getID();
    for (int i = 0; i < revisions; i++) {
      if (i == revisions / 2) { // deletes what hangs on it, and that is another revision
        client.getLeaseClient().revoke(lease).get();
        lease = client.getLeaseClient().grant(2000).get().getID();
      }
      List<Op> ops = new ArrayList<>();
      Set<String> touched = new HashSet<>();
      int size = random.nextInt(20) == 0 ? 128 : random.nextInt(5) == 0 ? 10 : 1;
      while (touched.size() < size) {
        String name = "key/" + random.nextInt(300);
        if (touched.add(name)) {
          ops.add(op(ByteSequence.from(name, UTF_8), lease, size == 1));
        }
      }
      client.getKVClient().txn().Then(ops.toArray(Op[]::new)).commit().get();
    }
  }

  private Op op(ByteSequence key, long lease, boolean alone) {
    int kind = random.nextInt(16);
    if (kind == 0 && alone) {
      ByteSequence end = key.concat(ByteSequence.from("9", UTF_8));
      return Op.delete(key, DeleteOption.builder().withRange(end).build());
    }
    if (kind < 4) {
      return Op.delete(key, DeleteOption.DEFAULT);
    }
    byte[] value = new byte[random.nextInt(40) == 0 ? 20_000 : random.nextInt(50)];
    random.nextBytes(value);
    PutOption option = PutOption.builder().withLeaseId(random.nextInt(5) == 0 ? lease : 0).build();
    return Op.put(key, ByteSequence.from(value), option);
  }

  private static HashKv hashKv(Client client, EtcdServer etcd, long revision) throws Exception {
    HashKVResponse answer =
        client
            .getMaintenanceClient()
            .hashKV("ip:///127.0.0.1:" + etcd.endpoint().getPort(), revision)
            .get();
    return new HashKv(answer.getHash() & 0xffffffffL, revision, answer.getCompacted());
  }

  private static List<KeyValue> range(Client client, long revision) throws Exception {
    GetOption option = GetOption.builder().withRange(ALL).withRevision(revision).build();
    return client.getKVClient().get(ALL, option).get().getKvs();
  }

  private static List<String> keys(Client client, long revision) throws Exception {
    List<String> lines = new ArrayList<>();
    for (KeyValue kv : range(client, revision)) {
      lines.add(
          line(
              kv.getKey().getBytes(),
              kv.getCreateRevision(),
              kv.getModRevision(),
              kv.getVersion(),
              kv.getLease(),
              kv.getValue().getBytes()));
    }
    return lines;
  }

  private static List<String> keys(EtcdSnapshot snapshot) throws Exception {
    List<String> lines = new ArrayList<>();
    KeyCursor keys = snapshot.keys(KeyRange.all());
    while (keys.next()) {
      lines.add(
          line(
              keys.key(),
              keys.createRevision(),
              keys.modRevision(),
              keys.version(),
              keys.lease(),
              keys.value()));
    }
    return lines;
  }

  private static String line(
      byte[] key, long create, long mod, long version, long lease, byte[] value) {
    String numbers = create + " " + mod + " " + version + " " + lease + " ";
    return new String(key, UTF_8) + " " + numbers + HexFormat.of().formatHex(value);
  }
}
