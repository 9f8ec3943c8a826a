package dev.etcdbackup.snapshot.bbolt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Written databases, read again. */
class DatabaseWriterTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1024, 4096, 16384, 65536})
  void pairsOfAnySizeComeBackInOrder(int pageSize) throws IOException {
    Random random = new Random(pageSize);
    List<String> expected = new ArrayList<>();
    Path file = directory.resolve("db");
    long size;
    try (FileChannel channel = create(file)) {
      DatabaseWriter writer = new DatabaseWriter(channel, pageSize);
      writer.bucket("key");
      for (int i = 0; i < 4000; i++) {
        byte[] key = ByteBuffer.allocate(4 + random.nextInt(20)).putInt(i).array();
        byte[] value = new byte[i % 500 == 7 ? 100_000 : random.nextInt(300)];
        random.nextBytes(value);
        writer.add(key, value);
        expected.add(line(key, value));
      }
      writer.bucket("a");
      writer.bucket("small");
      writer.add(new byte[] {1}, new byte[0]);
      size = writer.finish();
    }
    assertThat(Files.size(file)).isEqualTo(size);
    List<String> found = new ArrayList<>();
    try (RandomAccessBytes bytes = RandomAccessBytes.ofFile(file)) {
      Meta meta = Meta.read(bytes);
      assertThat(meta.databaseSize()).isEqualTo(size);
      TreeWalk walk = new TreeWalk(bytes, meta, DamageReport.THROW);
      List<Bucket> buckets = walk.buckets();
      assertThat(buckets).extracting(Bucket::name).containsExactly("a", "key", "small");
      assertThat(buckets).extracting(Bucket::isInline).containsExactly(true, false, true);
      walk.pairs(buckets.get(0), leaf -> assertThat(leaf.count()).isZero());
      walk.pairs(buckets.get(1), leaf -> found.addAll(lines(leaf)));
      walk.pairs(buckets.get(2), leaf -> assertThat(leaf.count()).isEqualTo(1));
    }
    assertThat(found).isEqualTo(expected);
  }

  /** bbolt panics where a branch has one child, when that child is to be merged. */
  @Test
  void noBranchHasASingleChildWhateverTheNumberOfLeaves() throws IOException {
    for (int leaves = 2; leaves < 900; leaves = leaves < 70 ? leaves + 1 : leaves * 29 / 27) {
      Path file = directory.resolve("db-" + leaves);
      try (FileChannel channel = create(file)) {
        DatabaseWriter writer = new DatabaseWriter(channel, 1024);
        writer.bucket("key");
        for (int i = 0; i < 2 * leaves; i++) { // two pairs fill a page
          writer.add(ByteBuffer.allocate(17).putInt(i).array(), new byte[480]);
        }
        writer.finish();
      }
      assertThat(childrenOfBranches(file, 1024)).as("%s leaves", leaves).allMatch(n -> n >= 2);
    }
  }

  private static List<Integer> childrenOfBranches(Path file, int pageSize) throws IOException {
    byte[] b = Files.readAllBytes(file);
    List<Integer> children = new ArrayList<>();
    for (int at = 2 * pageSize; at < b.length; ) {
      if (LittleEndian.uint16(b, at + 8) == PageKind.BRANCH) {
        children.add(LittleEndian.uint16(b, at + 10));
      }
      at += pageSize * (1 + (int) LittleEndian.uint32(b, at + 12));
    }
    assertThat(children).isNotEmpty();
    return children;
  }

  @Test
  void largeKeysMakeLargeBranches() throws IOException {
    Path file = directory.resolve("db");
    List<String> expected = new ArrayList<>();
    try (FileChannel channel = create(file)) {
      DatabaseWriter writer = new DatabaseWriter(channel, 4096);
      writer.bucket("key");
      for (int i = 0; i < 50; i++) {
        byte[] key = Arrays.copyOf(ByteBuffer.allocate(4).putInt(i).array(), 30_000);
        writer.add(key, new byte[0]);
        expected.add(line(key, new byte[0]));
      }
      writer.finish();
    }
    List<String> found = new ArrayList<>();
    try (RandomAccessBytes bytes = RandomAccessBytes.ofFile(file)) {
      TreeWalk walk = new TreeWalk(bytes, Meta.read(bytes), DamageReport.THROW);
      walk.pairs(walk.buckets().get(0), leaf -> found.addAll(lines(leaf)));
    }
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void anUnfinishedFileIsNoDatabase() throws IOException {
    Path file = directory.resolve("db");
    try (FileChannel channel = create(file)) {
      DatabaseWriter writer = new DatabaseWriter(channel, 4096);
      writer.bucket("key");
      writer.add(new byte[1], new byte[3 << 20]);
      writer.bucket("other");
    }
    try (RandomAccessBytes bytes = RandomAccessBytes.ofFile(file)) {
      assertThatThrownBy(() -> Meta.read(bytes)).hasMessageContaining("neither of its first two");
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "512", "4095", "131072"})
  void impossiblePageSizesAreRefused(int pageSize) throws IOException {
    try (FileChannel channel = create(directory.resolve("db"))) {
      assertThatThrownBy(() -> new DatabaseWriter(channel, pageSize))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("not " + pageSize);
    }
  }

  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private static List<String> lines(Leaf leaf) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < leaf.count(); i++) {
      leaf.select(i);
      int value = leaf.valueOffset();
      lines.add(
          line(
              Arrays.copyOfRange(leaf.array(), leaf.keyOffset(), value),
              Arrays.copyOfRange(leaf.array(), value, value + leaf.valueLength())));
    }
    return lines;
  }

  private static String line(byte[] key, byte[] value) {
    return HexFormat.of().formatHex(key) + " " + value.length + " " + Arrays.hashCode(value);
  }
}
