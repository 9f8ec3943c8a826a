package dev.etcdbackup.restore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.HistorySelection;
import dev.etcdbackup.snapshot.KeyCursor;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.snapshot.KeySelection;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.VerifyOptions;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.options.GetOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers of every version at hand on parts of a snapshot. */
@Tag("server")
@Timeout(120)
class PartialBootTest {
  private static final String NAME = "3.5.30-rich-auth";
  private static final byte[] PODS = "/registry/pods/".getBytes(UTF_8);
  private static final long UNTIL = 4500; // the latest is 4545

  @TempDir Path directory;

  static List<EtcdBinaries> servers() {
    return EtcdBinaries.all();
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("servers")
  void aPrefixAtARevisionAnswersAsTheWholeWould(EtcdBinaries etcd) throws Exception {
    Path file = Backups.snapshot(NAME, directory);
    KeyRange range = KeyRange.prefix(PODS);
    HistorySelection selection =
        new HistorySelection(KeySelection.all().including(range), Revision.of(UNTIL), false);
    try (EtcdServer server =
            etcd.server()
                .dataDirs(Restored.of(file, it -> it.select(selection).withoutAuth()))
                .start();
        EtcdSnapshot whole = EtcdSnapshot.open(file)) {
      assertThat(server.revision()).isEqualTo(UNTIL);
      try (Client client = Restored.client(server, false)) {
        assertThat(Restored.hashKv(client, server)).isEqualTo(computed(server));
        long compacted = whole.metadata().compactRevision();
        for (long revision = compacted + 1; revision <= UNTIL; revision += 37) {
          assertSame(client, whole.keys(range, Revision.of(revision)), revision);
        }
        assertSame(client, whole.keys(range, Revision.of(UNTIL)), UNTIL);
        assertThat(Restored.count(client)).isEqualTo(whole.keys(range, Revision.of(UNTIL)).size());
      }
      Restored.assertWritable(server, false);
      Restored.assertSound(server);
    }
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("servers")
  void theRestWithoutHistoryHoldsTheLatest(EtcdBinaries etcd) throws Exception {
    Path file = Backups.snapshot(NAME, directory);
    HistorySelection selection =
        HistorySelection.ALL
            .ofKeys(KeySelection.all().excluding(KeyRange.prefix(PODS)))
            .withLatestOnly();
    try (EtcdServer server =
            etcd.server()
                .dataDirs(Restored.of(file, it -> it.select(selection).withoutAuth()))
                .start();
        EtcdSnapshot whole = EtcdSnapshot.open(file)) {
      assertThat(server.revision()).isEqualTo(whole.metadata().revision());
      try (Client client = Restored.client(server, false)) {
        assertThat(Restored.hashKv(client, server)).isEqualTo(computed(server));
        KeyCursor keys = whole.keys(KeyRange.all());
        int others = 0;
        while (keys.next()) {
          others += selection.keys().contains(keys.key()) ? 1 : 0;
        }
        assertThat(Restored.count(client)).isEqualTo(others).isPositive();
      }
      Restored.assertWritable(server, false);
      Restored.assertSound(server);
    }
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("servers")
  void aPartIsCompactedAndDefragmentedAndSavedAgain(EtcdBinaries etcd) throws Exception {
    Path file = Backups.snapshot(NAME, directory);
    KeyRange range = KeyRange.prefix(PODS);
    HistorySelection selection =
        new HistorySelection(KeySelection.all().including(range), Revision.of(UNTIL), false);
    Path second = directory.resolve("second.db");
    try (EtcdServer server =
            etcd.server()
                .dataDirs(Restored.of(file, it -> it.select(selection).withoutAuth()))
                .start();
        EtcdSnapshot whole = EtcdSnapshot.open(file);
        Client client = Restored.client(server, false)) {
      Restored.compact(client, UNTIL - 20);
      Restored.defragment(client, server);
      assertSame(client, whole.keys(range, Revision.of(UNTIL - 19)), UNTIL - 19);
      String unused = server.etcdctl("snapshot", "save", second.toString());
      try (EtcdSnapshot saved = EtcdSnapshot.open(second)) {
        assertThat(saved.verify(VerifyOptions.DEFAULT.deeply()).problems()).isEmpty();
        assertThat(saved.metadata().compactRevision()).isEqualTo(UNTIL - 20);
        assertThat(saved.hashKv()).isEqualTo(Restored.hashKv(client, server));
        assertSame(client, saved.keys(range), UNTIL);
        assertSame(client, whole.keys(range, Revision.of(UNTIL)), UNTIL);
      }
    }
  }

  private static HashKv computed(EtcdServer server) throws Exception {
    try (EtcdSnapshot restored = EtcdSnapshot.open(server.dataDir().resolve("member/snap/db"))) {
      return restored.hashKv();
    }
  }

  private static void assertSame(Client client, KeyCursor expected, long revision)
      throws Exception {
    GetOption option = GetOption.builder().isPrefix(true).withRevision(revision).build();
    List<KeyValue> answer =
        client.getKVClient().get(ByteSequence.from(PODS), option).get().getKvs();
    assertThat(answer).as("revision %s", revision).hasSize(expected.size());
    for (KeyValue one : answer) {
      assertThat(expected.next()).isTrue();
      assertThat(one.getKey().getBytes()).isEqualTo(expected.key());
      assertThat(one.getValue().getBytes()).isEqualTo(expected.value());
      assertThat(List.of(one.getCreateRevision(), one.getModRevision(), one.getVersion()))
          .containsExactly(expected.createRevision(), expected.modRevision(), expected.version());
      assertThat(one.getLease()).isEqualTo(expected.lease());
    }
  }
}
