package dev.etcdbackup.tarball;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Content;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.testkit.Fixtures;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GNU tar reads our archives, and we read its. */
@Tag("slow")
class GnuTarTest {
  private static final String DIRECTORY = "etcd-backup-2020-02-03-14-40-07";
  private static final BackupName NAME = BackupName.parse(DIRECTORY + ".tar.gz");
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(3, 300);
  private static final long NINE_GIB = 9L << 30;

  @TempDir Path work;

  @BeforeAll
  static void requireGnuTar() throws IOException, InterruptedException {
    String version;
    try {
      version = output(new ProcessBuilder("tar", "--version"), 0);
    } catch (IOException e) {
      throw Fixtures.missing("GNU tar is needed as 'tar' on the PATH: " + e.getMessage());
    }
    if (!version.contains("GNU tar")) {
      throw Fixtures.missing("GNU tar is needed as 'tar' on the PATH, not " + version.strip());
    }
  }

  @BeforeEach
  void writeTheDirectory() throws IOException {
    Files.createDirectory(work.resolve(DIRECTORY));
    Files.write(work.resolve(DIRECTORY).resolve("etcd-dump.bin"), SNAPSHOT);
  }

  @Test
  void gnuTarListsOurs() throws Exception {
    Path ours = pack();

    assertThat(tar("--utc", "--full-time", "-tvzf", ours.toString()).lines())
        .map(line -> line.replaceAll(" +", " "))
        .containsExactly(
            "drwx------ 0/0 0 2020-02-03 14:40:07 " + DIRECTORY + "/",
            "-rw------- 0/0 1228832 2020-02-03 14:40:07 " + DIRECTORY + "/etcd-dump.bin");
  }

  @Test
  void gnuTarUnpacksOurs() throws Exception {
    Path ours = pack();
    Path target = Files.createDirectory(work.resolve("unpacked"));

    tar("-xzf", ours.toString(), "-C", target.toString());
    assertThat(target.resolve(DIRECTORY).resolve("etcd-dump.bin")).hasBinaryContent(SNAPSHOT);

    tar("-C", target.toString(), "--compare", "-zf", ours.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"v7", "oldgnu", "gnu", "ustar", "posix"})
  void weUnpackGnuTarsInAllItsFormats(String format) throws Exception {
    String[][] waysToNameIt = {
      {DIRECTORY},
      {"./" + DIRECTORY},
      {DIRECTORY + "/etcd-dump.bin"},
      {"./" + DIRECTORY + "/etcd-dump.bin"}
    };
    for (String[] names : waysToNameIt) {
      Path theirs = work.resolve("theirs.tar.gz");
      List<String> arguments = new ArrayList<>(List.of("--format=" + format, "-czf"));
      arguments.addAll(List.of(theirs.toString(), "-C", work.toString()));
      arguments.addAll(List.of(names));
      tar(arguments.toArray(String[]::new));

      assertThat(unpack(theirs)).as("%s %s", format, names[0]).isEqualTo(SNAPSHOT);
    }
  }

  @Test
  void weUnpackTheWholeWorkingDirectoryAndAnyBlocking() throws Exception {
    Path home = Files.createDirectory(work.resolve("home"));
    Files.move(work.resolve(DIRECTORY), home.resolve("renamed"));
    Path theirs = work.resolve("theirs.tar.gz");

    tar("-b", "1024", "--format=posix", "-czf", theirs.toString(), "-C", home.toString(), ".");

    assertThat(unpack(theirs)).isEqualTo(SNAPSHOT);
  }

  @Test
  void gnuTarReadsASizeOfMoreThanEightGib() throws Exception {
    byte[] beginning =
        new Tarball().encode(Content.of(new Zeros(), NINE_GIB), NAME).stream().readNBytes(4096);
    Path cut = work.resolve("cut.tar");
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(beginning))) {
      Files.write(cut, in.readNBytes(2048));
    }

    // The archive is cut off, which tar says when it has listed what there is.
    assertThat(output(new ProcessBuilder("tar", "-tvf", cut.toString()), 2))
        .contains(" 9663676416 ")
        .contains(DIRECTORY + "/etcd-dump.bin");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gnu", "posix"})
  void weReadASizeOfMoreThanEightGib(String format) throws Exception {
    try (RandomAccessFile large =
        new RandomAccessFile(work.resolve(DIRECTORY).resolve("etcd-dump.bin").toFile(), "rw")) {
      large.setLength(NINE_GIB); // no block of it is written
    }
    Process writing =
        new ProcessBuilder("tar", "--format=" + format, "-cf", "-", DIRECTORY + "/etcd-dump.bin")
            .directory(work.toFile())
            .start();
    try (InputStream in = writing.getInputStream()) {
      TarArchiveEntry entry = new TarReader(in).next();

      assertThat(entry).isNotNull();
      assertThat(entry.getName()).isEqualTo(DIRECTORY + "/etcd-dump.bin");
      assertThat(entry.getSize()).isEqualTo(NINE_GIB);
    } finally {
      writing.destroyForcibly().waitFor();
    }
  }

  private Path pack() throws IOException {
    Path ours = work.resolve(NAME.text());
    try (InputStream packing =
        new Tarball()
                .encode(Content.of(new ByteArrayInputStream(SNAPSHOT), SNAPSHOT.length), NAME)
                .stream()) {
      Files.copy(packing, ours);
    }
    return ours;
  }

  private static byte[] unpack(Path archive) throws IOException {
    try (InputStream unpacking = new Tarball().decode(Files.newInputStream(archive), NAME)) {
      return unpacking.readAllBytes();
    }
  }

  private static String tar(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("tar"));
    command.addAll(List.of(arguments));
    return output(new ProcessBuilder(command), 0);
  }

  private static String output(ProcessBuilder command, int expectedExit)
      throws IOException, InterruptedException {
    command.environment().put("LC_ALL", "C");
    Process process = command.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s: %s", command.command(), output).isEqualTo(expectedExit);
    return output;
  }

  /** Zeros without end. */
  private static final class Zeros extends InputStream {
    @Override
    public int read() {
      return 0;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      Arrays.fill(buffer, offset, offset + length, (byte) 0);
      return length;
    }
  }
}
