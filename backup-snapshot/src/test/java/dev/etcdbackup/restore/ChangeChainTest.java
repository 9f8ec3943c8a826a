package dev.etcdbackup.restore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.changes.ChangesHeader;
import dev.etcdbackup.changes.ChangesWriter;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.Lease;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chains of recorded changes that are whole, broken, doubled, or not of one piece. */
class ChangeChainTest {
  private static final Instant START = Instant.parse("2020-01-30T20:44:00Z");
  private static final long CLUSTER = 0xc1;
  private static final long LAST = 40;

  @TempDir Path directory;
  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private BackupKey base;
  private String baseSha256;
  private int objects;
  private String values = "value of ";

  @BeforeEach
  void storeAnEmptyBase() throws Exception {
    base = backup(1, START, TestSnapshots.bytes(1, TestSnapshots.MIN_PAGES));
    try (EtcdSnapshot snapshot = open(base)) {
      baseSha256 = snapshot.sha256();
    }
  }

  @Test
  void aWholeChainLeadsToItsLastRevision() throws Exception {
    record(10, 20, 30, LAST);
    Reached reached = verify(base, PointInTime.latest());
    assertThat(reached.revision()).isEqualTo(LAST);
    assertThat(reached.objects()).isEqualTo(4);
    assertThat(reached.events()).isEqualTo(eventsUpTo(LAST));
    for (long revision = 1; revision <= LAST; revision++) {
      assertThat(verify(base, PointInTime.revision(revision)).events())
          .isEqualTo(eventsUpTo(revision));
    }
  }

  @Test
  void anObjectThatIsMissingEndsTheChainBeforeIt() throws Exception {
    for (BackupKey missing : record(10, 20, 30, LAST).subList(0, 3)) {
      Content content = content(missing);
      store.delete(List.of(missing));
      long good = firstRevision(missing) - 1;
      assertEndsAt(good, "the revisions " + (good + 1) + " to " + lastRevision(missing));
      var unused = store.put(missing, content);
    }
    assertThat(verify(base, PointInTime.latest()).revision()).isEqualTo(LAST);
  }

