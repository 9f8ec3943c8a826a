package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyCursor;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.RevisionNotRetainedException;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys of snapshots that a real etcd made, put into another real etcd. */
@Tag("server")
@Timeout(120)
class LiveRestoreTest {
  private static final ByteSequence ALL = ByteSequence.from(new byte[1]);

  @TempDir private Path directory;
  @AutoClose private EtcdServer source;
  @AutoClose private EtcdServer target;
  @AutoClose private Client to;

  @BeforeEach
  void startTwo() throws Exception {
    source = EtcdServer.start();
    target = EtcdServer.start();
    to = Client.builder().endpoints(target.endpoint()).build();
  }

  static List<EtcdBinaries> binaries() {
    return EtcdBinaries.all();
  }

  @ParameterizedTest
  @MethodSource("binaries")
  void allKeysComeBackAndHangOnTheirLeases(EtcdBinaries version) throws Exception {
    Random random = new Random(1);
    try (EtcdServer into = version.server().start();
        Client client = Client.builder().endpoints(into.endpoint()).build()) {
      restoreEverything(random, into, client);
    }
  }

  private void restoreEverything(Random random, EtcdServer into, Client intoClient)
      throws Exception {
    try (Client from = Client.builder().endpoints(source.endpoint()).build()) {
      long lease = from.getLeaseClient().grant(1000).get().getID();
      for (int i = 0; i < 700; i++) {
        byte[] key = new byte[1 + random.nextInt(30)];
        random.nextBytes(key);
        byte[] value = new byte[i % 100 == 0 ? 700_000 : random.nextInt(200)];
        random.nextBytes(value);
        PutOption hanging = PutOption.builder().withLeaseId(i % 7 == 0 ? lease : 0).build();
        from.getKVClient().put(ByteSequence.from(key), ByteSequence.from(value), hanging).get();
      }
      try (EtcdSnapshot snapshot = snapshot()) {
        LiveRestoreReport report =
            LiveRestore.builder(EtcdConnection.to(into.endpoints()))
                .build()
                .restore(snapshot, KeyRange.all());
        assertThat(live(intoClient)).isEqualTo(live(from)).isEqualTo(held(snapshot));
        assertThat(report.created()).isEqualTo(live(from).size());
        assertThat(report.keys()).isEqualTo(report.created());
        assertThat(report.leases()).isEqualTo(1);
        assertThat(report.revision()).isEqualTo(source.revision());
        assertThat(report.lost()).hasSize(2).first().asString().contains("history");
        assertThat(ttl(intoClient, lease)).isBetween(900L, 1000L);
      }
    }
  }

  @Test
  void anyRetainedRevisionAndAnyPrefixCanBeRestored() throws Exception {
    for (int i = 0; i < 30; i++) {
      source.put((i % 2 == 0 ? "a/" : "b/") + i % 10, "value-" + i);
    }
    try (EtcdSnapshot snapshot = snapshot()) {
      KeyRange prefix = KeyRange.prefix("a/".getBytes(StandardCharsets.UTF_8));
      LiveRestoreReport report = restore().restore(snapshot, prefix, Revision.of(15));
      assertThat(report.created()).isEqualTo(5);
      assertThat(report.revision()).isEqualTo(15);
      Map<String, String> expected = held(snapshot, Revision.of(15));
      expected.keySet().removeIf(key -> !key.startsWith(hex("a/")));
      assertThat(live(to)).isEqualTo(expected);
      assertThatExceptionOfType(RevisionNotRetainedException.class)
          .isThrownBy(() -> restore().restore(snapshot, prefix, Revision.of(99)));
    }
  }

  @Test
  void whatIsThereAndDiffersIsKeptOrOverwritten() throws Exception {
    source.put("same", "1");
    source.put("other", "1");
    source.put("missing", "1");
    target.put("same", "1");
    target.put("other", "2");
    target.put("not in the backup", "3");
    try (EtcdSnapshot snapshot = snapshot()) {
      LiveRestoreReport create = restore().restore(snapshot, KeyRange.all());
      assertThat(counts(create)).containsExactly(1L, 0L, 1L, 1L);
      assertThat(live(to)).containsEntry(hex("other"), hex("2") + " 0");
      LiveRestore overwriting = builder().mode(LiveRestore.Mode.OVERWRITE).build();
      long revision = target.revision();
      LiveRestoreReport would = overwriting.dryRun(snapshot, KeyRange.all());
      assertThat(would.dryRun()).isTrue();
      assertThat(counts(would)).containsExactly(0L, 1L, 2L, 0L);
      assertThat(target.revision()).isEqualTo(revision);
      assertThat(counts(overwriting.restore(snapshot, KeyRange.all())))
          .containsExactly(0L, 1L, 2L, 0L);
      assertThat(live(to)).containsEntry(hex("other"), hex("1") + " 0").hasSize(4);
    }
  }

