package dev.etcdbackup.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Feature;
import com.google.common.jimfs.Jimfs;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are full, file systems that cannot link, processes that are killed. */
class DirectoryBackupStoreFailureTest {
  private static final BackupKey KEY = BackupKey.of("p", "a");

  @Test
  void aFullDiskLeavesNothing() throws Exception {
    Configuration small = Configuration.unix().toBuilder().setMaxSize(1_000_000).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      DirectoryBackupStore store = DirectoryBackupStore.at(disk.getPath("/store"));
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> store.put(KEY, Content.of(TestSnapshots.stream(1, 300))))
          .withMessageContaining("p/a")
          .satisfies(e -> assertThat(e.outcomeUnknown()).isFalse());
      assertThat(files(disk)).isEmpty();
      store.put(KEY, Content.of(TestSnapshots.stream(1, 100)));
      assertThat(files(disk)).containsExactly(disk.getPath("/store/p/a"));
    }
  }

  @Test
  void aFileSystemWithoutHardLinksIsRefused() throws Exception {
    Configuration plain =
        Configuration.unix().toBuilder().setSupportedFeatures(Feature.FILE_CHANNEL).build();
    try (FileSystem disk = Jimfs.newFileSystem(plain)) {
      DirectoryBackupStore store = DirectoryBackupStore.at(disk.getPath("/store"));
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> store.put(KEY, Content.of(TestSnapshots.stream(1, 100))))
          .withMessageContaining("link");
      assertThat(files(disk)).isEmpty();
    }
  }

  @Test
  void aKilledProcessLeavesNothingThatIsListed(@TempDir Path root) throws Exception {
    Process child =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                EndlessPut.class.getName(),
                root.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      awaitBytes(root.resolve(".etcd-backup/tmp"), 4_000_000, child);
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    DirectoryBackupStore store = DirectoryBackupStore.at(root);
    assertThat(store.list("")).isEmpty();
    assertThat(store.find(KEY)).isEmpty();
    assertThat(root.resolve(".etcd-backup/tmp")).isNotEmptyDirectory();
    store.put(KEY, Content.of(TestSnapshots.stream(1, 100)));
    assertThat(store.list("")).hasSize(1);
  }

  /** Puts a backup of megabytes and then as much as comes from its input: nothing. */
  static final class EndlessPut {
    public static void main(String[] args) throws Exception {
      InputStream endless = new SequenceInputStream(TestSnapshots.stream(1, 1000), System.in);
      DirectoryBackupStore.at(Path.of(args[0])).put(KEY, Content.of(endless));
    }
  }

  private static void awaitBytes(Path directory, long bytes, Process writer) throws Exception {
    Instant deadline = Instant.now().plusSeconds(60);
    while (size(directory) < bytes) {
      assertThat(Instant.now()).isBefore(deadline);
      assertThat(writer.waitFor(10, TimeUnit.MILLISECONDS)).as("the writer ended").isFalse();
    }
  }

  private static long size(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static List<Path> files(FileSystem disk) throws Exception {
    try (Stream<Path> paths = Files.walk(disk.getPath("/store"))) {
      return paths.filter(Files::isRegularFile).toList();
    }
  }
}
