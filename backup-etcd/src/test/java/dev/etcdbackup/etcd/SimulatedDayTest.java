package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.faults.FaultProxy;
import dev.etcdbackup.testkit.faults.Faults;
import dev.etcdbackup.testkit.faults.Operation;
import io.etcd.jetcd.Client;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A day of recording by a clock that the test moves, an hour at a time, and in each hour something
 * else fails. Afterwards every event is there once: HashKV is taken of all of them.
 */
@Tag("server")
@Timeout(600)
class SimulatedDayTest {
  private static final int HOURS =
      Math.max(
          Trouble.values().length, 24 * Integer.getInteger("etcdbackup.test.share", 100) / 100);
  private static final Duration WAIT = Duration.ofSeconds(30);

  @TempDir Path directory;
  private final TroubledStore store = new TroubledStore();
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());

  /** What fails in an hour. */
  private enum Trouble {
    NONE,
    STORE_FAILS,
    ANSWERS_OF_THE_STORE_ARE_LOST,
    CONNECTIONS_ARE_CUT,
    MEMBER_IS_KILLED,
    MEMBER_IS_PAUSED,
    RECORDER_IS_RESTARTED,
    CLOCK_GOES_BACK
  }

  @Test
  void noEventOfADayIsLostOrDoubled() throws Exception {
    RecordedHistory history = new RecordedHistory(store, directory);
    try (EtcdServer etcd = EtcdServer.start();
        Client client = RecordedHistory.client(etcd);
        FaultProxy proxy = FaultProxy.tcp("127.0.0.1", etcd.endpoint().getPort())) {
      RecorderRun recorder = record(proxy);
      try {
        BackupKey base = recorder.base();
        for (int hour = 0; hour < HOURS; hour++) {
          Trouble trouble = Trouble.values()[hour % Trouble.values().length];
          now.updateAndGet(time -> time.plus(Duration.ofHours(1)));
          if (trouble == Trouble.RECORDER_IS_RESTARTED) {
            recorder.close();
            history.write(client, 10); // while none records
            recorder = record(proxy);
          } else if (trouble == Trouble.CONNECTIONS_ARE_CUT) {
            recorder.close();
            Fault cut = proxy.add(cutAfter(2_000));
            recorder = record(proxy);
            history.write(client, 30);
            cut.awaitFired(2, WAIT);
            cut.end();
          } else {
            trouble(trouble, recorder, etcd, history, client);
          }
          history.write(client, 10);
          recorder.await(etcd.revision());
          assertThat(recorder.ended).as("%s", trouble).isEmpty();
          assertThat(recorder.bases).as("%s", trouble).isEmpty();
        }
        history.assertAnswersAlike(client, etcd, base, etcd.revision());
        assertEachRevisionOnce(base, etcd.revision());
      } finally {
        recorder.close();
      }
    }
  }

  private RecorderRun record(FaultProxy proxy) {
    return new RecorderRun(
        EtcdConnection.to(List.of(proxy.endpoint())), store, it -> it.clock(now::get));
  }

  private static Fault cutAfter(int bytes) {
    return Faults.on(Operation.CONNECTION).everyCall().inReply().afterBytes(bytes).cut();
  }

  private void trouble(
      Trouble trouble,
      RecorderRun recorder,
      EtcdServer etcd,
      RecordedHistory history,
      Client client)
      throws Exception {
    switch (trouble) {
      case STORE_FAILS -> store.failures.set(3);
      case ANSWERS_OF_THE_STORE_ARE_LOST -> store.lostAnswers.set(2);
      case MEMBER_IS_KILLED -> {
        history.write(client, 10);
        etcd.kill();
        etcd.restart();
      }
      case MEMBER_IS_PAUSED -> {
        etcd.pause();
        recorder.awaitFailure();
        etcd.resume();
      }
      case CLOCK_GOES_BACK -> now.updateAndGet(time -> time.minus(Duration.ofMinutes(50)));
      default -> {}
    }
  }

  private void assertEachRevisionOnce(BackupKey base, long last) throws Exception {
    List<BackupName> changes =
        store.list(RecorderRun.PROJECT).stream()
            .map(one -> BackupName.parse(one.key().name()))
            .filter(name -> name.kind() == BackupKind.CHANGES)
            .sorted(Comparator.comparingLong(name -> name.firstRevision().orElseThrow()))
            .toList();
    long next = BackupName.parse(base.name()).revision().orElseThrow() + 1;
    for (BackupName one : changes) {
      assertThat(one.firstRevision()).hasValue(next);
      next = one.revision().orElseThrow() + 1;
    }
    assertThat(next).isEqualTo(last + 1);
  }
}
