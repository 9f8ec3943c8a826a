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
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.KeyCursor;
import dev.etcdbackup.snapshot.KeyRange;
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

/** Histories written to a real etcd, and whether what was recorded of them gives its answers. */
final class RecordedHistory {
  private static final ByteSequence ALL = ByteSequence.from(new byte[1]);

  private final BackupStore store;
  private final Path directory;
  private final Random random = new Random(17);
  private int files;

  RecordedHistory(BackupStore store, Path directory) {
    this.store = store;
    this.directory = directory;
  }

  void assertAnswersAlike(Client client, EtcdServer etcd, BackupKey base, long revision)
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
  void assertBoots(
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

  static HashKv hashKv(Client client, EtcdServer etcd, long revision) throws Exception {
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
