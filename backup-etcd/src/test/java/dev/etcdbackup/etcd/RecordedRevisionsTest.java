package dev.etcdbackup.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.restore.BaseChoice;
import dev.etcdbackup.restore.PointInTime;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.RevisionNotRetainedException;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything that changes a cluster, recorded while it happens; at revisions chosen at random the
 * server is asked for all its keys and its HashKV, and a member on what is restored of each answers
 * the same. In a whole run these are 100 revisions, shared by the lines of etcd.
 */
@Tag("server")
@Timeout(1200)
class RecordedRevisionsTest {
  private static final int REVISIONS =
      Math.max(1, Integer.getInteger("etcdbackup.test.share", 100) / 4);
  private static final int ROUNDS = 5; // each asks for its share of the revisions
  private static final Duration WAIT = Duration.ofSeconds(30);

  @TempDir Path directory;
  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private final Random random = new Random(18);

  static List<EtcdBinaries> binaries() {
    return EtcdBinaries.all();
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("binaries")
  void everyRevisionIsRestoredAsTheServerHadIt(EtcdBinaries version) throws Exception {
    RecordedHistory history = new RecordedHistory(store, directory, 18);
    try (EtcdServer etcd = version.server().start();
        Client client = RecordedHistory.client(etcd)) {
      history.write(client, 20);
      client.getKVClient().compact(1).get(); // as the restored members are
      List<RecordedAnswers> asked = new ArrayList<>();
      try (RecorderRun recorder =
          new RecorderRun(EtcdConnection.to(List.of(etcd.endpoint())), store, it -> it)) {
        recorder.base();
        history.write(client, 5);
        for (int round = 0; round < ROUNDS; round++) {
          disturb(round, version, etcd, client, recorder);
          long calm = etcd.revision(); // no lease ends any more
          history.write(client, 40);
          for (int i = REVISIONS * round / ROUNDS; i < REVISIONS * (round + 1) / ROUNDS; i++) {
            long revision = calm + 1 + random.nextLong(etcd.revision() - calm);
            asked.add(RecordedAnswers.ask(client, etcd, revision));
          }
        }
        recorder.await(etcd.revision());
      }
      for (RecordedAnswers one : asked) {
        var unused = history.assertBoots(version, base(one.revision()), one);
      }
      assertReadBackUnlessCompacted(history, client, etcd.revision(), asked);
    }
  }

  /** What happens to a cluster beside puts, deletions and transactions. */
  private void disturb(
      int round, EtcdBinaries version, EtcdServer etcd, Client client, RecorderRun recorder)
      throws Exception {
    recorder.await(etcd.revision()); // a compaction ends the chain when it is faster
    assertThat(recorder.ended).isEmpty();
    switch (round) {
      case 0 -> keepAliveAndExpire(client);
      case 1 -> client.getKVClient().compact(etcd.revision() - 20).get();
      case 2 -> client.getMaintenanceClient().defragmentMember(etcd.endpoint().toString()).get();
      case 3 -> {
        // One step: the chain ends once. With a role it could end, and end again.
        ByteSequence name = ByteSequence.from("reader", UTF_8);
        var unused = client.getAuthClient().userAdd(name, name).get();
        if (!version.line().equals("3.4")) { // which does not tell
          recorder.base();
          assertThat(recorder.ended).singleElement().asString().contains("users or roles");
          recorder.ended.clear();
        }
      }
      default -> client.getKVClient().compact(etcd.revision() - 5).get();
    }
  }

  private static void keepAliveAndExpire(Client client) throws Exception {
    long kept = client.getLeaseClient().grant(600).get().getID();
    long expiring = client.getLeaseClient().grant(1).get().getID();
    put(client, "kept", kept);
    put(client, "expiring", expiring);
    client.getLeaseClient().keepAliveOnce(kept).get();
    long end = System.nanoTime() + WAIT.toNanos();
    ByteSequence key = ByteSequence.from("expiring", UTF_8);
    while (client.getKVClient().get(key).get().getCount() > 0) {
      assertThat(System.nanoTime()).as("the lease expires").isLessThan(end);
    }
  }

  private static void put(Client client, String key, long lease) throws Exception {
    ByteSequence bytes = ByteSequence.from(key, UTF_8);
    PutOption option = PutOption.builder().withLeaseId(lease).build();
    client.getKVClient().put(bytes, bytes, option).get();
  }

  /** The newest state, looked at in the past, has the answers, or the server has none either. */
  private void assertReadBackUnlessCompacted(
      RecordedHistory history, Client client, long last, List<RecordedAnswers> asked)
      throws Exception {
    Path file = history.consolidate(base(last), PointInTime.revision(last));
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      for (RecordedAnswers one : asked) {
        try {
          assertThat(RecordedAnswers.keys(snapshot, Revision.of(one.revision())))
              .isEqualTo(one.keys());
        } catch (RevisionNotRetainedException e) {
          GetOption then = GetOption.builder().withRevision(one.revision()).build();
          assertThatThrownBy(
                  () -> client.getKVClient().get(ByteSequence.from("a", UTF_8), then).get())
              .hasMessageContaining("compacted");
        }
      }
    }
  }

  private BackupKey base(long revision) throws Exception {
    List<Backup> listing =
        store.list(RecorderRun.PROJECT).stream()
            .map(one -> Backup.of(one, ZoneOffset.UTC))
            .toList();
    ReadOptions options = ReadOptions.builder(BackupEncodings.none(), directory).build();
    return new BaseChoice(store, BackupEncodings.none(), options)
        .choose(listing, PointInTime.revision(revision))
        .orElseThrow()
        .key();
  }
}
