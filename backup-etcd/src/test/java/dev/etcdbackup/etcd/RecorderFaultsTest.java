package dev.etcdbackup.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupLock;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Recorders whose member, store or process fails; no event is lost or doubled. */
@Tag("server")
@Timeout(120)
class RecorderFaultsTest {
  @TempDir Path directory;
  private final TroubledStore store = new TroubledStore();
  private RecordedHistory history;

  @BeforeEach
  void begin() {
    history = new RecordedHistory(store, directory);
  }

  private RecorderRun record(EtcdServer etcd) {
    return record(etcd, UnaryOperator.identity());
  }

  private RecorderRun record(EtcdServer etcd, UnaryOperator<ChangeRecorderBuilder> settings) {
    return new RecorderRun(EtcdConnection.to(etcd.endpoints()), store, settings);
  }

  @Test
  void aMemberThatIsKilledAndComesBackIsRecordedOn() throws Exception {
    try (EtcdServer etcd = EtcdServer.start();
        Client client = RecordedHistory.client(etcd);
        RecorderRun recorder = record(etcd)) {
      BackupKey base = recorder.base();
      history.write(client, 20);
      etcd.restart();
      history.write(client, 20);
      recorder.await(etcd.revision());
      assertThat(recorder.ended).isEmpty();
      history.assertAnswersAlike(client, etcd, base, etcd.revision());
    }
  }

  @Test
  void aRecorderThatIsKilledAgainAndAgainLosesAndDoublesNothing() throws Exception {
    killAgainAndAgain(12);
  }

  @Test
  @Tag("night")
  @Timeout(600)
  void aRecorderThatIsKilledAtFiftyPointsLosesAndDoublesNothing() throws Exception {
    killAgainAndAgain(50);
  }

  private void killAgainAndAgain(int times) throws Exception {
    Random random = new Random(50);
    try (EtcdServer etcd = EtcdServer.start();
        Client client = RecordedHistory.client(etcd)) {
      Optional<BackupKey> base = Optional.empty();
      for (int i = 0; i < times; i++) {
        try (RecorderRun recorder = record(etcd)) {
          if (base.isEmpty()) {
            base = Optional.of(recorder.base());
          }
          history.write(client, 4 + random.nextInt(12));
          if (random.nextBoolean()) {
            recorder.await(etcd.revision() - random.nextInt(4));
          }
        }
        assertThat(store.inner.list("p")).isNotEmpty();
      }
      try (RecorderRun last = record(etcd)) {
        history.write(client, 4);
        last.await(etcd.revision());
        assertThat(last.bases).isEmpty();
      }
      history.assertAnswersAlike(client, etcd, base.orElseThrow(), etcd.revision());
    }
  }

