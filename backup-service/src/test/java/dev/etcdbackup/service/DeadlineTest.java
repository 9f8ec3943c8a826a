package dev.etcdbackup.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.internal.Deadline;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class DeadlineTest {
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(3, 10);

  private final InMemoryBackupStore store = new InMemoryBackupStore();

  @Test
  void aStalledSourceEndsWithTheTimeoutAndIsBlamed() throws Exception {
    BackupService service = BackupService.builder(store).timeout(Duration.ofMillis(200)).build();

    assertThatThrownBy(() -> service.backUp("p", stalled(new CountDownLatch(1))))
        .isInstanceOf(SourceException.class)
        .hasMessage("backup of p was not done within the timeout of 0.2s");
    assertThat(store.list("")).isEmpty();
    assertThat(backupThreads()).isEmpty();
  }

  @Test
  void aStalledStoreEndsWithTheTimeoutAndIsBlamed() {
    BackupService service =
        BackupService.builder(new StalledStore()).timeout(Duration.ofMillis(200)).build();

    assertThatThrownBy(() -> service.backUp("p", FixedSnapshotSource.of(SNAPSHOT)))
        .isInstanceOf(StoreException.class)
        .hasMessage("backup of p was not done within the timeout of 0.2s");
    assertThat(backupThreads()).isEmpty();
  }

  @Test
  void aVerifierThatStallsEndsWithTheTimeout() throws Exception {
    BackupService service =
        BackupService.builder(store)
            .timeout(Duration.ofMillis(200))
            .verifier(
                (backup, from) -> {
                  awaitInterrupt(new CountDownLatch(1));
                  throw new StoreException("interrupted", null);
                })
            .build();
    BackupResult stored =
        BackupService.builder(store).build().backUp("p", FixedSnapshotSource.of(SNAPSHOT));

    assertThatThrownBy(() -> service.verify(stored.backup()))
        .isInstanceOf(StoreException.class)
        .hasMessageEndingWith("was not done within the timeout of 0.2s");
  }

  @Test
  void aLookUpThatStallsEndsADownloadWithItsTimeout(@TempDir Path directory) {
    BackupStore slow =
        new ForwardingBackupStore(store) {
          @Override
          public Optional<StoredBackup> find(BackupKey key) throws BackupException {
            awaitInterrupt(new CountDownLatch(1));
            throw new StoreException("interrupted", null);
          }
        };
    BackupService service = BackupService.builder(slow).timeout(Duration.ofMillis(200)).build();
    BackupKey key = BackupKey.parse("p/etcd.backup_v1_2020-02-03-20:45:48");

    assertThatThrownBy(() -> service.download(key, directory.resolve("a")))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("was not done within the timeout of 0.2s");
    assertThatThrownBy(() -> service.downloadRaw(key, directory.resolve("b")))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("was not done within the timeout of 0.2s");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void anInterruptOfTheCallerEndsTheBackupAndStaysSet() throws Exception {
    BackupService service = BackupService.builder(store).build();
    CountDownLatch reading = new CountDownLatch(1);
    CompletableFuture<Boolean> stillInterrupted = new CompletableFuture<>();
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                service.backUp("p", stalled(reading));
              } catch (BackupException e) {
                thrown.complete(e);
              }
              stillInterrupted.complete(Thread.currentThread().isInterrupted());
            });
    caller.start();
    reading.await();

    caller.interrupt();

    assertThat(thrown.get(5, TimeUnit.SECONDS))
        .isInstanceOf(SourceException.class)
        .hasMessage("backup of p was interrupted");
    assertThat(stillInterrupted.get(5, TimeUnit.SECONDS)).isTrue();
    assertThat(store.list("")).isEmpty();
    assertThat(backupThreads()).isEmpty();
  }

  @Test
  void aCallerThatIsInterruptedAlreadyStartsNothing() throws Exception {
    BackupService service = BackupService.builder(store).build();
    BackupResult stored = service.backUp("p", FixedSnapshotSource.of(SNAPSHOT));
    for (int i = 0; i < 200; i++) { // what is started is so short that it would often succeed
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> service.backUp("p", FixedSnapshotSource.of(SNAPSHOT)))
          .isInstanceOf(StoreException.class)
          .hasMessage("backup of p was interrupted");
      assertThatThrownBy(() -> service.verify(stored.backup()))
          .isInstanceOf(StoreException.class)
          .hasMessageEndingWith(" was interrupted");
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(store.list("")).containsExactly(stored.backup().stored());
  }

  @Test
  void aBackupCommittedAsTimeRunsOutCounts() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    BackupStore slow =
        new ForwardingBackupStore(store) {
          @Override
          public StoredBackup put(BackupKey key, Content content) throws BackupException {
            StoredBackup stored = super.put(key, content);
            awaitInterrupt(interrupted);
            return stored;
          }
        };
    BackupService service = BackupService.builder(slow).timeout(Duration.ofMillis(200)).build();

    BackupResult result = service.backUp("p", FixedSnapshotSource.of(SNAPSHOT));

    assertThat(interrupted.getCount()).isZero();
    assertThat(store.find(result.key())).isPresent();
  }

  /** Both limits are the same when the tool's --timeout is short, and either may be first. */
  @Test
  void aSourceThatGivesUpAsTimeRunsOutIsBlamed() {
    Deadline deadline = new Deadline(Duration.ofMillis(200), Thread::new);
    Deadline.Work<String> work =
        new Deadline.Work<>() {
          @Override
          public String call() throws SourceException {
            awaitInterrupt(new CountDownLatch(1));
            throw new SourceException("no answer within 0.2s", null);
          }

          @Override
          public void cancel() {}

          @Override
          public boolean waitsForSource() {
            return false; // the source has returned, its failure is on the way
          }
        };

    assertThatThrownBy(() -> deadline.run("backup of p", work))
        .isInstanceOf(SourceException.class)
        .hasMessage("backup of p was not done within the timeout of 0.2s");
  }

  private static List<String> backupThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().equals("etcd-backup") && t.isAlive())
        .filter(t -> t.getState() != Thread.State.TERMINATED)
        .map(t -> t.getName() + Arrays.toString(t.getStackTrace()))
        .filter(t -> !t.endsWith("[]"))
        .toList();
  }

  private static void awaitInterrupt(CountDownLatch interrupted) {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      interrupted.countDown();
    }
  }

  private static FixedSnapshotSource stalled(CountDownLatch reading) {
    return FixedSnapshotSource.of(() -> new Stalling(reading));
  }

  /** Delivers the first page, then nothing until it is closed. */
  private static final class Stalling extends InputStream {
    private final InputStream firstPage = new ByteArrayInputStream(SNAPSHOT, 0, 4096);
    private final CountDownLatch reading;
    private final CountDownLatch closed = new CountDownLatch(1);

    Stalling(CountDownLatch reading) {
      this.reading = reading;
    }

    @Override
    public int read() throws IOException {
      return read(new byte[1], 0, 1);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = firstPage.read(buffer, offset, length);
      if (read < 0) {
        reading.countDown();
        awaitUninterruptibly(closed);
        throw new IOException("closed");
      }
      return read;
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class StalledStore extends ForwardingBackupStore {
    StalledStore() {
      super(new InMemoryBackupStore());
    }

    @Override
    public StoredBackup put(BackupKey key, Content content) throws BackupException {
      awaitInterrupt(new CountDownLatch(1));
      throw new StoreException("interrupted", null);
    }
  }
}
