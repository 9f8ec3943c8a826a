package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A recorder on a thread of its own, and what it reported. */
final class RecorderRun implements AutoCloseable {
  static final String PROJECT = "p";
  private static final Duration WAIT = Duration.ofMinutes(1); // a recorder tries again within 30 s

  final List<String> ended = new CopyOnWriteArrayList<>();
  final List<BackupException> failures = new CopyOnWriteArrayList<>();
  final BlockingQueue<BackupKey> bases = new LinkedBlockingQueue<>();
  final BlockingQueue<Long> checks = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
  private final BlockingQueue<BackupException> failing = new LinkedBlockingQueue<>();
  private final BlockingQueue<Long> reached = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile Throwable died;
  private long stored;

  RecorderRun(
      EtcdConnection connection, BackupStore store, UnaryOperator<ChangeRecorderBuilder> settings) {
    this(connection, store, bases(connection, store), settings);
  }

  RecorderRun(
      EtcdConnection connection,
      BackupStore store,
      ChangeRecorder.BaseSource bases,
      UnaryOperator<ChangeRecorderBuilder> settings) {
    ChangeRecorder recorder =
        settings
            .apply(
                ChangeRecorder.builder(connection, store, PROJECT, bases)
                    .period(Duration.ofMillis(200))
                    .bytes(32 << 10)
                    .hashEvery(2)
                    .timeout(Duration.ofSeconds(5))
                    .baseDistance(Duration.ofMillis(1)))
            .listener(new Reports())
            .build();
    thread = new Thread(() -> run(recorder), "recorder");
    thread.setUncaughtExceptionHandler((it, e) -> died = e);
    thread.start();
  }

  private static void run(ChangeRecorder recorder) {
    try {
      recorder.run();
    } catch (InterruptedException stopped) {
      // as wanted
    }
  }

  static ChangeRecorder.BaseSource bases(EtcdConnection connection, BackupStore store) {
    BackupService service = BackupService.builder(store).build();
    EtcdSnapshotSource source = EtcdSnapshotSource.builder(connection).build();
    return () -> {
      BackupResult result = service.backUp(PROJECT, source);
      return new ChangeRecorder.Base(result.key(), result.info(), result.digest());
    };
  }

  /** Waits for the next base. */
  BackupKey base() throws InterruptedException {
    BackupKey base = bases.poll(WAIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(base).as("a base; died: %s, failures: %s", died, failures).isNotNull();
    return base;
  }

  /** Waits until the member has been asked so many times where it stands. */
  void awaitChecks(int times) throws InterruptedException {
    checks.clear();
    for (int i = 0; i < times; i++) {
      assertThat(checks.poll(WAIT.toSeconds(), TimeUnit.SECONDS)).as("a check").isNotNull();
    }
  }

  /** Waits until a chain ended. */
  void awaitEnd() throws InterruptedException {
    assertThat(ends.poll(WAIT.toSeconds(), TimeUnit.SECONDS)).as("an end").isNotNull();
  }

  /** Waits for the next failure. */
  void awaitFailure() throws InterruptedException {
    awaitFailure("");
  }

  /** Waits for the next failure that says this; on a busy machine others may come before it. */
  void awaitFailure(String message) throws InterruptedException {
    failing.clear();
    long end = System.nanoTime() + WAIT.toNanos();
    BackupException next;
    do {
      next = failing.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertThat(next).as("a failure '%s' among %s", message, failures).isNotNull();
    } while (!next.getMessage().contains(message));
  }

  /** Waits until a revision is stored. */
  void await(long revision) throws InterruptedException {
    long end = System.nanoTime() + WAIT.toNanos();
    while (stored < revision) {
      Long next = reached.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertThat(next)
          .as("revision %s; at %s, died: %s, failures: %s", revision, stored, died, failures)
          .isNotNull();
      stored = next;
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(WAIT.toMillis());
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while the recorder stopped", e);
    }
    assertThat(thread.isAlive()).isFalse();
    assertThat(died).isNull();
  }

  private final class Reports implements ChangeListener {
    @Override
    public void based(BackupKey base, String reason) {
      bases.add(base);
    }

    @Override
    public void stored(Backup changes, long events) {
      reached.add(changes.name().revision().orElseThrow());
    }

    @Override
    public void checked(long stored, long live) {
      checks.add(live);
    }

    @Override
    public void ended(long last, String reason) {
      ended.add(reason);
      ends.add(reason);
    }

    @Override
    public void failed(BackupException failure) {
      failures.add(failure);
      failing.add(failure);
      if (failure instanceof BackupExistsException taken) { // by another recorder
        BackupName name = BackupName.parse(taken.key().name());
        reached.add(name.revision().orElseThrow());
      }
    }
  }
}
