package dev.etcdbackup.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.VerifyOptions;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.etcd.EtcdTools;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.PutOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random histories applied to a real etcd, whose answers are held against its snapshot. */
@Tag("server")
@Timeout(120)
class LiveHistoryTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aSnapshotAnswersLikeTheMemberItCameFrom(long seed) throws Exception {
    Random random = new Random(seed);
    try (EtcdServer etcd = EtcdServer.start();
        Client client = Client.builder().endpoints(etcd.endpoint()).build()) {
      write(client, random, 150);
      long compact = seed == 1 ? -1 : compact(client, etcd.revision() - random.nextInt(60));
      write(client, random, 100);
      Path file = save(etcd);
      write(client, random, 20); // the snapshot does not know
      try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
        assertThat(snapshot.verify().problems()).as("seed %s", seed).isEmpty();
        assertThat(EtcdTools.snapshotStatus(file))
            .contains("\"hash\":" + snapshot.status().hash() + ",")
            .contains("\"revision\":" + snapshot.metadata().revision() + ",");
        long current = snapshot.metadata().revision();
        for (long revision = Math.max(compact, 2); revision <= current; revision += 9) {
          assertThat(RecordedAnswers.keys(snapshot, Revision.of(revision)))
              .as("seed %s, revision %s", seed, revision)
              .isEqualTo(RecordedAnswers.keys(client, revision));
          if (revision > compact) {
            assertThat(snapshot.hashKv(Revision.of(revision)))
                .as("seed %s", seed)
                .isEqualTo(RecordedAnswers.hashKv(client, etcd, revision));
          }
        }
        assertThat(snapshot.verify(VerifyOptions.DEFAULT.deeply()).problems())
            .as("seed %s", seed)
            .isEmpty();
      }
    }
  }

  private static void write(Client client, Random random, int revisions) throws Exception {
    long lease = client.getLeaseClient().grant(1000).get().getID();
    for (int i = 0; i < revisions; i++) {
      if (i == revisions / 2) { // deletes what hangs on it
        client.getLeaseClient().revoke(lease).get();
        lease = client.getLeaseClient().grant(1000).get().getID();
      }
      List<Op> ops = new ArrayList<>();
      Set<String> touched = new HashSet<>();
      int size = random.nextInt(5) == 0 ? 10 : 1;
      while (touched.size() < size) {
        String name = "key/" + random.nextInt(60);
        if (touched.add(name)) {
          ops.add(op(random, ByteSequence.from(name, UTF_8), lease));
        }
      }
      client.getKVClient().txn().Then(ops.toArray(Op[]::new)).commit().get();
    }
  }

  private static Op op(Random random, ByteSequence key, long lease) {
    if (random.nextInt(4) == 0) {
      return Op.delete(key, DeleteOption.DEFAULT);
    }
    byte[] value = new byte[random.nextInt(40) == 0 ? 20_000 : random.nextInt(50)];
    random.nextBytes(value);
    PutOption option = PutOption.builder().withLeaseId(random.nextInt(5) == 0 ? lease : 0).build();
    return Op.put(key, ByteSequence.from(value), option);
  }

  private static long compact(Client client, long revision) throws Exception {
    client.getKVClient().compact(revision).get();
    return revision;
  }

  private Path save(EtcdServer etcd) throws Exception {
    Path file = directory.resolve("snapshot");
    EtcdSnapshotSource source =
        EtcdSnapshotSource.builder(EtcdConnection.to(etcd.endpoints())).build();
    try (Snapshot snapshot = source.open()) {
      Files.copy(snapshot.stream(), file);
    }
    return file;
  }
}