  @Test
  void aDamagedObjectEndsTheChainBeforeIt() throws Exception {
    Random random = new Random(7);
    for (BackupKey damaged : record(10, 20, 30, LAST)) {
      byte[] bytes = content(damaged).stream().readAllBytes();
      store.delete(List.of(damaged));
      byte[] changed = bytes.clone();
      changed[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      var unused = store.put(damaged, content(changed));
      assertEndsAt(firstRevision(damaged) - 1, "damaged changes: " + damaged);
      store.delete(List.of(damaged));
      unused = store.put(damaged, content(bytes));
    }
    assertThat(verify(base, PointInTime.latest()).revision()).isEqualTo(LAST);
  }

  @Test
  void anObjectOfAnotherClusterIsNotUsed() throws Exception {
    String first = record(CLUSTER, 2, 10, "");
    String unused = record(CLUSTER + 1, 11, 20, first);
    assertEndsAt(10, "is of another cluster");
  }

  @Test
  void anObjectThatNamesAnotherPredecessorIsNotUsed() throws Exception {
    String unused = record(CLUSTER, 2, 10, "");
    unused = record(CLUSTER, 11, 20, "ab".repeat(32));
    assertEndsAt(10, "does not continue what is before it");
  }

  @Test
  void theChangesBehindAnotherBackupAreNotUsed() throws Exception {
    baseSha256 = "cd".repeat(32);
    String unused = record(CLUSTER, 2, 10, "");
    assertEndsAt(1, "does not continue what is before it");
  }

  /** Gardener's tool restores neither; its issues are 844, 583 and 1044. */
  @Test
  void changesInsideTheBaseAndAcrossItsEndAreAddedOnce() throws Exception {
    record(3, 6, 12, 20, LAST);
    for (long revision : new long[] {3, 4, 6, 10, 12, 39}) {
      BackupKey middle = consolidate(revision);
      Reached reached = verify(middle, PointInTime.latest());
      assertThat(reached.revision()).isEqualTo(LAST);
      assertThat(reached.events()).isEqualTo(eventsUpTo(LAST) - eventsUpTo(revision));
    }
  }

  @Test
  void changesAcrossTheEndOfTheBaseMustHoldItsLastRevision() throws Exception {
    record(12);
    BackupKey middle = consolidate(6);
    store.delete(store.list("p").stream().map(StoredBackup::key).filter(this::isChanges).toList());
    ChangesWriter writer = new ChangesWriter(6);
    writer.event(6, false, put(6, 99));
    writer.event(7, false, put(7, 0));
    String unused = store(writer, CLUSTER, 6, 7, "");
    assertEndsAt(middle, 6, "does not continue what is before it");
  }

  /** Recorders note the time once in a second. */
  @Test
  void aTimeIsTheNotedOneAndWhatFollowedWithoutANoteOfItsOwn() throws Exception {
    Instant noted = START.plusMillis(2400);
    ChangesWriter writer = new ChangesWriter(2);
    writer.time(noted);
    writer.event(2, false, put(2, 0));
    writer.event(3, false, put(3, 0));
    writer.time(START.plusMillis(3100));
    writer.event(4, false, put(4, 0));
    String unused = store(writer, CLUSTER, 2, 4, "");
    assertThat(verify(base, PointInTime.time(START.plusSeconds(2))).revision()).isEqualTo(1);
    assertThat(verify(base, PointInTime.time(noted)).revision()).isEqualTo(3);
    assertThat(verify(base, PointInTime.time(START.plusSeconds(3))).revision()).isEqualTo(3);
    assertThat(verify(base, PointInTime.time(START.plusSeconds(4))).revision()).isEqualTo(4);
  }

  /** A recorder that stopped and a backup that has more say that changes are missing. */
  @Test
  void aTimeAfterTheLastChangesIsNotReachedWhenALaterBackupHasMore() throws Exception {
    record(10, 20);
    Instant last = START.plusSeconds(20);
    PointInTime after = PointInTime.time(last.plusSeconds(60));
    byte[] any = TestSnapshots.bytes(1, TestSnapshots.MIN_PAGES);
    assertThat(verify(base, after).revision()).isEqualTo(20);
    BackupKey same = backup(20, last.plusSeconds(600), any);
    BackupKey more = backup(21, last.plusSeconds(1200), any);
    assertThat(verify(base, after).revision()).isEqualTo(20); // nothing happened until then
    store.delete(List.of(same));
    assertThatThrownBy(() -> verify(base, after))
        .isInstanceOf(CorruptBackupException.class)
        .hasMessageContaining("are good up to revision 20")
        .hasMessageContaining("the revisions from 21 on were not recorded, and " + more);
    try (EtcdSnapshot snapshot = open(base)) {
      Reached reached = replay(base, after).asFarAsPossible().verify(snapshot);
      assertThat(reached.revision()).isEqualTo(20);
      assertThat(reached.problem().orElseThrow()).contains("were not recorded");
    }
    assertThat(verify(base, PointInTime.latest()).revision()).isEqualTo(20);
    assertThat(verify(base, PointInTime.time(last.minusSeconds(1))).revision()).isEqualTo(19);
    BackupKey unused = backup(15, last.plusSeconds(900), any); // of a cluster that was put back
    assertThat(verify(base, after).revision()).isEqualTo(20);
  }

  /**
   * A cluster that is restored has its revisions a second time; the changes of before share one.
   */
  @Test
  void aBackupOfARestoredClusterIsNotContinuedByWhatWasRecordedBefore() throws Exception {
    record(10, 20, 30, LAST);
    for (long revision : new long[] {15, 20}) {
      BackupKey restored = consolidate(revision, START.plusSeconds(3600 * revision));
      assertThat(verify(restored, PointInTime.latest()).revision()).isEqualTo(revision);
      assertThatThrownBy(() -> verify(restored, PointInTime.revision(revision + 1)))
          .hasMessageContaining("revision " + (revision + 1) + " was not recorded");
      objects = (int) (3600 * revision);
      recordAnotherLife(restored, revision + 1, revision + 3);
      Reached reached = verify(restored, PointInTime.latest());
      assertThat(reached.revision()).isEqualTo(revision + 3);
      assertThat(reached.objects()).isEqualTo(1);
      assertThatThrownBy(() -> verify(restored, PointInTime.revision(revision + 4)))
          .hasMessageContaining("revision " + (revision + 4) + " was not recorded");
    }
    assertThat(verify(base, PointInTime.latest()).revision()).isEqualTo(LAST);
  }

  /** Then its time does not tell whether an object was stored before the backup. */
  @Test
  void whatNamesTheBackupOfAClusterThatWasRestoredWithinAMinuteComesFirst() throws Exception {
    record(10, 20, 30, LAST);
    for (long revision : new long[] {15, 20}) {
      BackupKey restored = consolidate(revision, START.plusSeconds(100 + objects));
      recordAnotherLife(restored, revision + 1, LAST + 2);
      Reached reached = verify(restored, PointInTime.latest());
      assertThat(reached.revision()).isEqualTo(LAST + 2);
      assertThat(reached.objects()).isEqualTo(1);
    }
  }

  private void recordAnotherLife(BackupKey from, long first, long last) throws IOException {
    String before = baseSha256;
    try (EtcdSnapshot snapshot = open(from)) {
      baseSha256 = snapshot.sha256();
    }
    values = "another value of ";
    String unused = record(CLUSTER, first, last, "");
    values = "value of ";
    baseSha256 = before;
  }

  /** Two recorders without a common lock, and objects of one of them that are gone. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatOneOfTwoRecordersStoredWholeIsEnough(long seed) throws Exception {
    Random random = new Random(seed);
    List<BackupKey> one = record(cuts(random));
    List<BackupKey> other = record(cuts(random));
    for (BackupKey lost : random.nextBoolean() ? one : other) {
      if (random.nextInt(3) == 0) {
        store.delete(List.of(lost));
      }
    }
    Reached reached = verify(base, PointInTime.latest());
    assertThat(reached.revision()).isEqualTo(LAST);
    assertThat(reached.events()).isEqualTo(eventsUpTo(LAST));
    assertThat(reached.problem()).isEmpty();
  }

  private static long[] cuts(Random random) {
    List<Long> cuts = new ArrayList<>();
    for (long at = 1L + random.nextInt(6); at < LAST; at += 1 + random.nextInt(9)) {
      if (at > 1) {
        cuts.add(at);
      }
    }
    cuts.add(LAST);
    return cuts.stream().mapToLong(Long::longValue).toArray();
  }

  private void assertEndsAt(long good, String reason) throws Exception {
    assertEndsAt(base, good, reason);
  }

  /** It is refused with the last good revision, and used up to there when that is enough. */
  private void assertEndsAt(BackupKey from, long good, String reason) throws Exception {
    assertThatThrownBy(() -> verify(from, PointInTime.latest()))
        .isInstanceOf(CorruptBackupException.class)
        .hasMessageContaining("are good up to revision " + good)
        .hasMessageContaining(reason);
    Reached reached;
    try (EtcdSnapshot snapshot = open(from)) {
      reached = replay(from, PointInTime.latest()).asFarAsPossible().verify(snapshot);
    }
    assertThat(reached.revision()).isEqualTo(good);
    assertThat(reached.problem().orElseThrow()).contains(reason);
  }

  private Reached verify(BackupKey from, PointInTime until) throws IOException {
    try (EtcdSnapshot snapshot = open(from)) {
      return replay(from, until).verify(snapshot);
    }
  }

  private ChangeReplay replay(BackupKey from, PointInTime until) throws IOException {
    List<Backup> listing =
        store.list("p").stream().map(one -> Backup.of(one, ZoneOffset.UTC)).toList();
    Backup backup = Backup.of(store.find(from).orElseThrow(), ZoneOffset.UTC);
    return ChangeReplay.of(store, BackupEncodings.none(), listing, backup, until);
  }

  private EtcdSnapshot open(BackupKey key) throws IOException {
    Path file = directory.resolve(key.name().replace(':', '-'));
    if (!Files.exists(file)) {
      Files.write(file, content(key).stream().readAllBytes());
    }
    return EtcdSnapshot.open(file);
  }

  private BackupKey consolidate(long revision) throws IOException {
    return consolidate(revision, START);
  }

  private BackupKey consolidate(long revision, Instant time) throws IOException {
    Path file = directory.resolve("consolidated-" + revision + "-" + time.getEpochSecond());
    try (EtcdSnapshot snapshot = open(base)) {
      Reached reached =
          Consolidation.write(snapshot, replay(base, PointInTime.revision(revision)), file);
      assertThat(reached.revision()).isEqualTo(revision);
    }
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    return backup(revision, time, Files.readAllBytes(file));
  }

  private BackupKey backup(long revision, Instant time, byte[] bytes) throws IOException {
    BackupName name = BackupName.periodic("etcd.backup", revision, time);
    BackupKey key = BackupKey.of("p", name.text());
    var unused = store.put(key, content(bytes));
    return key;
  }

  /** What one recorder stores that cuts behind these revisions, from the base on. */
  private List<BackupKey> record(long... cuts) throws IOException {
    List<BackupKey> before = keys();
    String predecessor = "";
    long from = 2;
    for (long to : cuts) {
      predecessor = record(CLUSTER, from, to, predecessor);
      from = to + 1;
    }
    return keys().stream()
        .filter(key -> !before.contains(key))
        .filter(this::isChanges)
        .sorted(Comparator.comparing(ChangeChainTest::firstRevision))
        .toList();
  }

  private List<BackupKey> keys() {
    return store.list("p").stream().map(StoredBackup::key).toList();
  }

  private String record(long cluster, long from, long to, String predecessor) throws IOException {
    ChangesWriter writer = new ChangesWriter(from);
    for (long revision = from; revision <= to; revision++) {
      writer.time(START.plusSeconds(revision));
      for (int i = 0; i < events(revision); i++) {
        boolean deletion = i == 2;
        writer.event(revision, deletion, deletion ? key(i) : put(revision, i));
      }
    }
    return store(writer, cluster, from, to, predecessor);
  }

  private String store(ChangesWriter writer, long cluster, long from, long to, String predecessor)
      throws IOException {
    ChangesHeader header =
        new ChangesHeader(
            cluster,
            7,
            base.toString(),
            baseSha256,
            predecessor,
            from,
            to,
            -1,
            -1,
            START.plusSeconds(to),
            List.of(new Lease(5, 60, 0)),
            Optional.empty());
    ChangesWriter.Finished finished = writer.finish(header);
    // Two recorders have stored the same revisions at different times.
    BackupName name = BackupName.changes(from, to, START.plusSeconds(100 + objects++));
    var unused =
        store.put(BackupKey.of("p", name.text()), Content.of(finished.stream(), finished.size()));
    return finished.sha256();
  }

  private byte[] put(long revision, int number) {
    return new Message()
        .bytes(1, ("key-" + number).getBytes(UTF_8))
        .number(2, revision)
        .number(3, revision)
        .number(4, 1)
        .bytes(5, (values + revision).getBytes(UTF_8))
        .toBytes();
  }

  private static byte[] key(int number) {
    return new Message().bytes(1, ("key-" + number).getBytes(UTF_8)).toBytes();
  }

  private static int events(long revision) {
    return 1 + (int) (revision % 3);
  }

  private static long eventsUpTo(long last) {
    long events = 0;
    for (long revision = 2; revision <= last; revision++) {
      events += events(revision);
    }
    return events;
  }

  private Content content(BackupKey key) throws IOException {
    StoredBackup stored = store.find(key).orElseThrow();
    try (InputStream in = store.open(stored, 0, stored.size())) {
      return content(in.readAllBytes());
    }
  }

  private static Content content(byte[] bytes) {
    return Content.of(new ByteArrayInputStream(bytes), bytes.length);
  }

  private boolean isChanges(BackupKey key) {
    return BackupName.parse(key.name()).kind() == BackupKind.CHANGES;
  }

  private static long firstRevision(BackupKey key) {
    return BackupName.parse(key.name()).firstRevision().orElseThrow();
  }

  private static long lastRevision(BackupKey key) {
    return BackupName.parse(key.name()).revision().orElseThrow();
  }
}
