package dev.etcdbackup.restore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.Lease;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.StatusVersion;
import dev.etcdbackup.snapshot.VerifyOptions;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.etcd.DataDirMaker;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.maintenance.HashKVResponse;
import io.etcd.jetcd.options.CompactOption;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Servers on restored data, and what is to be true of them. */
final class Restored {
  static final String PASSWORD = "rootpw"; // of the snapshots with authentication
  private static final ByteSequence ALL = ByteSequence.from(new byte[1]);

  private Restored() {}

  /** Restores a snapshot for each member. */
  static DataDirMaker of(Path snapshot, UnaryOperator<DataDirRestoreBuilder> settings) {
    return (member, dataDir) -> {
      try (EtcdSnapshot from = EtcdSnapshot.open(snapshot)) {
        settings.apply(settings(member)).build().restore(from, dataDir);
      }
    };
  }

  static DataDirMaker of(Path snapshot) {
    return of(snapshot, builder -> builder);
  }

  /** Restores it straight from a store, where the copy of it becomes the database. */
  static DataDirMaker fromStore(Path snapshot) {
    return (member, dataDir) -> {
      InMemoryBackupStore store = new InMemoryBackupStore();
      Content content = Content.of(Files.newInputStream(snapshot), Files.size(snapshot));
      Backup backup = Backup.of(store.put(BackupKey.of("p", "backup"), content), ZoneOffset.UTC);
      Path temporary = snapshot.resolveSibling("none"); // not there: none is made
      DataDirRestoreBuilder settings = settings(member);
      settings.leastUsedPercent = 0;
      settings
          .build()
          .restore(
              backup,
              store,
              ReadOptions.builder(BackupEncodings.none(), temporary).build(),
              dataDir);
      assertThat(dataDir.resolve("member/snap/db"))
          .satisfies(
              db -> assertThat(Files.size(db)).isGreaterThan(Files.size(snapshot))); // in place
    };
  }

  static DataDirRestoreBuilder settings(DataDirMaker.NewMember member) {
    return DataDirRestore.builder()
        .name(member.name())
        .initialCluster(member.initialCluster())
        .initialClusterToken(member.token())
        .initialAdvertisePeerUrls(member.peerUrl());
  }

  static Client client(EtcdServer server, boolean authenticated) {
    var builder = Client.builder().endpoints(server.endpoint());
    return (authenticated ? builder.user(bytes("root")).password(bytes(PASSWORD)) : builder)
        .build();
  }

  /** What the member answers to HashKV at its current revision. */
  static HashKv hashKv(Client client, EtcdServer server) throws Exception {
    HashKVResponse answer = client.getMaintenanceClient().hashKV(target(server), 0).get();
    return new HashKv(
        answer.getHash() & 0xffffffffL, answer.getHeader().getRevision(), answer.getCompacted());
  }

  /** It has the keys, history and leases of the snapshot. */
  static void assertHolds(Client client, EtcdServer server, EtcdSnapshot snapshot)
      throws Exception {
    assertThat(hashKv(client, server)).isEqualTo(snapshot.hashKv());
    assertThat(count(client)).isEqualTo(snapshot.status(StatusVersion.V3_6).totalKey());
    for (Lease lease : snapshot.leases()) {
      var granted = client.getLeaseClient().timeToLive(lease.id(), LeaseOption.DEFAULT).get();
      assertThat(granted.getGrantedTTL()).isEqualTo(lease.ttlSeconds());
      assertThat(granted.getTTL()).isPositive();
    }
  }

  /** It takes writes, keeps them over a restart, and its trees bear to be emptied. */
  static void assertWritable(EtcdServer server, boolean authenticated) throws Exception {
    try (Client client = client(server, authenticated)) {
      client.getKVClient().put(bytes("after"), bytes("1")).get();
    }
    server.restart();
    try (Client client = client(server, authenticated)) {
      assertThat(client.getKVClient().get(bytes("after")).get().getKvs())
          .singleElement()
          .satisfies(kv -> assertThat(kv.getValue()).isEqualTo(bytes("1")));
      DeleteOption all = DeleteOption.builder().withRange(ALL).build();
      long revision = client.getKVClient().delete(ALL, all).get().getHeader().getRevision();
      compact(client, revision);
      defragment(client, server);
      client.getKVClient().put(bytes("at last"), bytes("2")).get();
      assertThat(count(client)).isEqualTo(1);
    }
  }

  /** Compacts the history, and returns when that is done on the disk. */
  static void compact(Client client, long revision) throws Exception {
    CompactOption option = CompactOption.builder().withCompactPhysical(true).build();
    client.getKVClient().compact(revision, option).get(30, TimeUnit.SECONDS);
  }

  static void defragment(Client client, EtcdServer server) throws Exception {
    client.getMaintenanceClient().defragmentMember(target(server)).get();
  }

  /** Its database is sound once it has ended. */
  static void assertSound(EtcdServer server) throws IOException {
    server.kill();
    try (EtcdSnapshot left = EtcdSnapshot.open(server.dataDir().resolve("member/snap/db"))) {
      assertThat(left.verify(VerifyOptions.DEFAULT.withoutTrailer()).problems()).isEmpty();
    }
  }

  static long count(Client client) throws Exception {
    GetOption option = GetOption.builder().withRange(ALL).withCountOnly(true).build();
    return client.getKVClient().get(ALL, option).get().getCount();
  }

  private static String target(EtcdServer server) {
    return "ip:///127.0.0.1:" + server.endpoint().getPort();
  }

  static ByteSequence bytes(String text) {
    return ByteSequence.from(text, UTF_8);
  }
}
