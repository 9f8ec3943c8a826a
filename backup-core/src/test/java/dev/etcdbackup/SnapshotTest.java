package dev.etcdbackup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SnapshotTest {
  private static final byte[] BYTES = SnapshotBytes.of(1, 5);
  private static final SnapshotInfo INFO = new SnapshotInfo("the archive", 7, 0, 0, "");

  @Test
  void aStreamIsASnapshot() throws IOException {
    AtomicBoolean closed = new AtomicBoolean();
    SnapshotSource source = () -> Snapshot.of(INFO, closing(BYTES, closed));
    try (Snapshot snapshot = source.open()) {
      assertThat(snapshot.info()).isSameAs(INFO);
      assertThat(snapshot.size()).isEqualTo(BYTES.length);
      assertThat(snapshot.stream().readAllBytes()).isEqualTo(BYTES);
      assertThat(snapshot.digest().size()).isEqualTo(BYTES.length);
      assertThat(closed).isFalse();
    }
    assertThat(closed).isTrue();
  }

  @Test
  void truncationIsTheFailureOfTheSource() {
    byte[] cut = Arrays.copyOf(BYTES, BYTES.length - 1);
    Snapshot snapshot = Snapshot.of(INFO, new ByteArrayInputStream(cut));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> snapshot.stream().readAllBytes())
          .isInstanceOf(SourceException.class)
          .hasMessageStartingWith("snapshot of the archive: the snapshot ends after")
          .hasCauseInstanceOf(CorruptBackupException.class);
    }
    assertThatThrownBy(() -> Snapshot.of(INFO, InputStream.nullInputStream()).size())
        .isInstanceOf(SourceException.class);
  }

  @Test
  void everyExceptionOfTheStreamIsAFailureOfTheSource() {
    assertThatThrownBy(() -> failing(new IOException("reset")).stream().read())
        .isInstanceOf(SourceException.class)
        .hasMessage("snapshot of the archive: reset");
    assertThatThrownBy(() -> failing(new IllegalStateException("bug")).size())
        .isInstanceOf(SourceException.class);
    SourceException own = new SourceException("no quorum");
    assertThatThrownBy(() -> failing(own).stream().read()).isSameAs(own);
  }

  @Test
  void aClosedSnapshotIsNotRead() {
    Snapshot snapshot = Snapshot.of(INFO, new ByteArrayInputStream(BYTES));
    snapshot.close();
    snapshot.close();
    assertThatThrownBy(() -> snapshot.stream().read()).isInstanceOf(SourceException.class);
  }

  private static Snapshot failing(Exception e) {
    return Snapshot.of(
        INFO,
        new InputStream() {
          @Override
          public int read() throws IOException {
            if (e instanceof IOException io) {
              throw io;
            }
            throw (RuntimeException) e;
          }

          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            return read();
          }
        });
  }

  private static InputStream closing(byte[] bytes, AtomicBoolean closed) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public void close() {
        closed.set(true);
      }
    };
  }
}
