package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Content;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.zstd.Zstandard;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that write to a disk that is full: a small one in a mount namespace of its own. */
@Tag("server")
@Tag("slow")
class FullDiskTest {
  private static final String KEY = "p/etcd.backup_v230_2020-02-03-20:45:48";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"get %1$s --to=%2$s/a.db", "get %1$s --raw --to=%2$s/a.db"})
  void aDownloadNamesTheFileAndLeavesNothing(String command) throws Exception {
    Goldens.write(store().resolve(KEY), Goldens.bytes("3.5.30-rich-precompact"));
    Cli run = run("128k", command);
    assertThat(run.code()).as(run.err()).isEqualTo(4);
    assertThat(run.out()).as("files that are left").isEmpty();
    assertThat(run.err())
        .isEqualTo("etcd-backup: " + small().resolve("a.db") + ": No space left on device\n");
  }

  /** Its file is a temporary one. */
  @Test
  void aConsolidationNamesTheFileAndLeavesNothing() throws Exception {
    try (RecordedProject recorded = RecordedProject.in(directory)) {
      Cli run = run("8k", "consolidate " + recorded.base(), "-DZstdTempFolder=" + directory);
      assertThat(run.code()).as(run.err()).isEqualTo(4);
      assertThat(run.out()).as("files that are left").isEmpty();
      assertThat(run.err())
          .startsWith("etcd-backup: cannot consolidate into " + small())
          .endsWith("/consolidated.db: No space left on device\n")
          .hasLineCount(1);
    }
  }

  /** The library of zstd is a temporary file, too. */
  @Test
  void zstdThatCannotBeLoadedIsSaidInOneLine() throws Exception {
    byte[] bytes = Goldens.bytes("3.5.30-rich-precompact");
    Content content = Content.of(new ByteArrayInputStream(bytes), bytes.length);
    Path file = store().resolve(KEY + ".zst");
    Files.createDirectories(file.getParent());
    try (InputStream in =
        new Zstandard().encode(content, BackupName.parse(KEY + ".zst")).stream()) {
      Files.copy(in, file);
    }
    Cli run = run("8k", "verify %1$s.zst");
    assertThat(run.code()).as(run.err()).isEqualTo(4);
    assertThat(run.out()).as("files that are left").isEmpty();
    assertThat(run.err())
        .startsWith("etcd-backup: zstd cannot be used, because its native library")
        .contains(" is unpacked in " + small() + ", cannot be loaded: ")
        .endsWith(": No space left on device\n")
        .hasLineCount(1);
  }

  private Path store() {
    return directory.resolve("store");
  }

  private Path small() {
    return directory.resolve("small");
  }

  /**
   * Runs a command with KEY and a small disk, where its temporary files are too, and lists as its
   * output what is on that disk.
   */
  private Cli run(String size, String command, String... options) throws Exception {
    Files.createDirectory(small());
    String script =
        "mount -t tmpfs -o size=$1 tmpfs \"$2\" || exit 99; place=$2; shift 2; \"$@\" >/dev/null;"
            + " code=$?; find \"$place\" -mindepth 1; exit $code";
    List<String> all = new ArrayList<>(RestoreCommandTest.namespace());
    all.addAll(List.of("sh", "-c", script, "sh", size, small().toString()));
    all.addAll(Jvm.command());
    all.add("-Djava.io.tmpdir=" + small());
    all.addAll(List.of(options));
    all.add("-cp");
    all.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    all.addAll(List.of(EtcdBackupCommand.class.getName(), "--store=" + store().toUri()));
    all.addAll(List.of(command.formatted(KEY, small()).split(" ")));
    Path err = directory.resolve("err");
    Process process = new ProcessBuilder(all).redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Cli(process.waitFor(), out, Files.readString(err));
  }
}
