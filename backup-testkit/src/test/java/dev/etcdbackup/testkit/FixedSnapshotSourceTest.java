package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SourceException;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FixedSnapshotSourceTest {
  private final byte[] snapshot = TestSnapshots.bytes(2, 10);

  @Test
  void deliversItsBytes() throws Exception {
    try (Snapshot opened = FixedSnapshotSource.of(snapshot).open()) {
      assertThat(opened.stream().readAllBytes()).isEqualTo(snapshot);
      assertThat(opened.info().revision()).isEqualTo(1);
      assertThat(opened.digest().revision()).isEmpty();
    }
  }

  @Test
  void reportsTheGivenMetadata() throws Exception {
    SnapshotInfo info = new SnapshotInfo("here", 42, 1, 2, "3.5.16");
    FixedSnapshotSource source =
        FixedSnapshotSource.of(snapshot).withExactRevision(43).withInfo(info);
    try (Snapshot opened = source.open()) {
      assertThat(opened.info()).isEqualTo(info);
      opened.stream().readAllBytes();
      assertThat(opened.digest().revision()).hasValue(43);
    }
  }

  @Test
  void aCutSnapshotIsAFailureOfTheSourceAtEveryRead() throws Exception {
    byte[] cut = Arrays.copyOf(snapshot, snapshot.length - 1);
    try (Snapshot opened = FixedSnapshotSource.of(cut).open()) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> opened.stream().readAllBytes())
          .withCauseInstanceOf(CorruptBackupException.class);
      assertThatThrownBy(() -> opened.stream().read()).isInstanceOf(SourceException.class);
    }
  }

  @Test
  void aWrongByteIsAFailureOfTheSource() throws Exception {
    byte[] wrong = snapshot.clone();
    wrong[20_000] ^= 1;
    try (Snapshot opened = FixedSnapshotSource.of(wrong).open()) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> opened.stream().readAllBytes())
          .withCauseInstanceOf(CorruptBackupException.class);
    }
  }

  @Test
  void whatIsNoDatabaseHasNoSize() throws Exception {
    try (Snapshot opened = FixedSnapshotSource.of(new byte[1000]).open()) {
      assertThatExceptionOfType(SourceException.class).isThrownBy(opened::size);
    }
  }

  @Test
  void aStreamsSourceExceptionComesThroughAsItIs() throws Exception {
    SourceException failure = new SourceException("no etcd");
    try (Snapshot opened = failing(failure).open()) {
      assertThatThrownBy(() -> opened.stream().readAllBytes()).isSameAs(failure);
    }
  }

  @Test
  void anyOtherFailureOfAStreamIsTheSources() throws Exception {
    IOException failure = new IOException("reset");
    try (Snapshot opened = failing(failure).open()) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> opened.stream().readAllBytes())
          .withCause(failure)
          .withMessageContaining("reset");
    }
  }

  @Test
  void asksForAStreamAtEachOpen() throws Exception {
    FixedSnapshotSource source = FixedSnapshotSource.of(() -> TestSnapshots.stream(1, 10));
    for (int i = 0; i < 2; i++) {
      try (Snapshot opened = source.open()) {
        assertThat(opened.stream().readAllBytes()).isEqualTo(TestSnapshots.bytes(1, 10));
      }
    }
  }

  @Test
  void closesTheStream() throws Exception {
    WatchedStream stream = new WatchedStream(snapshot);
    FixedSnapshotSource.of(() -> stream).open().close();
    assertThat(stream.wasClosed()).isTrue();
  }

  private FixedSnapshotSource failing(IOException failure) {
    return FixedSnapshotSource.of(
        () ->
            new WatchedStream(snapshot)
                .before(
                    50,
                    () -> {
                      throw failure;
                    }));
  }
}
