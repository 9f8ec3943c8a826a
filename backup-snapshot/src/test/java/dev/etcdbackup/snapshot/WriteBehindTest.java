package dev.etcdbackup.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WriteBehindTest {
  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void makeFile() throws IOException {
    file = Files.createFile(directory.resolve("file"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 262_143, 262_144, 262_145, 9 * MIB + 17})
  void theFileHasWhatWasAppendedInItsOrder(int size) throws Exception {
    for (boolean forces : new boolean[] {false, true}) {
      assertFileHasWhatWasAppended(size, forces);
    }
  }

  private void assertFileHasWhatWasAppended(int size, boolean forces) throws Exception {
    Random random = new Random(size);
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    byte[] piece = new byte[300_000];
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        WriteBehind writer = new WriteBehind(channel, forces)) {
      for (int at = 0; at < size; ) {
        int length = Math.min(size - at, 1 + random.nextInt(piece.length - 10));
        System.arraycopy(bytes, at, piece, 10, length);
        writer.append(piece, 10, length);
        Arrays.fill(piece, (byte) 0); // it belongs to the caller again
        at += length;
      }
      writer.finish();
      assertThat(Arrays.equals(Files.readAllBytes(file), bytes)).as("same bytes").isTrue();
    }
  }

  @Test
  void aWriteThatFailsIsReportedAndDoesNotBlock() throws Exception {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    channel.close();
    try (WriteBehind writer = new WriteBehind(channel, false)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 20; i++) {
                  writer.append(new byte[MIB], 0, MIB);
                }
              })
          .isInstanceOf(IOException.class)
          .hasCauseInstanceOf(ClosedChannelException.class);
    }
    try (WriteBehind writer = new WriteBehind(channel, false)) {
      writer.append(new byte[1], 0, 1);
      assertThatThrownBy(writer::finish).isInstanceOf(IOException.class);
    }
  }

  @Test
  void anInterruptIsKeptAndTheThreadEnds() throws Exception {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        WriteBehind writer = new WriteBehind(channel, false)) {
      Thread.currentThread().interrupt();
      writer.append(new byte[9 * MIB], 0, 9 * MIB);
      writer.finish();
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(file).hasSize(9 * MIB);
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("etcd-backup-write")) {
        thread.join(30_000); // it has no more to do, but may not be gone yet
        assertThat(thread.isAlive()).isFalse();
      }
    }
  }
}
