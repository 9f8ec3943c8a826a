package dev.etcdbackup.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Feature;
import com.google.common.jimfs.Jimfs;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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

  private static FileSystem withoutHardLinks() {
    return Jimfs.newFileSystem(
        Configuration.unix().toBuilder().setSupportedFeatures(Feature.FILE_CHANNEL).build());
  }

  @Test
  void aFileSystemWithoutHardLinksIsAStore() throws Exception {
    try (FileSystem disk = withoutHardLinks()) {
      DirectoryBackupStore store = DirectoryBackupStore.at(disk.getPath("/store"));
      StoredBackup stored = store.put(KEY, Content.of(TestSnapshots.stream(1, 100)));
      assertThat(store.list("")).containsExactly(stored);
      assertThat(store.find(KEY)).contains(stored);
      assertThat(files(disk)).containsExactly(disk.getPath("/store/p/a"));
      assertThatExceptionOfType(BackupExistsException.class)
          .isThrownBy(() -> store.put(KEY, Content.of(TestSnapshots.stream(2, 100))));
      assertThat(store.list("")).containsExactly(stored);
    }
  }

  @Test
  void aNameThatIsTakenWhileABackupIsWrittenIsNotReplaced() throws Exception {
    try (FileSystem disk = withoutHardLinks()) {
      Path taken = disk.getPath("/store/p/a");
      DirectoryBackupStore store = DirectoryBackupStore.at(disk.getPath("/store"));
      InputStream content =
          new FilterInputStream(TestSnapshots.stream(1, 100)) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
              int count = super.read(bytes, offset, length);
              if (count < 0) {
                Files.createDirectories(taken.getParent());
                Files.writeString(taken, "of another program");
              }
              return count;
            }
          };
      assertThatExceptionOfType(BackupExistsException.class)
          .isThrownBy(() -> store.put(KEY, Content.of(content)));
      assertThat(taken).hasContent("of another program");
      assertThat(files(disk)).containsExactly(taken);
    }
  }

  /**
   * What is on the disk when a process is killed between taking a name and giving it its content.
   */
  @Test
  void aNameThatAKilledProcessTookIsNoBackup() throws Exception {
    try (FileSystem disk = withoutHardLinks()) {
      Path root = disk.getPath("/store");
      Path tmp = Files.createDirectories(root.resolve(".etcd-backup/tmp"));
      Instant killed = Instant.parse("2020-02-03T21:00:00Z");
      Path part = Files.writeString(tmp.resolve("put-1.part"), "content");
      Path claim = Files.writeString(tmp.resolve("put-1.claim"), "p/a");
      Files.setLastModifiedTime(part, FileTime.from(killed));
      Files.setLastModifiedTime(claim, FileTime.from(killed));
      Path taken = Files.createFile(Files.createDirectories(root.resolve("p")).resolve("a"));
      Files.createFile(root.resolve("p/empty"));

      DirectoryBackupStore soon = at(root, killed.plus(Duration.ofHours(23)));
      assertThat(soon.list("p")).extracting(one -> one.key().toString()).containsExactly("p/empty");
      assertThat(soon.find(KEY)).isEmpty();
      assertThatExceptionOfType(BackupExistsException.class)
          .isThrownBy(() -> soon.put(KEY, Content.of(TestSnapshots.stream(1, 100))))
          .withMessageContaining("killed less than 24 hours ago");
      assertThat(soon.delete(List.of(KEY)).gone()).containsExactly(KEY);
      assertThat(taken).exists();

      DirectoryBackupStore later = at(root, killed.plus(Duration.ofHours(25)));
      later.put(KEY, Content.of(TestSnapshots.stream(1, 100)));
      assertThat(later.list("p")).hasSize(2);
      assertThat(files(disk)).containsExactlyInAnyOrder(taken, root.resolve("p/empty"));
    }
  }

  private static DirectoryBackupStore at(Path root, Instant now) throws StoreException {
    return DirectoryBackupStore.at(root, InstantSource.fixed(now));
  }

  @Test
  void aRecordOfAnInterruptedPutHoldsNothingOnceItsContentHasItsName() throws Exception {
    try (FileSystem disk = withoutHardLinks()) {
      Path tmp = Files.createDirectories(disk.getPath("/store/.etcd-backup/tmp"));
      DirectoryBackupStore store = DirectoryBackupStore.at(disk.getPath("/store"));
      store.put(KEY, Content.of(InputStream.nullInputStream()));
      Files.writeString(tmp.resolve("put-1.claim"), "p/a");
      assertThat(store.list("")).hasSize(1);
    }
  }

  @Test
  void aCharacterThatTheFileSystemRefusesIsNamedBeforeTheContentIsRead() throws Exception {
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.windows())) {
      DirectoryBackupStore store = DirectoryBackupStore.at(disk.getPath("C:\\store"));
      BackupKey key = BackupKey.of("p", "etcd.backup_v1_2020-02-03-21:00:00");
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> store.put(key, Content.of(unreadable())))
          .withMessageContaining("refuses the name 'etcd.backup_v1_2020-02-03-21:00:00'")
          .withMessageContaining("without that character");
      store.put(BackupKey.of("p", "b"), Content.of(TestSnapshots.stream(1, 100)));
    }
  }

  private static InputStream unreadable() {
    return new InputStream() {
      @Override
      public int read() {
        throw new AssertionError("read");
      }

      @Override
      public int read(byte[] bytes, int offset, int length) {
        throw new AssertionError("read");
      }
    };
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

  /** Containers have no locale, and Java then reads what is not ASCII as U+FFFD. */
  @Test
  void aLocaleThatCannotExpressANameIsNamed(@TempDir Path root) throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-c", "d=$(printf 'z\\303\\274rich'); mkdir $d; >$d/a")
            .directory(root.toFile())
            .start();
    assertThat(shell.waitFor()).isZero();
    ProcessBuilder lister =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                ListAndPut.class.getName(),
                root.toString())
            .redirectErrorStream(true);
    lister.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    Process child = lister.start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    assertThat(said)
        .contains("has names that the encoding of this process's locale (ANSI_X3.4-1968) cannot")
        .contains("Start the process with LC_ALL=C.UTF-8")
        .containsPattern("put: the file system of .* refuses the name 'z.rich'.*LC_ALL=C.UTF-8");
  }

  /** It seemed to be deleted meanwhile, so that a verification of all backups ended well. */
  @Test
  void aFileWhoseNameIsNoTextIsNeitherAbsentNorDeleted(@TempDir Path root) throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-c", "mkdir p; echo 1 >p/$(printf 'a\\377')")
            .directory(root.toFile())
            .start();
    assertThat(shell.waitFor()).isZero();
    DirectoryBackupStore store = DirectoryBackupStore.at(root);

    StoredBackup listed = store.list("p").get(0);

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.open(listed, 0, 1))
        .withMessageContaining("LC_ALL=C.UTF-8");
    assertThat(store.delete(List.of(listed.key())).refused()).containsOnlyKeys(listed.key());
  }

  /** Lists a store and puts a backup whose name is not ASCII. */
  static final class ListAndPut {
    public static void main(String[] args) throws Exception {
      DirectoryBackupStore store = DirectoryBackupStore.at(Path.of(args[0]));
      store.list("");
      try {
        store.put(BackupKey.of("z\u00fcrich", "b"), Content.of(TestSnapshots.stream(1, 10)));
      } catch (StoreException e) {
        System.out.println("put: " + e.getMessage());
      }
    }
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
