package dev.etcdbackup.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.etcd.drill.Drill;
import dev.etcdbackup.etcd.drill.DrillReport;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.restore.ChangeReplay;
import dev.etcdbackup.restore.Consolidation;
import dev.etcdbackup.restore.DataDirRestore;
import dev.etcdbackup.restore.PointInTime;
import dev.etcdbackup.restore.PointInTimePlan;
import dev.etcdbackup.restore.Reached;
import dev.etcdbackup.restore.RestoredChanges;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.Lease;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.StoredSnapshot;
import dev.etcdbackup.snapshot.VerifyOptions;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Histories written to a real etcd, and whether what was recorded of them gives its answers. */
final class RecordedHistory {
  private final BackupStore store;
  private final Path directory;
  private final Random random;
  private int files;

  RecordedHistory(BackupStore store, Path directory) {
    this(store, directory, 17);
  }

  RecordedHistory(BackupStore store, Path directory, long seed) {
    this.store = store;
    this.directory = directory;
    this.random = new Random(seed);
  }

  void assertAnswersAlike(Client client, EtcdServer etcd, BackupKey base, long revision)
      throws Exception {
    RecordedAnswers live = RecordedAnswers.ask(client, etcd, revision);
    try (EtcdSnapshot snapshot =
        EtcdSnapshot.open(consolidate(base, PointInTime.revision(revision)))) {
      assertThat(snapshot.metadata().revision()).isEqualTo(revision);
      assertThat(snapshot.verify(VerifyOptions.DEFAULT.deeply()).problems()).isEmpty();
      assertThat(snapshot.hashKv(Revision.LATEST, live.hash().compactRevision()))
          .as("revision %s", revision)
          .isEqualTo(live.hash());
      assertThat(RecordedAnswers.keys(snapshot, Revision.LATEST))
          .as("revision %s", revision)
          .isEqualTo(live.keys());
    }
  }

  /** A member on the restored directory has all revisions, keys and leases. */
  void assertBoots(
      EtcdBinaries version, Client live, EtcdServer etcd, BackupKey base, long revision)
      throws Exception {
    Reached reached = assertBoots(version, base, RecordedAnswers.ask(live, etcd, revision));
    assertThat(reached.compared()).isPresent();
  }

  /** The same, compared with what the server answered when it was asked. */
  Reached assertBoots(EtcdBinaries version, BackupKey base, RecordedAnswers expected)
      throws Exception {
    long revision = expected.revision();
    List<Lease> leases = new ArrayList<>();
    List<Reached> reached = new ArrayList<>();
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
                        reached.add(result.reached());
                      }
                      Path db = dataDir.resolve("member/snap/db");
                      try (EtcdSnapshot written = EtcdSnapshot.open(db)) {
                        leases.addAll(written.leases());
                      }
                    })
                .start();
        Client client = client(restored)) {
      assertThat(restored.revision()).isEqualTo(revision);
      RecordedAnswers answers = RecordedAnswers.ask(client, restored, revision);
      if (answers.hash().compactRevision() < expected.hash().compactRevision()) {
        client.getKVClient().compact(expected.hash().compactRevision()).get();
        answers = RecordedAnswers.ask(client, restored, revision);
      }
      assertThat(answers).isEqualTo(expected);
      Set<Long> ids = new HashSet<>();
      for (Lease lease : leases) {
        ids.add(lease.id());
        var granted = client.getLeaseClient().timeToLive(lease.id(), LeaseOption.DEFAULT).get();
        assertThat(granted.getGrantedTTL()).isEqualTo(lease.ttlSeconds());
      }
      for (KeyValue one : RecordedAnswers.range(client, revision)) {
        assertThat(one.getLease() == 0 || ids.contains(one.getLease())).isTrue();
      }
      restored.put("written", "afterwards");
    }
    return reached.get(0);
  }

  /** A drill restores the revision, and what it says of the changes is what a plan says. */
  void assertDrillPasses(EtcdBinaries version, BackupKey base, long revision) throws Exception {
    ChangeReplay changes = replay(base, PointInTime.revision(revision));
    Path etcd = version.directory().resolve("etcd");
    try (StoredSnapshot from = open(base)) {
      DrillReport report =
          Drill.builder(directory).etcd(etcd).build().run(from.snapshot(), changes);
      assertThat(report.problems()).isEmpty();
      assertThat(report.booted()).isTrue();
      assertThat(report.hashKv().revision()).isEqualTo(revision);
      PointInTimePlan plan = PointInTimePlan.of(backup(base), from.snapshot(), changes);
      assertThat(plan.reached().revision()).isEqualTo(revision);
      assertThat(report.steps().get(0)).startsWith(plan.reached().events() + " changes were added");
      assertThat(plan.lines().get(1)).startsWith("it leads to revision " + revision);
    }
  }

  Path consolidate(BackupKey base, PointInTime until) throws Exception {
    Path file = file();
    try (StoredSnapshot from = open(base)) {
      Reached unused = Consolidation.write(from.snapshot(), replay(base, until), file);
    }
    return file;
  }

  Path file() {
    return directory.resolve("consolidated-" + files++);
  }

  StoredSnapshot open(BackupKey base) throws IOException {
    return StoredSnapshot.open(
        backup(base), store, ReadOptions.builder(BackupEncodings.none(), directory).build());
  }

  private Backup backup(BackupKey key) throws IOException {
    return Backup.of(store.find(key).orElseThrow(), ZoneOffset.UTC);
  }

  ChangeReplay replay(BackupKey base, PointInTime until) throws IOException {
    List<Backup> listing =
        store.list(RecorderRun.PROJECT).stream()
            .map(one -> Backup.of(one, ZoneOffset.UTC))
            .toList();
    assertThat(listing).anyMatch(one -> one.kind() == BackupKind.CHANGES);
    return ChangeReplay.of(store, BackupEncodings.none(), listing, backup(base), until);
  }

  static Client client(EtcdServer etcd) {
    return Client.builder().endpoints(etcd.endpoint()).build();
  }

  /** Puts, deletions, ranges and transactions of up to 128 operations, with and without leases. */
  void write(Client client, int revisions) throws Exception {
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
}