  @Test
  void aDryRunCountsAndWritesNothing() throws Exception {
    fill(300);
    long lease;
    try (Client from = Client.builder().endpoints(source.endpoint()).build()) {
      lease = from.getLeaseClient().grant(1000).get().getID();
      from.getKVClient()
          .put(utf8("leased"), utf8("1"), PutOption.builder().withLeaseId(lease).build())
          .get();
    }
    try (EtcdSnapshot snapshot = snapshot()) {
      LiveRestoreReport report = restore().dryRun(snapshot, KeyRange.all());
      assertThat(counts(report)).containsExactly(301L, 0L, 0L, 0L);
      assertThat(report.leases()).isEqualTo(1);
      assertThat(target.revision()).isEqualTo(1);
      assertThat(ttl(to, lease)).isEqualTo(-1);
    }
  }

  @Test
  void aSecondRunChangesNothing() throws Exception {
    fill(300);
    try (EtcdSnapshot snapshot = snapshot()) {
      restore().restore(snapshot, KeyRange.all());
      long revision = target.revision();
      for (LiveRestore.Mode mode : LiveRestore.Mode.values()) {
        LiveRestoreReport again = builder().mode(mode).build().restore(snapshot, KeyRange.all());
        assertThat(counts(again)).containsExactly(0L, 0L, 300L, 0L);
      }
      assertThat(target.revision()).isEqualTo(revision);
    }
  }

  @Test
  void aRestoreThatWasCutOffGoesOnWhenRunAgain() throws Exception {
    fill(3000);
    try (EtcdSnapshot snapshot = snapshot()) {
      LiveRestore slow = builder().maxTxnOps(4).timeout(Duration.ofSeconds(5)).build();
      CompletableFuture<SourceException> failure =
          CompletableFuture.supplyAsync(() -> failureOf(slow, snapshot));
      while (live(to).size() < 50) {
        Thread.onSpinWait();
      }
      target.kill();
      assertThat(failure.get())
          .hasMessageMatching(
              ".*; \\d+ keys were written until then(, and perhaps \\d+ more)?, run it again to"
                  + " go on .*");
      target.restart();
      int before = live(to).size();
      assertThat(before).isBetween(50, 2999);
      LiveRestoreReport report = restore().restore(snapshot, KeyRange.all());
      assertThat(report.unchanged()).isEqualTo(before);
      assertThat(report.created()).isEqualTo(3000 - before);
      assertThat(live(to)).isEqualTo(held(snapshot));
    }
  }

  private static SourceException failureOf(LiveRestore restore, EtcdSnapshot snapshot) {
    try {
      restore.restore(snapshot, KeyRange.all());
      throw new AssertionError("the restore was not cut off");
    } catch (SourceException e) {
      return e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aMemberThatIsGoneIsPassedOver() throws Exception {
    fill(10);
    try (EtcdServer gone = EtcdServer.start();
        EtcdSnapshot snapshot = snapshot()) {
      gone.kill();
      LiveRestore restore =
          LiveRestore.builder(EtcdConnection.to(List.of(gone.endpoint(), target.endpoint())))
              .build();
      assertThat(restore.restore(snapshot, KeyRange.all()).created()).isEqualTo(10);
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(
              () ->
                  LiveRestore.builder(EtcdConnection.to(gone.endpoints()))
                      .build()
                      .restore(snapshot, KeyRange.all()))
          .withMessageStartingWith(gone.endpoint() + ": connection refused; 0 keys were written");
    }
  }

  @Test
  void aClusterThatIsFullSaysWhatToDo() throws Exception {
    for (int i = 0; i < 40; i++) {
      source.put("key-" + i, new byte[500_000]);
    }
    try (EtcdServer small = EtcdServer.builder().quotaBytes(8 << 20).start();
        Client client = Client.builder().endpoints(small.endpoint()).build();
        EtcdSnapshot snapshot = snapshot()) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(
              () ->
                  LiveRestore.builder(EtcdConnection.to(small.endpoints()))
                      .build()
                      .restore(snapshot, KeyRange.all()))
          .withMessageMatching(
              ".*database space exceeded: raise etcd's --quota-backend-bytes, .*; \\d+ keys were"
                  + " written until then.*");
      assertThat(held(snapshot)).containsAllEntriesOf(live(client));
    }
  }

  @Test
  void withoutPermissionItSaysWhatIsNeeded() throws Exception {
    source.put("a", "1");
    try (EtcdServer closed = EtcdServer.builder().rootPassword("root-secret").start();
        EtcdSnapshot snapshot = snapshot()) {
      closed.etcdctl("user", "add", "eve:eve-secret");
      closed.addUser("alice", "alice-secret");
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> as(closed, "eve").restore(snapshot, KeyRange.all()))
          .withMessageStartingWith(
              closed.endpoint()
                  + ": permission denied: the user needs READWRITE on the keys that are restored")
          .withMessageNotContaining("eve-secret");
      assertThat(as(closed, "alice").restore(snapshot, KeyRange.all()).created()).isEqualTo(1);
    }
  }

