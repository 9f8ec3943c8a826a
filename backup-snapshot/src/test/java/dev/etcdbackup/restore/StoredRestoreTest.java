package dev.etcdbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HistorySelection;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.VerifyOptions;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Backups restored straight from a store: as from a file, and written once. */
@Timeout(120)
class StoredRestoreTest {
  private static final String HASH =
      "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"; // of bcrypt's own tests

  @TempDir Path directory;
  private Path temporary;
  private Path targets;
  private final Half store = new Half();

  /** A store whose objects may be cut off in their middle. */
  private static final class Half extends ForwardingBackupStore {
    boolean fails;
    int requests;

    Half() {
      super(new InMemoryBackupStore());
    }

    @Override
    public InputStream open(StoredBackup backup, long offset, long length) throws BackupException {
      requests++;
      if (!fails) {
        return super.open(backup, offset, length);
      }
      InputStream broken =
          new InputStream() {
            @Override
            public int read() throws IOException {
              throw new IOException("the connection was reset");
            }

            @Override
            public int read(byte[] target, int at, int count) throws IOException {
              throw new IOException("the connection was reset");
            }
          };
      return new SequenceInputStream(super.open(backup, offset, length / 2), broken);
    }
  }

  @BeforeEach
  void makeDirectories() throws IOException {
    temporary = Files.createDirectory(directory.resolve("tmp"));
    targets = Files.createDirectory(directory.resolve("targets"));
  }

  @AfterEach
  void noTemporaryFileIsLeft() {
    assertThat(temporary).isEmptyDirectory();
  }

  static List<String> names() {
    return Stream.of("3.4.23", "3.5.30", "3.6.14")
        .flatMap(
            version ->
                Stream.of("empty", "misc", "plain", "rich-auth", "rich-compacted1")
                    .filter(kind -> !version.equals("3.6.14") || !kind.matches("misc|.*1"))
                    .map(kind -> version + "-" + kind))
        .toList();
  }

  static List<UnaryOperator<DataDirRestoreBuilder>> settings() {
    return List.of(
        builder -> builder,
        DataDirRestoreBuilder::clearAlarms,
        DataDirRestoreBuilder::withoutAuth,
        builder -> builder.rootPasswordHash(HASH),
        builder -> builder.bumpRevision(1_000_000),
        DataDirRestoreBuilder::skipHashCheck,
        builder ->
            builder.select(
                new HistorySelection(HistorySelection.ALL.keys(), Revision.LATEST, true)));
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("names")
  void theMemberIsTheOneThatIsRestoredFromTheFile(String name) throws IOException {
    Path file = Backups.snapshot(name, directory);
    for (UnaryOperator<DataDirRestoreBuilder> setting : settings()) {
      for (int leastUsedPercent : new int[] {0, 100}) { // in place, and written anew
        DataDirRestoreBuilder builder = setting.apply(DataDirRestore.builder());
        builder.leastUsedPercent = leastUsedPercent;
        assertSame(builder.build(), file);
      }
    }
  }

  @Test
  void whatIsUsedInLargePartStaysAsItIsAndTheRestComesBehindIt() throws IOException {
    Path file = LargeSnapshot.write(directory, 4096, 500, 4000);
    byte[] before = Files.readAllBytes(file);
    Path data = fromStore(DataDirRestore.builder().build(), before).dataDir();
    byte[] after = Files.readAllBytes(data.resolve("member/snap/db"));
    int pages = before.length - 32;
    assertThat(Arrays.copyOfRange(after, 8192, pages))
        .isEqualTo(Arrays.copyOfRange(before, 8192, pages));
    assertThat(after.length).isBetween(pages + 4096, pages + 4 * 4096);
  }

  /** Of a database that is mostly free no member should begin with the free part. */
  @Test
  void whatIsFreeInLargePartIsWrittenAnew() throws IOException {
    Path file = Backups.snapshot("3.5.30-empty", directory);
    Path data = fromStore(DataDirRestore.builder().build(), Files.readAllBytes(file)).dataDir();
    assertThat(Files.size(data.resolve("member/snap/db"))).isLessThan(Files.size(file) - 32);
  }

  /** With all that is free in it, etcd would refuse the first write again. */
  @Test
  void whatUsedUpItsQuotaIsWrittenAnew() throws IOException {
    Path file = Backups.snapshot("3.5.30-misc", directory);
    DataDirRestoreBuilder builder = DataDirRestore.builder().clearAlarms();
    builder.leastUsedPercent = 0;
    Path data = fromStore(builder.build(), Files.readAllBytes(file)).dataDir();
    assertThat(Files.size(data.resolve("member/snap/db"))).isLessThan(Files.size(file) - 32);
  }

  /** Each of them with a SHA-256 that matches, as if etcd had streamed the damage. */
  @Tag("slow")
  @Test
  void damagedPagesAreNeverRestored() throws Exception {
    byte[] good = Files.readAllBytes(Backups.snapshot("3.5.30-rich-auth", directory));
    DataDirRestore restore = DataDirRestore.builder().build();
    int refused = 0;
    for (int page = 2; page < good.length / 4096; page++) {
      int at = page * 4096 + page * 7 % 48; // its header or one of its first elements
      byte[] bytes = good.clone();
      bytes[at] ^= 0x10;
      Path file = Files.write(directory.resolve("damaged"), withSha256(bytes));
      try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
        if (snapshot.verify().ok()) {
          continue; // a page that is free, or the middle of a value
        }
      }
      refused++;
      assertThatThrownBy(() -> fromStore(restore, bytes))
          .as("byte %s", at)
          .isInstanceOf(CorruptBackupException.class)
          .hasMessageNotContaining("\n");
      assertThat(targets).isEmptyDirectory();
    }
    assertThat(refused).isGreaterThan(50);
  }

