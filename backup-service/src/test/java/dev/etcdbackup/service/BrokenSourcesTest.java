package dev.etcdbackup.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sources, checks and stores of an application that do what their contracts forbid. */
@Timeout(60)
class BrokenSourcesTest {
  private static final Instant NOW = Instant.parse("2020-02-03T20:45:48Z");
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(1, 40);

  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private final BackupService service = BackupService.builder(store).clock(() -> NOW).build();

  /** The methods of a snapshot, in the order in which a backup calls them. */
  private enum Method {
    INFO,
    SIZE,
    STREAM,
    READ,
    DIGEST,
    CLOSE_STREAM,
    CLOSE
  }

  @ParameterizedTest
  @EnumSource(names = {"INFO", "SIZE", "STREAM", "READ", "DIGEST"})
  void whateverASnapshotThrowsBeforeTheCommitIsAFailureOfTheSource(Method method) throws Exception {
    for (Throwable thrown :
        new Throwable[] {
          new IllegalStateException("broken"),
          new NoClassDefFoundError("broken"),
          new StackOverflowError("broken")
        }) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> service.backUp("p", broken(method, thrown)))
          .withMessageContaining("broken");
      assertThat(store.list("")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CLOSE_STREAM", "CLOSE"})
  void aSnapshotThatCannotBeClosedIsStoredAllTheSame(Method method) throws Exception {
    BackupResult result =
        service.backUp("p", broken(method, new IllegalStateException("not closed")));

    assertThat(store.find(result.key())).isPresent();
    assertThat(result.digest().size()).isEqualTo(SNAPSHOT.length);
  }

  @Test
  void aSourceThatReturnsNothingHasFailed() {
    @SuppressWarnings("NullAway") // which the contract forbids
    SnapshotSource nothing = () -> null;

    assertThatExceptionOfType(SourceException.class).isThrownBy(() -> service.backUp("p", nothing));
  }

  @Test
  void aStalledSnapshotThatCannotBeClosedEndsWithTheTimeout() {
    CountDownLatch ended = new CountDownLatch(1);
    SnapshotSource stalled =
        () ->
            new Broken(
                FixedSnapshotSource.of(() -> new Endless(ended)).open(),
                Method.CLOSE,
                new IllegalStateException("not closed"));
    BackupRequest request =
        BackupRequest.builder("p", stalled).timeout(Duration.ofMillis(100)).build();

    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> service.backUp(request))
        .withMessage("backup of p was not done within the timeout of 0.1s");
    assertThat(ended.getCount()).as("the reading thread was interrupted").isZero();
  }

  @Test
  void aCheckThatThrowsSomethingElseRefusesEveryTime() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    BackupStore stubborn =
        new ForwardingBackupStore(store) {
          @Override
          public StoredBackup put(BackupKey key, Content content) throws BackupException {
            try {
              return super.put(key, content);
            } catch (IllegalStateException first) {
              return super.put(key, content); // reads on
            }
          }
        };
    BackupRequest request =
        BackupRequest.builder("p", FixedSnapshotSource.of(SNAPSHOT))
            .beforeCommit(
                () -> {
                  if (asked.incrementAndGet() == 1) {
                    throw new IllegalStateException("the lock does not answer");
                  }
                })
            .build();

    assertThatThrownBy(() -> BackupService.builder(stubborn).build().backUp(request))
        .hasMessage("the lock does not answer");
    assertThat(asked).hasValue(1);
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void theLastOfSixtyFollowingSecondsIsUsedAndThenTheFirstNameIsReported() throws Exception {
    SnapshotSource source = FixedSnapshotSource.of(SNAPSHOT);
    BackupResult result = service.backUp("p", source);
    for (int i = 0; i < 60; i++) {
      result = service.backUp("p", source);
    }

    assertThat(result.key().name()).endsWith("_2020-02-03-20:46:48");
    assertThatExceptionOfType(BackupExistsException.class)
        .isThrownBy(() -> service.backUp("p", source))
        .withMessageContaining("_2020-02-03-20:45:48 exists already");
  }

  private static SnapshotSource broken(Method method, Throwable thrown) {
    return () -> new Broken(FixedSnapshotSource.of(SNAPSHOT).open(), method, thrown);
  }

  /** A snapshot of which one method throws. */
  private record Broken(Snapshot snapshot, Method method, Throwable thrown) implements Snapshot {
    private void call(Method called) {
      if (called == method && thrown instanceof Error error) {
        throw error;
      }
      if (called == method) {
        throw (RuntimeException) thrown;
      }
    }

    @Override
    public SnapshotInfo info() {
      call(Method.INFO);
      return snapshot.info();
    }

    @Override
    public long size() throws BackupException {
      call(Method.SIZE);
      return snapshot.size();
    }

    @Override
    public InputStream stream() {
      call(Method.STREAM);
      return new FilterInputStream(snapshot.stream()) {
        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
          call(Method.READ);
          return super.read(buffer, offset, length);
        }

        @Override
        public void close() throws IOException {
          super.close();
          call(Method.CLOSE_STREAM);
        }
      };
    }

    @Override
    public SnapshotDigest digest() {
      call(Method.DIGEST);
      return snapshot.digest();
    }

    @Override
    public void close() {
      call(Method.CLOSE);
      snapshot.close();
    }
  }

  /** Delivers the first page, then nothing until the reading thread is interrupted. */
  private static final class Endless extends InputStream {
    private final InputStream firstPage = new ByteArrayInputStream(SNAPSHOT, 0, 4096);
    private final CountDownLatch ended;

    Endless(CountDownLatch ended) {
      this.ended = ended;
    }

    @Override
    public int read() throws IOException {
      return read(new byte[1], 0, 1);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = firstPage.read(buffer, offset, length);
      if (read >= 0) {
        return read;
      }
      try {
        new CountDownLatch(1).await();
        return -1;
      } catch (InterruptedException e) {
        ended.countDown();
        throw new StoreException("interrupted", e);
      }
    }
  }
}