  @Test
  void usersAreToldToBeLost() throws Exception {
    try (EtcdServer closed = EtcdServer.builder().rootPassword("root-secret").start()) {
      closed.put("a", "1");
      Path file = directory.resolve("auth");
      try (Snapshot open =
          EtcdSnapshotSource.builder(
                  JetcdConnection.builder(closed.endpoints(), () -> login("root", "root-secret"))
                      .build())
              .build()
              .open()) {
        Files.copy(open.stream(), file);
      }
      try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
        assertThat(restore().restore(snapshot, KeyRange.all()).lost())
            .anyMatch(line -> line.startsWith("users with their passwords (1) and roles ("));
      }
    }
  }

  @Test
  void limitsOfTheServerAreExplained() throws Exception {
    fill(300);
    try (EtcdSnapshot snapshot = snapshot()) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> builder().maxTxnOps(200).build().restore(snapshot, KeyRange.all()))
          .withMessageContaining("too many operations")
          .withMessageContaining("set maxTxnOps to etcd's --max-txn-ops");
      assertThat(builder().maxTxnOps(2).build().restore(snapshot, KeyRange.all()).created())
          .isEqualTo(300);
    }
  }

  @Test
  void badSettingsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LiveRestore.builder(EtcdConnection.to(List.of())));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LiveRestore.builder(EtcdConnection.to(List.of(URI.create("h:1")))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().maxTxnOps(1))
        .withMessageContaining("not 1");
    assertThatIllegalArgumentException().isThrownBy(() -> builder().maxRequestBytes(9));
    assertThatIllegalArgumentException().isThrownBy(() -> builder().timeout(Duration.ZERO));
  }

  private LiveRestore.Builder builder() {
    return LiveRestore.builder(EtcdConnection.to(target.endpoints()));
  }

  private LiveRestore restore() {
    return builder().build();
  }

  private static LiveRestore as(EtcdServer server, String user) {
    return LiveRestore.builder(
            JetcdConnection.builder(server.endpoints(), () -> login(user, user + "-secret"))
                .build())
        .build();
  }

  private static io.etcd.jetcd.ClientBuilder login(String user, String password) {
    return Client.builder().user(utf8(user)).password(utf8(password));
  }

  private void fill(int keys) throws Exception {
    for (int i = 0; i < keys; i++) {
      source.put("key-" + i, "value-" + i);
    }
  }

  private static List<Long> counts(LiveRestoreReport report) {
    return List.of(report.created(), report.overwritten(), report.unchanged(), report.kept());
  }

  private static long ttl(Client client, long lease) throws Exception {
    return client.getLeaseClient().timeToLive(lease, LeaseOption.DEFAULT).get().getTTL();
  }

  /** Keys, values and leases as a cluster has them. */
  private static Map<String, String> live(Client client) throws Exception {
    Map<String, String> live = new TreeMap<>();
    List<KeyValue> page;
    ByteSequence next = ALL;
    do {
      GetOption option =
          GetOption.builder()
              .withRange(ByteSequence.from(new byte[1]))
              .withLimit(5)
              .withSortField(GetOption.SortTarget.KEY)
              .withSortOrder(GetOption.SortOrder.ASCEND)
              .build();
      page = client.getKVClient().get(next, option).get().getKvs();
      for (KeyValue kv : page) {
        live.put(hex(kv.getKey()), hex(kv.getValue()) + " " + kv.getLease());
        next = kv.getKey().concat(ByteSequence.from(new byte[1]));
      }
    } while (!page.isEmpty());
    return live;
  }

  private static Map<String, String> held(EtcdSnapshot snapshot) throws Exception {
    return held(snapshot, Revision.LATEST);
  }

  private static Map<String, String> held(EtcdSnapshot snapshot, Revision revision)
      throws Exception {
    Map<String, String> held = new TreeMap<>();
    KeyCursor keys = snapshot.keys(KeyRange.all(), revision);
    while (keys.next()) {
      held.put(
          HexFormat.of().formatHex(keys.key()),
          HexFormat.of().formatHex(keys.value()) + " " + keys.lease());
    }
    return held;
  }

  private static String hex(ByteSequence bytes) {
    return HexFormat.of().formatHex(bytes.getBytes());
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  private EtcdSnapshot snapshot() throws Exception {
    Path file = directory.resolve("snapshot");
    try (Snapshot open =
        EtcdSnapshotSource.builder(EtcdConnection.to(source.endpoints())).build().open()) {
      Files.copy(open.stream(), file);
    }
    return EtcdSnapshot.open(file);
  }

  private static ByteSequence utf8(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }
}
