package dev.etcdbackup.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.restore.PointInTime;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.faults.FaultPoint;
import dev.etcdbackup.testkit.faults.FaultProxy;
import dev.etcdbackup.testkit.faults.Faults;
import dev.etcdbackup.testkit.faults.Operation;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Recorders behind a bad network, with a clock that jumps, with leases that expire, and with the
 * largest transactions; what they recorded is compared with the server's own answers.
 */
@Tag("server")
@Timeout(120)
class RecorderConditionsTest {
  private static final Duration WAIT = Duration.ofSeconds(30);

  @TempDir Path directory;
  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private RecordedHistory history;

  @BeforeEach
  void begin() {
    history = new RecordedHistory(store, directory);
  }

  static List<EtcdBinaries> binaries() {
    return EtcdBinaries.all();
  }

  private RecorderRun record(URI endpoint, UnaryOperator<ChangeRecorderBuilder> settings) {
    return new RecorderRun(EtcdConnection.to(List.of(endpoint)), store, settings);
  }

  private RecorderRun record(URI endpoint) {
    return record(endpoint, UnaryOperator.identity());
  }

  @Test
  void cutAndStalledConnectionsDelayWhatIsRecorded() throws Exception {
    try (EtcdServer etcd = EtcdServer.start();
        Client client = RecordedHistory.client(etcd);
        FaultProxy proxy = FaultProxy.tcp("127.0.0.1", etcd.endpoint().getPort())) {
      BackupKey base;
      try (RecorderRun recorder = record(proxy.endpoint())) {
        base = recorder.base();
        history.write(client, 10);
        recorder.await(etcd.revision());
      }
      Fault cut = proxy.add(each().afterBytes(20_000).cut());
      try (RecorderRun recorder = record(proxy.endpoint())) {
        history.write(client, 60);
        cut.awaitFired(2, WAIT);
        cut.end();
        history.write(client, 20);
        recorder.await(etcd.revision());
        assertThat(recorder.bases).isEmpty();
        assertThat(recorder.ended).isEmpty();
      }
      Fault stall = proxy.add(each().afterBytes(20_000).stall());
      try (RecorderRun recorder = record(proxy.endpoint())) {
        history.write(client, 60);
        stall.awaitFired(1, WAIT);
        history.write(client, 10);
        stall.end();
        recorder.await(etcd.revision());
        assertThat(recorder.bases).isEmpty();
      }
      history.assertAnswersAlike(client, etcd, base, etcd.revision());
      history.assertAnswersAlike(client, etcd, base, etcd.revision() - 75);
    }
  }

  private static FaultPoint each() {
    return Faults.on(Operation.CONNECTION).everyCall().inReply();
  }

