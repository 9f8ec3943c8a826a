package dev.etcdbackup.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.Content;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a directory store does beyond the contract. */
class DirectoryBackupStoreTest {
  private static final Instant NOW = Instant.parse("2026-02-03T20:45:00.123456789Z");
  private static final BackupKey KEY = BackupKey.of("p", "sub/a");
  private static final byte[] BYTES = {1, 2, 3};

  @TempDir Path directory;
  private Path root;
  private Path temp;
  private DirectoryBackupStore store;

  @BeforeEach
  void makeStore() throws Exception {
    root = directory.resolve("above/store");
    temp = root.resolve(".etcd-backup/tmp");
    store = DirectoryBackupStore.at(root, InstantSource.fixed(NOW));
  }

  @Test
  void aBackupIsAFileForItsOwnerOnly() throws Exception {
    StoredBackup stored = put(KEY);
    assertThat(root.resolve("p/sub/a")).hasBinaryContent(BYTES);
    assertThat(mode("p/sub/a")).isEqualTo("rw-------");
    assertThat(mode("p/sub")).isEqualTo("rwx------");
    assertThat(mode("")).isEqualTo("rwx------");
    assertThat(mode(".etcd-backup/tmp")).isEqualTo("rwx------");
    assertThat(stored.lastModified()).isEqualTo(NOW);
    assertThat(store.list("p")).containsExactly(stored);
    assertThat(store.find(KEY)).contains(stored);
  }

  @Test
  void aPutLeavesNothingButTheBackup() throws Exception {
    put(KEY);
    assertThatThrownBy(() -> put(KEY)).isNotNull();
    InputStream broken = InputStream.nullInputStream();
    broken.close();
    assertThatThrownBy(() -> store.put(BackupKey.of("q", "a"), Content.of(broken)))
        .isInstanceOf(SourceException.class);
    assertThat(everything())
        .containsExactlyInAnyOrder("", ".etcd-backup", ".etcd-backup/tmp", "p", "p/sub", "p/sub/a");
  }

  @Test
  void opensAStoreWithoutWriting() throws Exception {
    assertThat(everything()).containsExactly("");
  }

  @Test
  void filesOfOthersAreBackupsToo() throws Exception {
    Files.write(root.resolve("at the root"), BYTES);
    Files.createDirectories(root.resolve("p/.hidden"));
    Files.write(root.resolve("p/.hidden/back\\slash\n"), BYTES);
    List<StoredBackup> listed = store.list("");
    assertThat(listed)
        .extracting(backup -> backup.key().toString())
        .containsExactly("at the root", "p/.hidden/back\\slash\n");
    assertThat(listed.get(0).key().project()).isEmpty();
    assertThat(store.list("at the root")).isEmpty();
    for (StoredBackup backup : listed) {
      assertThat(store.find(backup.key())).contains(backup);
      assertThat(store.open(backup, 0, 3)).hasBinaryContent(BYTES);
      assertThat(store.delete(List.of(backup.key())).gone()).containsExactly(backup.key());
    }
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void whatFileSystemsLeaveIsNoBackup() throws Exception {
    put(KEY);
    for (String left :
        List.of(
            ".DS_Store",
            "p/.DS_Store",
            "p/.nfs000000000000002a00000001",
            "p/.fuse_hidden0000000300000001",
            ".snapshot/hourly.0/p/etcd.backup_v1_2026-11-22-10:00:00",
            "p/.snapshot/etcd.backup_v1_2026-11-22-10:00:00",
            ".zfs/snapshot/daily/p/a")) {
      Files.createDirectories(root.resolve(left).getParent());
      Files.write(root.resolve(left), BYTES);
    }
    assertThat(store.list("")).extracting(StoredBackup::key).containsExactly(KEY);
    assertThat(store.list("p")).extracting(StoredBackup::key).containsExactly(KEY);
    assertThat(store.list(".snapshot")).isEmpty();
  }

  @Test
  void aDirectoryThatMustExistIsNotCreated() throws Exception {
    Path missing = temp.resolve("volume/backups");
    DirectoryBackupStore.Builder builder = DirectoryBackupStore.builder(missing).requireExisting();
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(builder::build)
        .withMessage("there is no directory " + missing + "; mount its volume, or create it");
    assertThat(temp.resolve("volume")).doesNotExist();
    Files.createDirectories(missing);
    assertThat(builder.build().toString()).isEqualTo(missing.toRealPath().toString());
  }

  @Test
  void aNameThatIsNotTextIsListedAndLeftAlone() throws Exception {
    Files.createDirectory(root.resolve("p"));
    shell("touch \"$(printf 'p/a\\377b')\"");
    assertThat(store.list(""))
        .extracting(backup -> backup.key().toString())
        .containsExactly("p/a\ufffdb");
    assertThat(store.find(BackupKey.parse("p/a\ufffdb"))).isEmpty();
  }

  @Test
  void whatIsNoRegularFileIsNoBackup() throws Exception {
    Files.createDirectory(root.resolve("p"));
    shell("mkfifo p/pipe");
    assertThat(store.list("")).isEmpty();
    assertThat(store.find(BackupKey.of("p", "pipe"))).isEmpty();
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> put(BackupKey.of("p", "pipe")));
  }

