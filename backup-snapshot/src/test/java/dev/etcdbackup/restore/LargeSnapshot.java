package dev.etcdbackup.restore;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A snapshot with many keys, each put once, and of any page size. */
final class LargeSnapshot {
  private static final List<String> EMPTY =
      List.of(
          "alarm",
          "auth",
          "authRoles",
          "authUsers",
          "cluster",
          "lease",
          "members",
          "members_removed",
          "meta");

  private LargeSnapshot() {}

  static Path write(Path directory, int pageSize, int keys, int valueSize) throws IOException {
    Path file = directory.resolve("large.db");
    Random random = new Random(keys);
    Iterator<BoltWriter.Pair> pairs =
        IntStream.range(2, 2 + keys).mapToObj(main -> pair(random, main, valueSize)).iterator();
    try (BoltWriter writer = new BoltWriter(file, pageSize)) {
      writer.bucket("key", pairs);
      for (String bucket : EMPTY) {
        writer.bucket(bucket, Stream.<BoltWriter.Pair>empty().iterator());
      }
    }
    return file;
  }

  private static BoltWriter.Pair pair(Random random, int main, int valueSize) {
    byte[] value = new byte[valueSize];
    random.nextBytes(value);
    byte[] keyValue =
        new Message()
            .bytes(1, ("key/" + main).getBytes(UTF_8))
            .number(2, main)
            .number(3, main)
            .number(4, 1)
            .bytes(5, value)
            .toBytes();
    byte[] key = ByteBuffer.allocate(17).putLong(main).put((byte) '_').putLong(0).array();
    return new BoltWriter.Pair(key, keyValue);
  }
}
