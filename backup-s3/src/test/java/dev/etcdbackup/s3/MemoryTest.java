package dev.etcdbackup.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("server")
class MemoryTest {
  private static final long MIB = 1L << 20;

  @Test
  void twoGibGoUpFromAHeapOf96Mib() throws Exception {
    long size = 2_048 * MIB + 1;
    try (DiscardingS3 sink = new DiscardingS3()) {
      Process java =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx96m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  LargePutInSmallHeap.class.getName(),
                  sink.endpoint().toString(),
                  Long.toString(size))
              .redirectErrorStream(true)
              .start();
      String said = new String(java.getInputStream().readAllBytes(), UTF_8);
      assertThat(java.waitFor()).as(said).isZero();
      assertThat(sink.completed()).isTrue();
      assertThat(sink.bytes()).isEqualTo(size);
      assertThat(sink.parts()).isEqualTo(171);
      assertThat(said).startsWith("peak ");
      long grown = Long.parseLong(said.substring(5).strip());
      assertThat(grown).as("bytes of heap").isBetween(16 * MIB, 48 * MIB);
    }
  }
}
