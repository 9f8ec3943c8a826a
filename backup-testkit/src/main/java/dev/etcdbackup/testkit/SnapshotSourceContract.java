package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.VerifyingInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The contract of a {@link SnapshotSource} without failures, as JUnit 5 tests. Extend this class
 * and implement how a source is created. Tests of the implementation have to check that a failing
 * source throws and does not report the end of the stream.
 *
 * <p>The tests read about 20 snapshots in constant memory. A test that takes more than 2 minutes
 * fails.
 */
@Timeout(120)
@SuppressWarnings("try") // closing is part of what is tested
public abstract class SnapshotSourceContract {
  private @Nullable SnapshotSource source;

  /** For subclasses. */
  protected SnapshotSourceContract() {}

  /**
   * Creates the source to test. Called once before each test.
   *
   * @return a source of snapshots of any size
   * @throws Exception when it cannot be created; the test fails
   */
  protected abstract SnapshotSource newSource() throws Exception;

  @BeforeEach
  final void makeSource() throws Exception {
    source = newSource();
  }

  @Test
  void theStreamIsAWholeSnapshot() throws Exception {
    try (Snapshot snapshot = open()) {
      VerifyingInputStream verified = new VerifyingInputStream(snapshot.stream());
      readToTheEnd(verified);
      assertThat(snapshot.digest().size()).isEqualTo(verified.digest().size());
      assertThat(snapshot.digest().sha256()).isEqualTo(verified.digest().sha256());
    }
  }

  @Test
  void theSizeIsKnownBeforeTheFirstByteIsRead() throws Exception {
    try (Snapshot snapshot = open()) {
      long size = snapshot.size();
      assertThat(readToTheEnd(snapshot.stream())).isEqualTo(size);
      assertThat(snapshot.size()).isEqualTo(size);
    }
  }

  @Test
  void theFactsAreKnownBeforeTheFirstByteIsRead() throws Exception {
    try (Snapshot snapshot = open()) {
      SnapshotInfo info = snapshot.info();
      assertThat(info.origin()).isNotBlank();
      readToTheEnd(snapshot.stream());
      assertThat(snapshot.info()).isEqualTo(info);
    }
  }

  @Test
  void thereIsNoDigestBeforeTheEnd() throws Exception {
    try (Snapshot snapshot = open()) {
      assertThatIllegalStateException().isThrownBy(snapshot::digest);
      snapshot.stream().readNBytes((int) Math.min(snapshot.size() - 1, 100_000));
      assertThatIllegalStateException().isThrownBy(snapshot::digest);
    }
  }

  @Test
  void theStreamIsTheSameAtEachCall() throws Exception {
    try (Snapshot snapshot = open()) {
      assertThat(snapshot.stream()).isSameAs(snapshot.stream());
    }
  }

  @Test
  void bytesCanBeReadOneByOne() throws Exception {
    try (Snapshot snapshot = open()) {
      byte[] head = new byte[100];
      for (int i = 0; i < head.length; i++) {
        int read = snapshot.stream().read();
        assertThat(read).as("byte %d", i).isBetween(0, 255);
        head[i] = (byte) read;
      }
      assertThat(new VerifyingInputStream(new ByteArrayInputStream(head)).size())
          .as("the size that the bytes announce")
          .isEqualTo(snapshot.size());
      assertThat(readToTheEnd(snapshot.stream())).isEqualTo(snapshot.size() - head.length);
    }
  }

  @Test
  void aReadOfNoBytesGivesNone() throws Exception {
    try (Snapshot snapshot = open()) {
      assertThat(snapshot.stream().read(new byte[0], 0, 0)).isZero();
      readToTheEnd(snapshot.stream());
      assertThat(snapshot.stream().read(new byte[0], 0, 0)).isZero();
    }
  }

  @Test
  void theEndIsReportedRepeatedly() throws Exception {
    try (Snapshot snapshot = open()) {
      readToTheEnd(snapshot.stream());
      assertThat(snapshot.stream().read()).isEqualTo(-1);
      assertThat(snapshot.stream().read(new byte[10])).isEqualTo(-1);
    }
  }

  @Test
  void theDigestIsAvailableAfterTheSnapshotIsClosed() throws Exception {
    try (Snapshot snapshot = open()) {
      long size = readToTheEnd(snapshot.stream());
      snapshot.close();
      assertThat(snapshot.digest().size()).isEqualTo(size);
    }
  }

  @Test
  void twoSnapshotsAtOnceDoNotDisturbEachOther() throws Exception {
    try (Snapshot first = open()) {
      byte[] head = first.stream().readNBytes(100);
      try (Snapshot second = open();
          Snapshot abandoned = open()) {
        abandoned.stream().read();
        abandoned.close();
        assertThat(readToTheEnd(second.stream())).isEqualTo(second.size());
      }
      assertThat(readToTheEnd(first.stream())).isEqualTo(first.size() - head.length);
      assertThat(first.digest().size()).isEqualTo(first.size());
    }
  }

  @Test
  void aClosedSnapshotThrowsAndNeverLooksLikeAnEnd() throws Exception {
    Snapshot snapshot = open();
    snapshot.stream().readNBytes(100);
    snapshot.close();
    snapshot.close();
    for (int i = 0; i < 2; i++) {
      assertThatExceptionOfType(BackupException.class)
          .isThrownBy(() -> snapshot.stream().read(new byte[100]));
    }
    assertThatIllegalStateException().isThrownBy(snapshot::digest);
  }

  @Test
  void closingTheStreamClosesTheSnapshot() throws Exception {
    try (Snapshot snapshot = open()) {
      snapshot.stream().close();
      assertThatExceptionOfType(BackupException.class).isThrownBy(() -> snapshot.stream().read());
    }
  }

  @Test
  void closingFromAnotherThreadEndsTheReading() throws Exception {
    ExecutorService reader = Executors.newSingleThreadExecutor();
    try (Snapshot snapshot = open()) {
      CountDownLatch reading = new CountDownLatch(1);
      Future<Long> read =
          reader.submit(
              () -> {
                snapshot.stream().read();
                reading.countDown();
                return 1 + readToTheEnd(snapshot.stream());
              });
      assertThat(reading.await(30, TimeUnit.SECONDS)).isTrue();
      snapshot.close();
      try {
        assertThat(read.get(5, TimeUnit.SECONDS)).isEqualTo(snapshot.digest().size());
      } catch (ExecutionException closedInTime) {
        assertThat(closedInTime).hasCauseInstanceOf(BackupException.class);
      }
    } finally {
      reader.shutdownNow();
    }
  }

  private Snapshot open() throws BackupException {
    return Objects.requireNonNull(source).open();
  }

  private static long readToTheEnd(InputStream in) throws IOException {
    byte[] buffer = new byte[70_001];
    long size = 0;
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      size += count;
    }
    return size;
  }
}
