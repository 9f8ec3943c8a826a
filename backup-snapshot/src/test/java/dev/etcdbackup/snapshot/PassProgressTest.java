package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is reported while an open snapshot is read. */
class PassProgressTest {
  private static final int KEYS = 1000;
  private static final int VALUE = 10_000;
  private static final long MIB = 1 << 20;

  @TempDir Path directory;
  private Path file;
  private final List<Long> reported = new ArrayList<>();
  private final List<Long> totals = new ArrayList<>();

  @BeforeEach
  void writeTenMebibytes() throws IOException {
    file = directory.resolve("snapshot.db");
    try (BoltWriter writer = new BoltWriter(file, 4096)) {
      writer.bucket(
          "key",
          LongStream.range(2, 2 + KEYS)
              .mapToObj(
                  main -> {
                    byte[] key = String.format("key-%06d", main).getBytes(UTF_8);
                    byte[] value = new byte[VALUE];
                    History.Op op = new History.Op(main, 0, key, value, main, 1, 0);
                    return new BoltWriter.Pair(op.revision(), op.keyValue());
                  })
              .iterator());
      writer.bucket("meta", Collections.emptyIterator());
    }
  }

  private StoredSnapshot open() throws IOException {
    ReadOptions.Progress progress =
        (bytes, total) -> {
          reported.add(bytes);
          totals.add(total);
        };
    return StoredSnapshot.open(
        file, ReadOptions.builder(BackupEncodings.of(), directory).passProgress(progress).build());
  }

  @Test
  void eachPassOverTheFileIsReportedFromItsBeginning() throws IOException {
    try (StoredSnapshot stored = open()) {
      stored.snapshot().usage(UsageOptions.DEFAULT);
      assertThat(passes()).as("usage reads all twice").isEqualTo(2);
      stored.snapshot().verify();
      assertThat(passes()).isEqualTo(3);
      stored.snapshot().hashKv();
      assertThat(passes()).isEqualTo(4);
    }
    assertThat(totals).containsOnly(Files.size(file) / 4096 * 4096);
    assertThat(Collections.max(reported)).isBetween(9 * MIB, Files.size(file));
  }

  @Test
  void theValuesOfACursorAreAPassOfTheirOwn() throws IOException {
    try (StoredSnapshot stored = open()) {
      KeyCursor keys = stored.snapshot().keys(KeyRange.all());
      assertThat(passes()).isEqualTo(1);
      totals.clear();
      while (keys.next()) {
        assertThat(keys.value()).hasSize(VALUE);
      }
      assertThat(passes()).isEqualTo(2);
      assertThat(totals).containsOnly((long) KEYS * VALUE);
    }
  }

  @Test
  void ofTwoComparedSetsOfKeysOneReports() throws IOException {
    try (StoredSnapshot stored = open();
        StoredSnapshot other = open()) {
      DiffCursor differences = EtcdSnapshot.diff(stored.snapshot(), other.snapshot());
      assertThat(passes()).as("one over the pages of each").isEqualTo(2);
      assertThat(differences.next()).isFalse();
      assertThat(passes()).as("and one over the values").isEqualTo(3);
    }
  }

  /** Fewer bytes than before begin a pass; each of them is reported in steps of a MiB. */
  private int passes() {
    int passes = 0;
    long last = Long.MAX_VALUE;
    for (long bytes : reported) {
      if (bytes < last) {
        passes++;
        last = 0;
      }
      assertThat(bytes - last).isBetween(MIB, 2 * MIB);
      last = bytes;
    }
    return passes;
  }
}