  @Test
  void aWrongSha256IsFoundWhateverTheOptionsSay() throws IOException {
    byte[] bytes = Files.readAllBytes(LargeSnapshot.write(directory, 4096, 100, 4000));
    bytes[9000] ^= 1;
    Backup backup = put("bad", bytes);
    for (ReadOptions.Checksum checksum : ReadOptions.Checksum.values()) {
      ReadOptions options =
          ReadOptions.builder(BackupEncodings.none(), temporary).checksum(checksum).build();
      Path target = targets.resolve("none");
      assertThatThrownBy(
              () -> DataDirRestore.builder().build().restore(backup, store, options, target))
          .isInstanceOf(CorruptBackupException.class);
    }
    assertThat(targets).isEmptyDirectory();
  }

  @Test
  void whatCannotBeReadToItsEndLeavesNothing() throws IOException {
    byte[] bytes = Files.readAllBytes(LargeSnapshot.write(directory, 4096, 100, 4000));
    store.fails = true;
    assertThatThrownBy(() -> fromStore(DataDirRestore.builder().build(), bytes))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("the connection was reset");
    store.fails = false;
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> fromStore(DataDirRestore.builder().build(), bytes))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(targets).isEmptyDirectory();
  }

  @Test
  void nothingIsReadForADirectoryThatHoldsSomething() throws IOException {
    Path target = Files.createDirectories(targets.resolve("data/member")).getParent();
    Backup backup = put("good", Files.readAllBytes(Backups.snapshot("3.5.30-plain", directory)));
    assertThatThrownBy(
            () -> DataDirRestore.builder().build().restore(backup, store, options(), target))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(store.requests).isZero();
  }

  @Test
  void whatCannotBeWrittenIsSaidOfTheDirectory() throws IOException {
    Path file = Files.createFile(targets.resolve("file"));
    Backup backup = put("good", Files.readAllBytes(Backups.snapshot("3.5.30-plain", directory)));
    assertThatThrownBy(
            () ->
                DataDirRestore.builder()
                    .build()
                    .restore(backup, store, options(), file.resolve("data")))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(BackupException.class);
  }

  private void assertSame(DataDirRestore restore, Path file) throws IOException {
    Path ofFile = targets.resolve("of-file");
    RestoredMember expected;
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      expected = restore.restore(snapshot, ofFile);
    }
    RestoredMember restored = fromStore(restore, Files.readAllBytes(file));
    assertThat(restored).usingRecursiveComparison().ignoringFields("dataDir").isEqualTo(expected);
    Path ofStore = restored.dataDir();
    assertThat(pairs(ofStore)).isEqualTo(pairs(ofFile));
    assertThat(files(ofStore)).isEqualTo(files(ofFile));
    deleteTargets();
  }

  private RestoredMember fromStore(DataDirRestore restore, byte[] bytes) throws IOException {
    Backup backup = put("backup", bytes);
    try {
      store.requests = 0;
      RestoredMember restored =
          restore.restore(backup, store, options(), targets.resolve("of-store"));
      assertThat(store.requests).isEqualTo(1);
      return restored;
    } finally {
      store.delete(List.of(backup.key()));
    }
  }

  private ReadOptions options() {
    return ReadOptions.builder(BackupEncodings.none(), temporary).build();
  }

  private Backup put(String name, byte[] bytes) throws IOException {
    try (InputStream in = new ByteArrayInputStream(bytes)) {
      StoredBackup stored = store.put(BackupKey.of("p", name), Content.of(in, bytes.length));
      return Backup.of(stored, ZoneOffset.UTC);
    }
  }

  private static byte[] withSha256(byte[] snapshot) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(snapshot, 0, snapshot.length - 32);
    System.arraycopy(digest.digest(), 0, snapshot, snapshot.length - 32, 32);
    return snapshot;
  }

  /** All pairs of all buckets of a restored database, which is sound. */
  private static Map<String, List<String>> pairs(Path dataDir) throws IOException {
    Map<String, List<String>> buckets = new TreeMap<>();
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(dataDir.resolve("member/snap/db"))) {
      VerifyOptions options = VerifyOptions.DEFAULT.withoutTrailer().deeply();
      List<?> problems =
          snapshot
              .verify(
                  options,
                  bucket -> {
                    List<String> found = buckets.computeIfAbsent(bucket, it -> new ArrayList<>());
                    return (array, offset, keyLength, valueLength) ->
                        found.add(
                            new String(
                                array,
                                offset,
                                keyLength + valueLength,
                                StandardCharsets.ISO_8859_1));
                  })
              .problems();
      assertThat(problems).isEmpty();
    }
    return buckets;
  }

  /** The names and permissions of all files, and the size of all but the database. */
  private static List<String> files(Path dataDir) throws IOException {
    try (Stream<Path> files = Files.walk(dataDir)) {
      List<String> found = new ArrayList<>();
      for (Path file : files.toList()) {
        String size = Files.isDirectory(file) || file.endsWith("db") ? "" : " " + Files.size(file);
        found.add(
            dataDir.relativize(file)
                + " "
                + PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                + size);
      }
      Collections.sort(found);
      return found;
    }
  }

  private void deleteTargets() throws IOException {
    try (Stream<Path> files = Files.walk(targets)) {
      for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
        if (!file.equals(targets)) {
          Files.delete(file);
        }
      }
    }
  }
}
