package dev.etcdbackup.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Transactions of 60 MiB, where etcd takes requests of 64 MiB, recorded in a heap of four times
 * that and as much again beside it. What waits when a watch begins comes in fragments that are
 * larger than 64 MiB.
 */
@Tag("server")
@Tag("night")
@Timeout(300)
class LargestTransactionsTest {
  private static final int REQUEST_BYTES = 64 << 20;
  private static final String HEAP = "256m";
  private static final String DIRECT = "256m";

  @TempDir Path directory;

  static List<EtcdBinaries> binaries() {
    return EtcdBinaries.all();
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("binaries")
  void areRecordedWholeAndRestored(EtcdBinaries version) throws Exception {
    Path stored = directory.resolve("store");
    RecordedHistory history = new RecordedHistory(DirectoryBackupStore.at(stored), directory);
    try (EtcdServer etcd = version.server().maxRequestBytes(REQUEST_BYTES).start();
        Client client =
            Client.builder()
                .endpoints(etcd.endpoint())
                .maxInboundMessageSize(2 * REQUEST_BYTES)
                .build()) {
      String endpoint = etcd.endpoint().toString();
      BackupKey base;
      try (RecorderProcess recorder = RecorderProcess.start(endpoint, stored, HEAP, DIRECT)) {
        base = recorder.base();
        etcd.put("small", "1");
        commit(client, 1);
        etcd.put("small", "2");
        recorder.await(etcd.revision());
      }
      commit(client, 2);
      etcd.put("small", "3");
      commit(client, 3);
      try (RecorderProcess recorder = RecorderProcess.start(endpoint, stored, HEAP, DIRECT)) {
        recorder.await(etcd.revision());
      }
      for (long revision = etcd.revision(); revision > etcd.revision() - 3; revision--) {
        history.assertAnswersAlike(client, etcd, base, revision);
      }
      history.assertDrillPasses(version, base, etcd.revision());
    }
  }

  private static void commit(Client client, int number) throws Exception {
    List<Op> ops = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      byte[] value = new byte[4 << 20];
      value[i] = (byte) number;
      ByteSequence key = ByteSequence.from("key-" + i, UTF_8);
      ops.add(Op.put(key, ByteSequence.from(value), PutOption.DEFAULT));
    }
    client.getKVClient().txn().Then(ops.toArray(Op[]::new)).commit().get();
  }
}