  @Test
  void itsOwnDirectoryIsNoProject() throws Exception {
    put(KEY);
    Path inside = Files.write(temp.resolve("file"), BYTES);
    BackupKey key = BackupKey.parse(".etcd-backup/tmp/file");
    assertThat(store.list("")).extracting(StoredBackup::key).containsExactly(KEY);
    assertThat(store.list(".etcd-backup")).isEmpty();
    assertThat(store.find(key)).isEmpty();
    store.delete(List.of(key));
    assertThat(inside).exists();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "p/../../outside/file",
        "../outside/file",
        "p/sub/../../../outside/file",
        "/outside/file",
        "p//sub/a",
        "p/./sub/a",
        "p/sub/a/",
        "p/\u0000",
        "p/\ud83d",
        "..",
        ".",
        "",
        "/"
      })
  void noKeyLeadsAnywhereElse(String text) throws Exception {
    put(KEY);
    Path outside = Files.createDirectories(root.resolveSibling("outside")).resolve("file");
    Files.write(outside, BYTES);
    BackupKey key = BackupKey.parse(text);
    assertThat(store.find(key)).isEmpty();
    assertThat(store.list(text.isEmpty() ? "none" : text)).isEmpty();
    assertThat(store.delete(List.of(key)).gone()).containsExactly(key);
    assertThatExceptionOfType(BackupNotFoundException.class)
        .isThrownBy(() -> store.open(new StoredBackup(key, 3, NOW, ""), 0, 3));
    assertThat(outside).exists();
    assertThat(store.find(KEY)).isPresent();
  }

  @Test
  void aVeryLongNameIsNotThere() throws Exception {
    assertThat(store.find(BackupKey.parse("p/" + "a".repeat(10_000)))).isEmpty();
  }

  @Test
  void symbolicLinksAreNeitherListedNorFollowed() throws Exception {
    put(KEY);
    Path outside = Files.createDirectory(root.resolveSibling("outside"));
    Path file = Files.write(outside.resolve("a"), BYTES);
    Files.createSymbolicLink(root.resolve("linked"), outside);
    Files.createSymbolicLink(root.resolve("p/linked"), file);
    assertThat(store.list("")).extracting(StoredBackup::key).containsExactly(KEY);
    assertThat(store.list("linked")).isEmpty();
    for (BackupKey key : List.of(BackupKey.of("linked", "a"), BackupKey.of("p", "linked"))) {
      assertThat(store.find(key)).isEmpty();
      store.delete(List.of(key));
      assertThatExceptionOfType(StoreException.class).isThrownBy(() -> put(key));
    }
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> put(BackupKey.of("linked", "b")));
    assertThat(file).hasBinaryContent(BYTES);
    assertThat(root.resolve("p/linked")).isSymbolicLink();
    assertThat(outside).isDirectoryContaining(path -> path.equals(file));
    assertThat(outside.toFile().list()).hasSize(1);
  }

  @Test
  void theRootMayBeGivenByALink() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), root);
    StoredBackup stored = put(KEY);
    assertThat(DirectoryBackupStore.at(link).find(KEY)).contains(stored);
  }

  @Test
  void aDirectoryInTheWayIsAFailure() throws Exception {
    put(KEY);
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> put(BackupKey.of("p", "sub")))
        .withMessageContaining("not a file");
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> put(BackupKey.of("p", "sub/a/b")))
        .withMessageContaining("not a directory");
    assertThat(store.list("")).extracting(StoredBackup::key).containsExactly(KEY);
  }

  @Test
  void aRewrittenFileIsAnotherBackup() throws Exception {
    StoredBackup stored = put(KEY);
    Files.write(root.resolve("p/sub/a"), new byte[] {3, 2, 1});
    assertThatExceptionOfType(BackupNotFoundException.class)
        .isThrownBy(() -> store.open(stored, 0, 3));
  }

  @Test
  void aFileThatIsCutWhileItIsReadThrows() throws Exception {
    StoredBackup stored = put(KEY);
    try (InputStream in = store.open(stored, 0, 3)) {
      in.read();
      Files.newOutputStream(root.resolve("p/sub/a")).close();
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(in::read)
          .withMessageContaining("p/sub/a ends after 1 byte, ");
    }
  }

  @Test
  void anInterruptedReadThrows() throws Exception {
    StoredBackup stored = put(KEY);
    try (InputStream in = store.open(stored, 0, 3)) {
      Thread.currentThread().interrupt();
      assertThatExceptionOfType(StoreException.class).isThrownBy(in::read);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void anInterruptedListOrDeleteThrows() throws Exception {
    put(KEY);
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(StoreException.class).isThrownBy(() -> store.list(""));
    assertThatExceptionOfType(StoreException.class).isThrownBy(() -> store.delete(List.of(KEY)));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(store.find(KEY)).isPresent();
  }

  @Test
  void aPutRemovesWhatKilledProcessesLeftADayAgo() throws Exception {
    put(KEY);
    Path old = leftOver("put-1.part", NOW.minus(Duration.ofHours(24).plusSeconds(1)));
    Path young = leftOver("put-2.part", NOW.minus(Duration.ofHours(24)));
    Path foreign = leftOver("foreign", NOW.minus(Duration.ofDays(100)));
    put(BackupKey.of("p", "b"));
    assertThat(old).doesNotExist();
    assertThat(young).exists();
    assertThat(foreign).exists();
  }

  @Test
  void aRootThatVanishedIsAFailureAndNotAnEmptyStore() throws Exception {
    Files.delete(root);
    assertThatExceptionOfType(StoreException.class).isThrownBy(() -> store.list(""));
    assertThatExceptionOfType(StoreException.class).isThrownBy(() -> store.list("p"));
    assertThatExceptionOfType(StoreException.class).isThrownBy(() -> store.find(KEY));
    assertThatExceptionOfType(StoreException.class).isThrownBy(() -> put(KEY));
    assertThat(store.delete(List.of(KEY)).refused()).containsOnlyKeys(KEY);
  }

  @Test
  void aFileIsNoStore() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> DirectoryBackupStore.at(file))
        .withMessageContaining(file.toString());
  }

  @Test
  void memoryDoesNotGrowWithTheBackup() throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    put(KEY); // loads classes
    long before = threads.getCurrentThreadAllocatedBytes();
    StoredBackup stored =
        store.put(BackupKey.of("p", "b"), Content.of(TestSnapshots.stream(1, 50_000)));
    try (InputStream in = store.open(stored, 0, stored.size())) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(stored.size()).isGreaterThan(200_000_000);
    assertThat(allocated).isLessThan(10_000_000);
  }

  private StoredBackup put(BackupKey key) throws IOException {
    return store.put(key, Content.of(new ByteArrayInputStream(BYTES)));
  }

  private Path leftOver(String name, Instant written) throws IOException {
    Path file = Files.write(temp.resolve(name), BYTES);
    return Files.setLastModifiedTime(file, FileTime.from(written));
  }

  private String mode(String path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(path)));
  }

  private List<String> everything() throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths.map(path -> root.relativize(path).toString()).toList();
    }
  }

  private void shell(String command) throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-c", command).directory(root.toFile()).inheritIO().start();
    assertThat(shell.waitFor()).as(command).isZero();
  }
}
