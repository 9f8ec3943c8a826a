package dev.etcdbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is not restored leaves nothing behind, and nothing is restored over anything. */
@Timeout(120)
class RefusalTest {
  @TempDir Path directory;
  private Path good;
  private Path target;

  @BeforeEach
  void aGoodSnapshot() throws IOException {
    good = Backups.snapshot("3.5.30-plain", directory);
    target = Files.createDirectory(directory.resolve("target")).resolve("data");
  }

  @Test
  void aDirectoryThatHoldsAnythingIsLeftAsItIs() throws IOException {
    Files.createDirectories(target.resolve("member"));
    assertThatThrownBy(() -> restore(good))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessage(
            target
                + ": is not empty, it holds member; nothing is ever restored over it: choose"
                + " another data directory, or move this one away");
    assertThat(tree()).containsExactly("data", "data/member");
  }

  @Test
  void aFileOrALinkToNothingIsLeftAsItIs() throws IOException {
    Files.createFile(target);
    assertThatThrownBy(() -> restore(good))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessage(target + ": is not a directory; choose another data directory");
    Files.delete(target);
    Files.createSymbolicLink(target, directory.resolve("nothing"));
    assertThatThrownBy(() -> restore(good)).isInstanceOf(FileAlreadyExistsException.class);
    assertThat(tree()).containsExactly("data");
  }

  @Test
  void anEmptyDirectoryIsFilledAndStaysTheSameDirectory() throws IOException {
    var access = PosixFilePermissions.fromString("rwxr-x---");
    Files.createDirectory(target, PosixFilePermissions.asFileAttribute(access));
    Object inode = Files.getAttribute(target, "unix:ino");
    restore(good);
    assertThat(Files.getAttribute(target, "unix:ino")).isEqualTo(inode);
    assertThat(Files.getPosixFilePermissions(target)).isEqualTo(access);
    assertThat(tree()).contains("data/member/snap/db").noneMatch(name -> name.contains(".restore"));
    assertThatThrownBy(() -> restore(good)).isInstanceOf(FileAlreadyExistsException.class);
  }

  /** The root of a new ext4 file system, as a volume of Kubernetes has it. */
  @Test
  void anEmptyFileSystemIsFilled() throws IOException {
    Files.createDirectories(target.resolve("lost+found"));
    restore(good);
    assertThat(tree()).contains("data/lost+found", "data/member/snap/db");
  }

  @Test
  void whatAKilledRestoreLeftInAnEmptyDirectoryIsNamed() throws IOException {
    Files.createDirectories(target.resolve(".restore-1/member"));
    assertThatThrownBy(() -> restore(good))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessage(
            target
                + ": holds .restore-1 of a restore that runs or was killed; delete it if none"
                + " runs");
  }

  @Test
  void aTruncatedSnapshotIsRefused() throws IOException {
    byte[] bytes = Files.readAllBytes(good);
    for (int length : new int[] {0, 100, 4096, 20_000, bytes.length - 32, bytes.length - 1}) {
      Files.write(good, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> restore(good))
          .as("%s bytes", length)
          .isInstanceOf(CorruptBackupException.class)
          .message()
          .doesNotContain("\n");
      assertThat(tree()).isEmpty();
    }
  }

  @Test
  void anyByteThatChangedIsFound() throws IOException {
    byte[] bytes = Files.readAllBytes(good);
    for (int at = 0; at < bytes.length; at += 997) {
      byte[] changed = bytes.clone();
      changed[at] ^= 0x10;
      Files.write(good, changed);
      assertThatThrownBy(() -> restore(good))
          .as("byte %s", at)
          .isInstanceOf(CorruptBackupException.class);
      assertThat(tree()).isEmpty();
    }
    assertThatThrownBy(() -> restore(good))
        .hasMessageContaining("corrupt and was not restored; take another backup: ");
  }

  @Test
  void aCopyOfAMembersDatabaseIsRestoredOnRequestAlone() throws IOException {
    byte[] bytes = Files.readAllBytes(good);
    Files.write(good, Arrays.copyOf(bytes, bytes.length - 32 + 8192)); // room at its end
    assertThatThrownBy(() -> restore(good))
        .isInstanceOf(CorruptBackupException.class)
        .hasMessageContaining("no SHA-256 at the end");
    assertThat(tree()).isEmpty();
    RestoredMember member = restore(good, DataDirRestore.builder().skipHashCheck());
    assertThat(member.warnings()).isEmpty();
    assertThat(tree()).contains("data/member/snap/db");
  }

  @Test
  void aSha256ThatDoesNotMatchIsIgnoredOnRequestAloneAndToldOf() throws IOException {
    byte[] bytes = Files.readAllBytes(good);
    bytes[bytes.length - 1]++;
    Files.write(good, bytes);
    assertThatThrownBy(() -> restore(good)).isInstanceOf(CorruptBackupException.class);
    RestoredMember member = restore(good, DataDirRestore.builder().skipHashCheck());
    assertThat(member.warnings())
        .containsExactly(
            "the SHA-256 at the end is not that of what is before it; restored nevertheless, as"
                + " asked");
  }

  @Test
  void damagedPagesAreNeverRestored() throws IOException {
    byte[] bytes = Files.readAllBytes(good);
    bytes[3 * 4096 + 8] = 7; // the kind of a page
    Files.write(good, bytes);
    DataDirRestoreBuilder lenient = DataDirRestore.builder().skipHashCheck();
    assertThatThrownBy(() -> restore(good, lenient)).isInstanceOf(CorruptBackupException.class);
    assertThat(tree()).isEmpty();
  }

  @Test
  void anInterruptedRestoreLeavesNothing() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> restore(good)).isInstanceOf(IOException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(tree()).isEmpty();
  }

  @Tag("server")
  @Test
  void anAlarmIsToldOfAndClearedOnRequest() throws Exception {
    Path full = Backups.snapshot("3.5.30-misc", directory);
    RestoredMember member = restore(full, DataDirRestore.builder());
    assertThat(member.warnings())
        .containsExactly(
            "the alarm NOSPACE comes back with the snapshot: etcd will refuse writes; restore with"
                + " clearAlarms, or run etcdctl alarm disarm");
    EtcdBinaries etcd = EtcdBinaries.of("3.5");
    try (EtcdServer server = etcd.server().dataDirs(Restored.of(full)).start()) {
      assertThatThrownBy(() -> server.put("a", "1")).hasMessageContaining("space exceeded");
    }
    try (EtcdServer server =
        etcd.server().dataDirs(Restored.of(full, DataDirRestoreBuilder::clearAlarms)).start()) {
      server.put("a", "1");
    }
  }

  private RestoredMember restore(Path snapshot) throws IOException {
    return restore(snapshot, DataDirRestore.builder());
  }

  private RestoredMember restore(Path snapshot, DataDirRestoreBuilder settings) throws IOException {
    try (EtcdSnapshot from = EtcdSnapshot.open(snapshot)) {
      return settings.build().restore(from, target);
    }
  }

  /** All there is beside and in the data directory. */
  private List<String> tree() {
    Path parent = target.getParent();
    try (Stream<Path> files = Files.walk(parent)) {
      return files
          .filter(file -> !file.equals(parent))
          .map(file -> parent.relativize(file).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
