package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Txn;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.CompactOption;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.PutOption;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Databases of real servers that were written over again and again, so that old pages lie among the
 * live ones: all of them are found good in one pass.
 */
@Tag("server")
class PassingServersTest {
  private static final int ROUNDS = 8;
  private static final int KEYS = 400;
  private static final int PUTS = 600;

  @TempDir Path directory;
  private final Random random = new Random(20);

  static List<EtcdBinaries> servers() {
    return EtcdBinaries.all();
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("servers")
  void aDatabaseOfManyRoundsIsFoundGood(EtcdBinaries etcd) throws Exception {
    try (EtcdServer server = etcd.server().start();
        Client client = Client.builder().endpoints(server.endpoint()).build()) {
      for (int round = 0; round < ROUNDS; round++) {
        write(client);
        long revision = server.revision();
        compact(client, revision - 1 - random.nextInt(9));
        if (round % 4 == 1) {
          assertFoundGood(server, "written-" + round);
        }
      }
      compact(client, server.revision());
      assertFoundGood(server, "compacted");
      server.etcdctl("defrag");
      assertFoundGood(server, "defragmented");
    }
  }

  private void assertFoundGood(EtcdServer server, String name) throws Exception {
    Path file = directory.resolve(name);
    server.etcdctl("snapshot", "save", file.toString());
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file);
        InputStream in = Files.newInputStream(file)) {
      assertThat(snapshot.verify().problems()).isEmpty();
      assertThat(PassingCheck.of(in).map(PassingCheck.Good::revision))
          .as(name)
          .hasValue(snapshot.metadata().revision());
    }
  }

  private void write(Client client) throws Exception {
    for (int put = 0; put < PUTS; put += 30) {
      Txn txn = client.getKVClient().txn();
      Op[] puts = new Op[30];
      for (int i = 0; i < puts.length; i++) {
        int size = random.nextInt(200) == 0 ? 40_000 : random.nextInt(3000);
        PutOption lease = lease(client);
        puts[i] = Op.put(key(put % KEYS + i), value(size), lease);
      }
      txn.Then(puts).commit().get(30, TimeUnit.SECONDS);
    }
    client.getKVClient().put(key(random.nextInt(KEYS)), value(1_300_000)).get();
    ByteSequence from = key(random.nextInt(KEYS));
    DeleteOption some = DeleteOption.builder().withRange(key(KEYS)).build();
    if (random.nextInt(3) == 0) {
      client.getKVClient().delete(from, some).get();
    }
  }

  private PutOption lease(Client client) throws Exception {
    PutOption.Builder option = PutOption.builder();
    if (random.nextInt(4) == 0) {
      option.withLeaseId(client.getLeaseClient().grant(3600).get().getID());
    }
    return option.build();
  }

  private static void compact(Client client, long revision) throws Exception {
    CompactOption physical = CompactOption.builder().withCompactPhysical(true).build();
    client.getKVClient().compact(revision, physical).get(30, TimeUnit.SECONDS);
  }

  private static ByteSequence key(int number) {
    return ByteSequence.from(String.format("key/%05d", number), UTF_8);
  }

  private ByteSequence value(int size) {
    byte[] value = new byte[size];
    random.nextBytes(value);
    return ByteSequence.from(value);
  }
}
