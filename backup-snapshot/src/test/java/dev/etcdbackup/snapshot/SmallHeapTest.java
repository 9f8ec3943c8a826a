package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is said of the memory for each key holds in a heap with G1's smallest regions, where an
 * array of half a MiB is a humongous object and takes whole regions.
 */
@Tag("server")
class SmallHeapTest {
  private static final int KEYS = 150_000;

  @TempDir Path directory;

  @Test
  void whatFillsASnapshotIsSummedUpInASmallHeap() throws Exception {
    assertThat(inAHeapOf(52, "usage")).isEqualTo("keys 150000 of 1 prefix");
  }

  @Test
  void twoSnapshotsAreComparedInASmallHeap() throws Exception {
    assertThat(inAHeapOf(70, "diff")).isEqualTo("differences 1000");
  }

  private String inAHeapOf(int mebibytes, String what) throws Exception {
    Path before = write("before", 0);
    Path after = write("after", 1000);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        List.of(
            java,
            "-Xmx" + mebibytes + "m",
            "-XX:+UseG1GC",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            what,
            before.toString(),
            after.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      return output.strip();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Each key once; the first ones have another value. */
  private Path write(String name, int others) throws IOException {
    Path file = directory.resolve(name);
    try (BoltWriter writer = new BoltWriter(file, 4096)) {
      writer.bucket(
          "key",
          LongStream.range(2, 2 + KEYS)
              .mapToObj(
                  main -> {
                    byte[] key = String.format("keys/of-40-bytes/%024d", main).getBytes(UTF_8);
                    byte[] value = new byte[main - 2 < others ? 2 : 1];
                    History.Op op = new History.Op(main, 0, key, value, main, 1, 0);
                    return new BoltWriter.Pair(op.revision(), op.keyValue());
                  })
              .iterator());
      writer.bucket("meta", Collections.emptyIterator());
    }
    return file;
  }

  /** What runs there. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws IOException {
      try (EtcdSnapshot before = EtcdSnapshot.open(Path.of(args[1]));
          EtcdSnapshot after = EtcdSnapshot.open(Path.of(args[2]))) {
        if (args[0].equals("usage")) {
          SpaceUsage usage = before.usage(UsageOptions.DEFAULT);
          System.out.printf(
              "keys %d of %d prefix%n", usage.live().events(), usage.prefixes().size());
          return;
        }
        DiffCursor diff = EtcdSnapshot.diff(before, after);
        int differences = 0;
        while (diff.next()) {
          differences++;
        }
        System.out.printf("differences %d%n", differences);
      }
    }
  }
}
