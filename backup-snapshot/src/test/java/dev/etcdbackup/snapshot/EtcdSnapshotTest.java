package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdSnapshotTest {
  @TempDir Path directory;
  private final History all = History.random(51, 200);
  private final History left = all.compacted(120, true);
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = left.write(directory.resolve("snapshot"), 4096);
  }

  @Test
  void oneKeyIsReadAtAnyRetainedRevision() throws IOException {
    History history = History.random(5, 100);
    try (EtcdSnapshot snapshot =
        EtcdSnapshot.open(history.write(directory.resolve("one-key"), 4096))) {
      for (long revision : new long[] {20, 60, history.current}) {
        for (String name : history.at(history.current).keySet()) {
          byte[] key = name.getBytes(UTF_8);
          History.Op expected = history.at(revision).get(name);
          Optional<KeyValue> found = snapshot.get(key, Revision.of(revision));
          assertThat(found.isPresent()).isEqualTo(expected != null);
          if (expected != null) {
            KeyValue value = found.orElseThrow();
            assertThat(value.key()).isEqualTo(key);
            assertThat(value.value()).isEqualTo(expected.value());
            assertThat(value.modRevision()).isEqualTo(expected.main());
            assertThat(value.createRevision()).isEqualTo(expected.create());
            assertThat(value.version()).isEqualTo(expected.version());
            assertThat(value.lease()).isEqualTo(expected.lease());
          }
        }
      }
      assertThat(snapshot.get("key/none".getBytes(UTF_8))).isEmpty();
      String first = history.at(history.current).firstKey();
      assertThat(snapshot.get(first.getBytes(UTF_8)).orElseThrow().value())
          .isEqualTo(history.at(history.current).get(first).value());
    }
  }

  @Test
  void aSnapshotOf37IsShownAsOf37() throws IOException {
    for (String version : List.of("3.6.0", "3.7.0", "3.8.0")) {
      Path file37 = directory.resolve("storage-" + version);
      BoltWriter writer = new BoltWriter(file37, 4096);
      writer.bucket("key", Collections.emptyIterator());
      byte[] name = "storageVersion".getBytes(UTF_8);
      writer
          .bucket("meta", List.of(new BoltWriter.Pair(name, version.getBytes(UTF_8))).iterator())
          .close();
      try (EtcdSnapshot snapshot = EtcdSnapshot.open(file37)) {
        assertThat(snapshot.metadata().writtenBy())
            .isEqualTo(version.equals("3.6.0") ? StatusVersion.V3_6 : StatusVersion.V3_7);
        assertThat(snapshot.status()).isEqualTo(snapshot.status(StatusVersion.V3_7));
        assertThat(snapshot.status().version()).contains(version);
      }
    }
  }

  @Test
  void revisionsOutsideOfWhatIsHeldAreRefused() throws IOException {
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      assertThatThrownBy(() -> snapshot.keys(KeyRange.all(), Revision.of(119)))
          .isInstanceOf(RevisionNotRetainedException.class)
          .hasMessage("revision 119 was compacted: this snapshot holds 120 to 201");
      assertThatThrownBy(() -> snapshot.keys(KeyRange.all(), Revision.of(202)))
          .isInstanceOf(RevisionNotRetainedException.class)
          .hasMessage("revision 202 is in the future: this snapshot holds 120 to 201");
      assertThatThrownBy(() -> snapshot.keys(KeyRange.all(), Revision.of(-1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("revision must be 1 or more, not -1");
      assertThatThrownBy(() -> snapshot.hashKv(Revision.of(150), 119))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("compactRevision must be 120 to ");
      assertThatThrownBy(() -> snapshot.hashKv(Revision.of(150), 160))
          .isInstanceOf(RevisionNotRetainedException.class);
      assertThat(snapshot.keys(KeyRange.all()).revision()).isEqualTo(201);
    }
  }

  @Test
  void cursorsTellWhenTheyAreAtNoKey() throws IOException {
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      KeyCursor keys = snapshot.keys(KeyRange.of("no such key".getBytes(UTF_8)));
      assertThatThrownBy(keys::key).isInstanceOf(NoSuchElementException.class);
      assertThat(keys.next()).isFalse();
      assertThat(keys.next()).isFalse();
      assertThatThrownBy(keys::modRevision).isInstanceOf(NoSuchElementException.class);
      DiffCursor diff = EtcdSnapshot.diff(snapshot, snapshot);
      assertThat(diff.next()).isFalse();
      assertThat(diff.next()).isFalse();
      assertThatThrownBy(diff::key).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void severalThreadsReadOneSnapshot() throws Exception {
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      SnapshotStatus status = snapshot.status();
      HashKv hash = snapshot.hashKv();
      long equal =
          IntStream.range(0, 40)
              .parallel()
              .filter(
                  i -> {
                    try {
                      return snapshot.status().equals(status)
                          && snapshot.hashKv().equals(hash)
                          && snapshot.verify().ok();
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  })
              .count();
      assertThat(equal).isEqualTo(40);
    }
  }

  @Test
  void aFileThatCannotBeReadIsNoDamage() throws IOException {
    assertThatThrownBy(() -> EtcdSnapshot.open(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
    EtcdSnapshot closed = EtcdSnapshot.open(file);
    closed.close();
    assertThatThrownBy(closed::status).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(closed::verify).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void aFileTruncatedWhileItIsOpenEndsReading() throws IOException {
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file);
        FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE)) {
      other.truncate(9000);
      assertThatThrownBy(snapshot::verify)
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("it had ");
    }
  }

  @Test
  void interruptingAVerificationEndsItAndItsThread() throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    CountDownLatch reading = new CountDownLatch(1);
    RandomAccessBytes stuck = new StuckBytes(bytes, reading);
    Throwable[] thrown = {null};
    Thread verifying =
        new Thread(
            () -> {
              try (EtcdSnapshot snapshot = EtcdSnapshot.of(stuck, false)) {
                snapshot.verify();
              } catch (IOException e) {
                thrown[0] = e;
              }
            });
    verifying.start();
    reading.await();
    verifying.interrupt();
    verifying.join(10_000);
    assertThat(verifying.isAlive()).isFalse();
    assertThat(thrown[0]).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("etcd-snapshot-sha256"));
  }

  /** The stream for the SHA-256 blocks until its thread is interrupted. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record StuckBytes(byte[] bytes, CountDownLatch reading) implements RandomAccessBytes {
    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) {
      System.arraycopy(bytes, (int) position, target, offset, length);
    }

    @Override
    public InputStream stream() {
      return new InputStream() {
        @Override
        public int read() throws IOException {
          return read(new byte[1], 0, 1);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
          reading.countDown();
          try {
            new CountDownLatch(1).await();
            return -1;
          } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted");
          }
        }
      };
    }

    @Override
    public void close() {}
  }

  @Test
  void rangesHoldWhatTheySay() {
    byte[] edge = {1, (byte) 0xff, (byte) 0xff};
    assertThat(KeyRange.prefix(edge).to())
        .hasValueSatisfying(to -> assertThat(to).containsExactly(2));
    assertThat(KeyRange.prefix(new byte[] {(byte) 0xff}).to()).isEmpty();
    assertThat(KeyRange.prefix(new byte[0])).isEqualTo(KeyRange.all());
    assertThat(KeyRange.of(edge).contains(edge)).isTrue();
    assertThat(KeyRange.of(edge).contains(new byte[] {1, (byte) 0xff, (byte) 0xff, 0})).isFalse();
    assertThat(KeyRange.between(edge, new byte[] {3})).hasToString("[01ffff, 03)");
  }
}