  /** A schedule that takes its first backup in the same second, for example. */
  @Test
  void aBaseWhoseNameIsTakenIsTakenAgainAtOnce() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      EtcdConnection connection = EtcdConnection.to(etcd.endpoints());
      ChangeRecorder.BaseSource bases = RecorderRun.bases(connection, store);
      BackupKey taken = BackupKey.of("p", "etcd.backup_v1_2020-01-30-20:44:41");
      AtomicBoolean isTaken = new AtomicBoolean(true);
      try (RecorderRun recorder =
          new RecorderRun(
              connection,
              store,
              () -> {
                if (isTaken.getAndSet(false)) {
                  throw new BackupExistsException(taken);
                }
                return bases.take();
              },
              settings -> settings.baseDistance(Duration.ofMinutes(5)))) {
        assertThat(recorder.base()).isNotEqualTo(taken);
        assertThat(recorder.failures).singleElement().isInstanceOf(BackupExistsException.class);
      }
    }
  }

  /** Then another process may record. */
  @Test
  void aRecorderThatLosesItsLockWhileTheStoreFailsTakesNoBase() throws Exception {
    AtomicBoolean held = new AtomicBoolean(true);
    CountDownLatch asked = new CountDownLatch(2);
    BackupLock lock =
        (project, onLoss) -> {
          asked.countDown();
          return held.get() ? Optional.of(new HeldUntil(held)) : Optional.empty();
        };
    List<Boolean> taken = new CopyOnWriteArrayList<>();
    ChangeRecorder.BaseSource bases =
        () -> {
          taken.add(held.getAndSet(false));
          throw new StoreException("full", null);
        };
    try (EtcdServer etcd = EtcdServer.start();
        RecorderRun recorder =
            new RecorderRun(
                EtcdConnection.to(etcd.endpoints()),
                store,
                bases,
                settings -> settings.lock(lock))) {
      assertThat(asked.await(1, TimeUnit.MINUTES)).isTrue();
      assertThat(recorder.bases).isEmpty();
      assertThat(taken).containsExactly(true);
    }
  }

  private record HeldUntil(AtomicBoolean held) implements BackupLock.Held {
    @Override
    public boolean confirm() {
      return held.get();
    }

    @Override
    public void close() {}
  }

  @Test
  void aStoreThatFailsAndAnAnswerThatIsLostDelayWhatIsStored() throws Exception {
    try (EtcdServer etcd = EtcdServer.start();
        Client client = RecordedHistory.client(etcd);
        RecorderRun recorder = record(etcd)) {
      BackupKey base = recorder.base();
      store.failures.set(2);
      history.write(client, 20);
      recorder.await(etcd.revision());
      store.lostAnswers.set(2);
      history.write(client, 20);
      recorder.await(etcd.revision());
      assertThat(recorder.failures).isNotEmpty();
      assertThat(recorder.ended).isEmpty();
      history.assertAnswersAlike(client, etcd, base, etcd.revision());
    }
  }

  @Test
  @Tag("night")
  @Timeout(900)
  void aStoreThatIsDownForFiveMinutesLosesNothing() throws Exception {
    long end = System.nanoTime() + Duration.ofMinutes(5).toNanos();
    try (EtcdServer etcd = EtcdServer.start();
        Client client = RecordedHistory.client(etcd);
        RecorderRun recorder = record(etcd)) {
      BackupKey base = recorder.base();
      history.write(client, 20);
      recorder.await(etcd.revision());
      store.failures.set(Integer.MAX_VALUE);
      while (System.nanoTime() - end < 0) {
        history.write(client, 5);
        recorder.awaitFailure(); // each attempt fails, at most 30 seconds after the one before
      }
      store.failures.set(0);
      recorder.await(etcd.revision());
      assertThat(recorder.ended).isEmpty();
      assertThat(recorder.bases).isEmpty();
      history.assertAnswersAlike(client, etcd, base, etcd.revision());
    }
  }

  /** 1000 revisions of many keys come in one answer, in fragments that split revisions. */
  @Test
  void aLongBacklogOfLargeTransactionsComesInFragments() throws Exception {
    try (EtcdServer etcd = EtcdServer.start();
        Client client = RecordedHistory.client(etcd)) {
      BackupKey base;
      try (RecorderRun recorder = record(etcd)) {
        base = recorder.base();
        etcd.put("first", "1");
        recorder.await(etcd.revision());
      }
      for (int i = 0; i < 40; i++) {
        List<Op> ops = new ArrayList<>();
        for (int j = 0; j < 100; j++) {
          byte[] value = new byte[5_000];
          value[0] = (byte) i;
          ByteSequence key = ByteSequence.from("large/" + (i % 4) + "/" + j, UTF_8);
          ops.add(Op.put(key, ByteSequence.from(value), PutOption.DEFAULT));
        }
        client.getKVClient().txn().Then(ops.toArray(Op[]::new)).commit().get();
      }
      try (RecorderRun recorder = record(etcd, it -> it.bytes(3 << 20))) {
        recorder.await(etcd.revision());
        assertThat(recorder.bases).isEmpty();
      }
      history.assertAnswersAlike(client, etcd, base, etcd.revision());
      history.assertAnswersAlike(client, etcd, base, etcd.revision() - 17);
    }
  }

  @Test
  void aClusterThatWasPutBackEndsTheChain() throws Exception {
    Path copy = directory.resolve("copy");
    try (EtcdServer etcd = EtcdServer.start();
        Client client = RecordedHistory.client(etcd)) {
      history.write(client, 10);
      etcd.kill();
      copy(etcd.dataDir(), copy);
      etcd.restart();
      long recorded;
      try (RecorderRun recorder = record(etcd)) {
        recorder.base();
        history.write(client, 10);
        recorded = etcd.revision();
        recorder.await(recorded);
      }
      etcd.kill(); // the same ids, an earlier state
      delete(etcd.dataDir());
      copy(copy, etcd.dataDir());
      etcd.restart();
      etcd.put("another", "history");
      try (RecorderRun recorder = record(etcd)) {
        recorder.base();
        assertThat(recorder.ended).singleElement().asString().contains("went back");
      }
      while (etcd.revision() <= recorded + 5) {
        etcd.put("another", "history");
      }
      for (StoredBackup one : store.inner.list("p")) { // the second chain, if it got that far
        if (one.key().name().startsWith("etcd.changes_v") && !isOfFirst(one, recorded)) {
          store.inner.delete(List.of(one.key()));
        }
      }
      try (RecorderRun recorder = record(etcd)) {
        BackupKey base = recorder.base();
        assertThat(recorder.ended).singleElement().asString().contains("not the one that was");
        etcd.put("another", "history");
        recorder.await(etcd.revision());
        history.assertAnswersAlike(client, etcd, base, etcd.revision());
      }
    }
  }

  private static boolean isOfFirst(StoredBackup one, long recorded) {
    return one.key().name().contains("-v" + recorded + "_");
  }

  @Test
  void changedUsersEndTheChain() throws Exception {
    try (EtcdServer etcd = EtcdBinaries.of("3.5").server().start();
        RecorderRun recorder = record(etcd)) {
      recorder.base();
      etcd.put("a", "1");
      recorder.await(etcd.revision());
      etcd.addUser("reader", "secret");
      recorder.base();
      assertThat(recorder.ended).isNotEmpty();
      assertThat(recorder.ended.get(0)).contains("users or roles were changed");
    }
  }

  @Test
  void anotherClusterAtTheSameAddressEndsTheChain() throws Exception {
    try (EtcdServer first = EtcdServer.start()) {
      try (RecorderRun recorder = record(first)) {
        recorder.base();
        first.put("a", "1");
        recorder.await(first.revision());
      }
    }
    try (EtcdServer second = EtcdServer.start();
        RecorderRun recorder = record(second)) {
      recorder.base();
      assertThat(recorder.ended).singleElement().asString().contains("no longer among");
    }
  }

  @Test
  void aMemberThatIsGoneIsWaitedForAndThenReplaced() throws Exception {
    try (EtcdServer etcd = EtcdServer.start();
        RecorderRun recorder = record(etcd, it -> it.memberPatience(Duration.ofSeconds(1)))) {
      recorder.base();
      etcd.put("a", "1");
      recorder.await(etcd.revision());
      etcd.kill();
      recorder.awaitEnd();
      assertThat(recorder.ended.get(0))
          .contains("could not be recorded for too long", "connection refused");
      etcd.restart();
      recorder.base();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
