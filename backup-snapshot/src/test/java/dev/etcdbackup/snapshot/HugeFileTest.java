package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 3 GiB in 96 MiB. */
@Tag("server")
@Tag("night")
class HugeFileTest {
  private static final int EVENTS = 120_000;
  private static final byte[] VALUE = new byte[1000];

  @TempDir Path directory;

  @Test
  void aFileOfThreeGibibytesIsVerifiedInASmallHeap() throws Exception {
    Path file = directory.resolve("huge");
    try (BoltWriter writer = new BoltWriter(file, 4096).gap(17)) {
      writer.bucket("key", events());
      writer.gap(260_000); // the root lies a GiB further on
      writer.bucket("meta", Collections.emptyIterator());
    }
    assertThat(Files.size(file)).isGreaterThan(3L << 30);
    assertThat(inASmallHeap(file))
        .isEqualTo("[] revision 120001 pairs 120000 hash equal keys 1000 last value 1000");
  }

  /** Writes over a thousand keys again and again. */
  private static Iterator<BoltWriter.Pair> events() {
    return LongStream.range(2, 2 + EVENTS)
        .mapToObj(
            main -> {
              byte[] key = ("key" + main % 1000).getBytes(UTF_8);
              long create = main < 1002 ? main : 2 + (main - 2) % 1000;
              long version = (main - 2) / 1000 + 1;
              History.Op op = new History.Op(main, 0, key, VALUE, create, version, 0);
              return new BoltWriter.Pair(op.revision(), op.keyValue());
            })
        .iterator();
  }

  private static String inASmallHeap(Path file) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    List<String> command =
        List.of(java, "-Xmx96m", "-cp", classPath, Main.class.getName(), file.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      return output.strip();
    } finally {
      process.destroyForcibly();
    }
  }

  /** What runs there. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws IOException {
      try (EtcdSnapshot snapshot = EtcdSnapshot.open(Path.of(args[0]))) {
        VerifyReport report = snapshot.verify();
        SnapshotStatus status = snapshot.status();
        KeyCursor keys = snapshot.keys(KeyRange.all());
        int count = 0;
        int last = 0;
        while (keys.next()) {
          count++;
          last = keys.value().length;
        }
        boolean equal = snapshot.hashKv(Revision.LATEST, 0).hash() == snapshot.hashKv().hash();
        System.out.printf(
            "%s revision %d pairs %d hash %s keys %d last value %d%n",
            report.problems(),
            status.revision(),
            status.totalKey(),
            equal ? "equal" : "different",
            count,
            last);
      }
    }
  }
}
