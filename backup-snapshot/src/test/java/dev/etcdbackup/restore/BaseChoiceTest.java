package dev.etcdbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which backup a point in time is reached from. Of changes the names count, not the content. */
class BaseChoiceTest {
  private static final Instant START = Instant.parse("2020-02-03T10:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);
  private static final byte[] EMPTY = TestSnapshots.bytes(1, TestSnapshots.MIN_PAGES);

  @TempDir Path directory;
  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private byte[] rich;
  private long richRevision; // the exact one

  @BeforeEach
  void readASnapshotOfARealServer() throws IOException {
    Path file = Backups.snapshot(Backups.RICH.get(1), directory);
    rich = Files.readAllBytes(file);
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      richRevision = snapshot.metadata().revision();
    }
  }

  @Test
  void aTimeIsReachedFromTheNewestBackupTakenThenOrBefore() throws IOException {
    BackupKey first = backup(1, START, EMPTY);
    BackupKey second = backup(1, START.plus(HOUR), EMPTY);
    changes(2, 9, START.plus(HOUR));
    put("by-hand", EMPTY);
    put(BackupName.tarball(START.plus(HOUR)).text(), EMPTY); // needs an encoding

    assertThat(chosen(PointInTime.time(START.minusSeconds(1)))).isEmpty();
    assertThat(chosen(PointInTime.time(START))).contains(first);
    assertThat(chosen(PointInTime.time(START.plus(HOUR).minusSeconds(1)))).contains(first);
    assertThat(chosen(PointInTime.time(START.plus(HOUR)))).contains(second);
    assertThat(chosen(PointInTime.latest())).contains(second);
  }

  @Test
  void theExactRevisionCountsAndNotTheOneInTheName() throws IOException {
    BackupKey before = backup(1, START, EMPTY);
    BackupKey after = backup(1, START.plus(HOUR), rich);
    changes(2, richRevision + 5, START.plus(HOUR));

    assertThat(chosen(PointInTime.revision(richRevision - 1))).contains(before);
    assertThat(chosen(PointInTime.revision(richRevision))).contains(after);
    assertThat(chosen(PointInTime.revision(richRevision + 5))).contains(after);
  }

  @Test
  void aNameOfALaterRevisionIsNotRead() throws IOException {
    BackupKey before = backup(1, START, EMPTY);
    backup(6, START.plus(HOUR), EMPTY);

    assertThat(chosen(PointInTime.revision(5))).contains(before);
    assertThat(chosen(PointInTime.revision(6)))
        .contains(key(BackupName.periodic("etcd.backup", 6, START.plus(HOUR)).text()));
  }

  /** A cluster that was restored begins again with few revisions. */
  @Test
  void theBackupFromWhichChangesLeadThereIsTakenAlthoughAnotherIsNewer() throws IOException {
    BackupKey old = backup(1, START, rich);
    BackupKey restored = backup(1, START.plus(HOUR), EMPTY);
    changes(richRevision + 1, richRevision + 4, START);
    changes(richRevision + 5, richRevision + 9, START);
    changes(richRevision + 11, richRevision + 20, START);

    assertThat(chosen(PointInTime.revision(richRevision + 9))).contains(old);
    assertThat(chosen(PointInTime.revision(richRevision + 15)))
        .as("where the gap is shows when they are read")
        .contains(old);
    assertThat(chosen(PointInTime.revision(1))).contains(restored);
  }

  @Test
  void ofBackupsThatLeadEquallyFarTheNewestIsTaken() throws IOException {
    backup(1, START, EMPTY);
    BackupKey newest = backup(1, START.plus(HOUR), EMPTY);

    assertThat(chosen(PointInTime.revision(7))).contains(newest);
  }

  @Test
  void aDamagedBackupIsPassedOver() throws IOException {
    BackupKey good = backup(1, START, EMPTY);
    backup(1, START.plus(HOUR), new byte[EMPTY.length]);

    assertThat(chosen(PointInTime.revision(1))).contains(good);
  }

  private Optional<BackupKey> chosen(PointInTime until) throws IOException {
    List<Backup> listing =
        store.list("p").stream().map(one -> Backup.of(one, ZoneOffset.UTC)).toList();
    ReadOptions options = ReadOptions.builder(BackupEncodings.none(), directory).build();
    return new BaseChoice(store, BackupEncodings.none(), options)
        .choose(listing, until)
        .map(Backup::key);
  }

  private void changes(long from, long to, Instant time) throws IOException {
    put(BackupName.changes(from, to, time).text(), new byte[] {1});
  }

  private BackupKey backup(long revision, Instant time, byte[] bytes) throws IOException {
    return put(BackupName.periodic("etcd.backup", revision, time).text(), bytes);
  }

  private BackupKey put(String name, byte[] bytes) throws IOException {
    var unused = store.put(key(name), Content.of(new ByteArrayInputStream(bytes), bytes.length));
    return key(name);
  }

  private static BackupKey key(String name) {
    return BackupKey.of("p", name);
  }
}