  @Test
  void aClockThatJumpsChangesNothingButTheTimes() throws Exception {
    AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    UnaryOperator<ChangeRecorderBuilder> jumping =
        settings -> settings.clock(() -> Instant.now().plus(ahead.get()));
    try (EtcdServer etcd = EtcdServer.start();
        Client client = RecordedHistory.client(etcd)) {
      BackupKey base;
      try (RecorderRun recorder = record(etcd.endpoint(), jumping)) {
        base = recorder.base();
        for (int minutes : new int[] {0, 50, -50, 3000, -10, 0}) {
          ahead.set(Duration.ofMinutes(minutes));
          history.write(client, 10);
          recorder.await(etcd.revision());
        }
        assertThat(recorder.ended).isEmpty();
      }
      for (int minutes : new int[] {-40, 40, 0}) {
        ahead.set(Duration.ofMinutes(minutes));
        try (RecorderRun recorder = record(etcd.endpoint(), jumping)) {
          history.write(client, 10);
          recorder.await(etcd.revision());
          assertThat(recorder.bases).as("%s minutes", minutes).isEmpty();
          assertThat(recorder.ended).isEmpty();
        }
      }
      for (long revision = etcd.revision(); revision > 1; revision -= 11) {
        history.assertAnswersAlike(client, etcd, base, revision);
      }
    }
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("binaries")
  void leasesThatExpireTakeTheirKeysWithThem(EtcdBinaries version) throws Exception {
    try (EtcdServer etcd = version.server().start();
        Client client = RecordedHistory.client(etcd)) {
      BackupKey base;
      long before;
      long kept;
      put(client, "of the base", lease(client, 4));
      try (RecorderRun recorder = record(etcd.endpoint())) {
        base = recorder.base();
        kept = lease(client, 1000);
        long expiring = lease(client, 1);
        put(client, "kept", kept);
        put(client, "a", expiring);
        put(client, "b", expiring);
        before = etcd.revision();
        awaitGone(client, "a");
        awaitGone(client, "of the base");
        history.write(client, 5);
        recorder.await(etcd.revision());
        assertThat(recorder.ended).isEmpty();
      }
      history.assertAnswersAlike(client, etcd, base, before);
      history.assertAnswersAlike(client, etcd, base, before + 1);
      Path last = history.consolidate(base, PointInTime.revision(etcd.revision()));
      try (EtcdSnapshot snapshot = EtcdSnapshot.open(last)) {
        assertThat(snapshot.leases())
            .as("what it was granted")
            .anyMatch(lease -> lease.id() == kept && lease.ttlSeconds() == 1000);
      }
      client.getKVClient().compact(1).get(); // as the restored member is
      history.assertBoots(version, client, etcd, base, etcd.revision());
    }
  }

  /** It is not among the leases of the cluster when the object is cut, but its key refers to it. */
  @ParameterizedTest(name = "on {0}")
  @MethodSource("binaries")
  void aLeaseThatEndedWithinAnObjectIsThereBeforeItsEnd(EtcdBinaries version) throws Exception {
    try (EtcdServer etcd = version.server().start();
        Client client = RecordedHistory.client(etcd)) {
      BackupKey base;
      long held;
      try (RecorderRun recorder = record(etcd.endpoint(), it -> it.period(Duration.ofSeconds(2)))) {
        base = recorder.base();
        long revoked = lease(client, 1000);
        put(client, "revoked", revoked);
        held = etcd.revision();
        client.getLeaseClient().revoke(revoked).get();
        recorder.await(etcd.revision());
      }
      client.getKVClient().compact(1).get(); // as the restored member is
      var unused = history.assertBoots(version, base, RecordedAnswers.ask(client, etcd, held));
    }
  }

  private static long lease(Client client, long seconds) throws Exception {
    return client.getLeaseClient().grant(seconds).get().getID();
  }

  private static void put(Client client, String key, long lease) throws Exception {
    PutOption option = PutOption.builder().withLeaseId(lease).build();
    client
        .getKVClient()
        .put(ByteSequence.from(key, UTF_8), ByteSequence.from(key, UTF_8), option)
        .get();
  }

  private static void awaitGone(Client client, String key) throws Exception {
    long end = System.nanoTime() + WAIT.toNanos();
    ByteSequence name = ByteSequence.from(key, UTF_8);
    while (client.getKVClient().get(name).get(10, TimeUnit.SECONDS).getCount() > 0) {
      assertThat(System.nanoTime()).as("the lease expires").isLessThan(end);
    }
  }

  @Test
  void aTransactionOfTenMebibytesIsOneRevision() throws Exception {
    try (EtcdServer etcd = EtcdServer.builder().maxRequestBytes(16 << 20).start();
        Client client =
            Client.builder().endpoints(etcd.endpoint()).maxInboundMessageSize(64 << 20).build()) {
      BackupKey base;
      // A busy machine takes a second or more to deliver 10 MiB; the watch counts as silent after
      // three periods.
      try (RecorderRun recorder =
          record(etcd.endpoint(), it -> it.bytes(1 << 20).period(Duration.ofSeconds(3)))) {
        base = recorder.base();
        etcd.put("small", "1");
        client.getKVClient().put(ByteSequence.from("one", UTF_8), large(0)).get();
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          ops.add(Op.put(ByteSequence.from("key-" + i, UTF_8), large(i), PutOption.DEFAULT));
        }
        client.getKVClient().txn().Then(ops.toArray(Op[]::new)).commit().get();
        etcd.put("small", "2");
        recorder.await(etcd.revision());
        assertThat(recorder.bases).isEmpty();
        assertThat(recorder.ended).isEmpty();
        assertThat(recorder.failures).isEmpty();
      }
      for (long revision = etcd.revision(); revision > etcd.revision() - 3; revision--) {
        history.assertAnswersAlike(client, etcd, base, revision);
      }
    }
  }

  /** 2 MiB. */
  private static ByteSequence large(int first) {
    byte[] value = new byte[2 << 20];
    value[0] = (byte) first;
    return ByteSequence.from(value);
  }
}
