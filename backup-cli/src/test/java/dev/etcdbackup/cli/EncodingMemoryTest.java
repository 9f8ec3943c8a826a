package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.Content;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.openpgp.OpenPgpEncoding;
import dev.etcdbackup.openpgp.Passphrase;
import dev.etcdbackup.openpgp.PrivateKeys;
import dev.etcdbackup.openpgp.RecipientKeys;
import dev.etcdbackup.testkit.TestSnapshots;
import dev.etcdbackup.zstd.Zstandard;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The memory of one backup that is compressed and encrypted, and of reading it back at the same
 * time, with the defaults: in a JVM of its own whose heap is small.
 */
@Tag("slow")
class EncodingMemoryTest {
  private static final int LIMIT_MIB = 96;
  private static final int HEAP_MIB = 32;

  @TempDir Path directory;

  @Test
  void heapAndNativeMemoryStayBelow96MiB() throws Exception {
    OpenPgpFiles.in(directory);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms" + HEAP_MIB + "m",
                "-Xmx" + HEAP_MIB + "m",
                "-XX:MaxDirectMemorySize=32m",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

    assertThat(process.waitFor()).as(said).isZero();
    assertThat(Long.parseLong(said.substring(said.lastIndexOf('\n') + 1)))
        .as("MiB beside the JVM's own, with its heap")
        .isLessThanOrEqualTo(LIMIT_MIB);
  }

  /** Prints how many MiB more it took than when the keys were read, and the heap. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws IOException {
      Path directory = Path.of(arguments[0]);
      BackupEncodings encodings = encodings(directory);
      BackupName name = BackupName.parse("etcd.backup_v1450_2020-01-30-20:44:41.zst.gpg");
      long pages = (96L << 20) / TestSnapshots.PAGE_SIZE;
      long before = residentMib();
      Content content = Content.of(TestSnapshots.stream(1, pages), TestSnapshots.size(pages));
      try (InputStream in = encodings.decode(encodings.encode(content, name).stream(), name)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      System.out.println(residentMib() - before + HEAP_MIB);
    }

    private static BackupEncodings encodings(Path directory) throws IOException {
      try (Passphrase passphrase = Passphrase.read(directory.resolve("passphrase"))) {
        return BackupEncodings.of(
            new Zstandard(),
            OpenPgpEncoding.builder()
                .encryptTo(RecipientKeys.read(List.of(directory.resolve("public.asc"))))
                .decryptWith(PrivateKeys.read(directory.resolve("private.asc"), passphrase))
                .build());
      }
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
}
