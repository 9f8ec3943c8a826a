package dev.etcdbackup.zstd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The memory of one backup that is compressed and decompressed, in a JVM with a small heap. */
class MemoryTest {
  private static final int LIMIT_MIB = 96;

  @Test
  void heapAndNativeMemoryStayBelow96MiB() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx24m",
                "-XX:MaxDirectMemorySize=24m",
                "-XX:+AlwaysPreTouch",
                "-Xms24m",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectErrorStream(true)
            .start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

    assertThat(process.waitFor()).as(said).isZero();
    assertThat(Long.parseLong(said.substring(said.lastIndexOf('\n') + 1)))
        .as("MiB beside the JVM's own, with its heap")
        .isLessThan(LIMIT_MIB);
  }

  /** Prints how many MiB more it took than a JVM that has done nothing, and the 24 of the heap. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      long before = residentMib();
      try (InputStream in =
          new Zstandard()
              .decode(
                  new Zstandard().encode(Content.of(new Mixed(192L << 20)), Samples.NAME).stream(),
                  Samples.NAME)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      System.out.println(residentMib() - before + 24);
    }

    private static long residentMib() throws IOException {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
        }
      }
      throw new IOException("/proc/self/status has no VmHWM");
    }
  }

  /** Bytes half of which compress. */
  private static final class Mixed extends InputStream {
    private final Random random = new Random(5);
    private long left;

    Mixed(long size) {
      this.left = size;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (left == 0) {
        return -1;
      }
      int count = (int) Math.min(Math.min(length, 8192), left);
      byte[] bytes = new byte[Math.min(count, 4096)];
      random.nextBytes(bytes);
      System.arraycopy(bytes, 0, target, offset, bytes.length);
      Arrays.fill(target, offset + bytes.length, offset + count, (byte) 7);
      left -= count;
      return count;
    }
  }
}
