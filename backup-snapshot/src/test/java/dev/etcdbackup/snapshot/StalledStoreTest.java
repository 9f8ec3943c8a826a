package dev.etcdbackup.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.restore.DataDirRestore;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A store whose reads do not return, as in a file system that hangs. */
@Timeout(60)
class StalledStoreTest {
  private static final int SOME = 4096;

  @TempDir Path temporary;
  @TempDir Path targets;

  private final CountDownLatch stalled = new CountDownLatch(1);
  private final InMemoryBackupStore memory = new InMemoryBackupStore();
  private Backup backup;

  /** Each way to read all of a stored backup. */
  private enum Way {
    OPEN,
    COPY,
    VERIFY,
    VERIFY_DEEP,
    RESTORE;

    void run(StalledStoreTest test, Stall stall, Duration timeout) throws IOException {
      ReadOptions options =
          ReadOptions.builder(BackupEncodings.none(), test.temporary).timeout(timeout).build();
      SnapshotBackupVerifier verifier =
          new SnapshotBackupVerifier(
                  BackupEncodings.none(),
                  test.temporary,
                  this == VERIFY_DEEP ? VerifyOptions.DEFAULT.deeply() : VerifyOptions.DEFAULT)
              .withTimeout(timeout);
      Path target = test.targets.resolve("target");
      Stalling store = test.new Stalling(stall);
      switch (this) {
        case OPEN -> StoredSnapshot.open(test.backup, store, options).close();
        case COPY -> StoredSnapshot.copy(test.backup, store, target, options).close();
        case VERIFY, VERIFY_DEEP -> verifier.verify(test.backup, store);
        case RESTORE ->
            DataDirRestore.builder().build().restore(test.backup, store, options, target);
      }
    }
  }

  /** When reading stalls. */
  private enum Stall {
    OPENING,
    FIRST_READ,
    LATER
  }

  static Stream<Object[]> ways() {
    return Stream.of(Way.values())
        .flatMap(way -> Stream.of(Stall.values()).map(stall -> new Object[] {way, stall}));
  }

  @BeforeEach
  void store() throws IOException {
    BackupKey key = BackupKey.parse("p/backup");
    memory.put(key, Content.of(new ByteArrayInputStream(TestSnapshots.bytes(3, 10))));
    backup = Backup.of(memory.find(key).orElseThrow(), ZoneOffset.UTC);
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("ways")
  void readingEndsWithTheTimeout(Way way, Stall stall) throws IOException {
    assertThatThrownBy(() -> way.run(this, stall, Duration.ofMillis(200)))
        .isInstanceOf(StoreException.class)
        .hasMessage("reading p/backup was not done within the timeout of 0.2s");
    nothingIsLeft(way);
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("ways")
  void anInterruptEndsReadingAndStaysSet(Way way, Stall stall) throws Exception {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                way.run(this, stall, Duration.ofMinutes(1));
                thrown.complete(new AssertionError("it was read"));
              } catch (Throwable e) {
                thrown.complete(e);
              }
              interrupted.complete(Thread.currentThread().isInterrupted());
            });
    caller.start();
    stalled.await();
    caller.interrupt();
    assertThat(thrown.get(30, TimeUnit.SECONDS))
        .isInstanceOf(StoreException.class)
        .hasMessage("reading p/backup was interrupted");
    assertThat(interrupted.get(30, TimeUnit.SECONDS)).isTrue();
    nothingIsLeft(way);
  }

  private void nothingIsLeft(Way way) throws IOException {
    assertThat(temporary).isEmptyDirectory();
    if (way != Way.COPY) { // whose file may hold a part
      assertThat(targets).isEmptyDirectory();
    }
  }

  /** Blocks until its stream is closed, or its thread is interrupted. */
  private final class Stalling extends ForwardingBackupStore {
    private final Stall stall;

    Stalling(Stall stall) {
      super(memory);
      this.stall = stall;
    }

    @Override
    public InputStream open(StoredBackup stored, long offset, long length) throws BackupException {
      CountDownLatch closed = new CountDownLatch(1);
      if (stall == Stall.OPENING) {
        try {
          block(closed);
        } catch (IOException e) {
          throw new StoreException("interrupted", e);
        }
      }
      InputStream in = super.open(stored, offset, length);
      return new InputStream() {
        private int left = stall == Stall.FIRST_READ ? 0 : SOME;

        @Override
        public int read() {
          throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] target, int at, int count) throws IOException {
          if (left == 0) {
            block(closed);
          }
          int read = in.read(target, at, Math.min(left, count));
          left -= read;
          return read;
        }

        @Override
        public void close() {
          closed.countDown();
        }
      };
    }

    private void block(CountDownLatch closed) throws IOException {
      stalled.countDown();
      try {
        closed.await();
      } catch (InterruptedException e) {
        throw new IOException("interrupted", e);
      }
      throw new IOException("closed");
    }
  }
}
