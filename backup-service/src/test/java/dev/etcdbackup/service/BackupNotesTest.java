package dev.etcdbackup.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.retention.Decision;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.BackupNote.Kind;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.ManualClock;
import dev.etcdbackup.testkit.TestSnapshots;
import dev.etcdbackup.testkit.faults.Faults;
import dev.etcdbackup.testkit.faults.FaultyBackupStore;
import dev.etcdbackup.testkit.faults.Operation;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class BackupNotesTest {
  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(1, 3);
  private static final RetentionPolicy LAST = RetentionPolicy.keepLast(1);
  private static final Optional<Instant> FOREVER = Optional.empty();

  private final ManualClock clock = new ManualClock(NOW);
  private final InMemoryBackupStore store = new InMemoryBackupStore(clock);
  private final BackupService service = BackupService.builder(store).clock(clock).build();
  private final BackupNotes notes = service.notes();

  @Test
  void aPinnedBackupIsNotPrunedAndTheDryRunSaysWhy() throws Exception {
    BackupKey old = put("p/etcd.backup_v1_2020-01-01-10:00:00");
    put("p/etcd.backup_v2_2020-01-02-10:00:00");
    put("p/etcd.backup_v3_2020-02-03-10:00:00");
    notes.pin(old, "evidence, ticket 4711", FOREVER);

    assertThat(reason(old)).isEqualTo("pinned: evidence, ticket 4711");
    assertThat(service.prune("p", LAST).deleted())
        .containsExactly(BackupKey.parse("p/etcd.backup_v2_2020-01-02-10:00:00"));
    assertThat(notes.remove(old, Kind.PIN)).isTrue();
    assertThat(service.prune("p", LAST).deleted()).containsExactly(old);
    assertThat(notes.remove(old, Kind.PIN)).isFalse();
  }

  @Test
  void changesThatLeadOnFromAPinnedBackupStayWithIt() throws Exception {
    put("p/etcd.changes_v0-v1_2020-01-01-09:00:00");
    BackupKey old = put("p/etcd.backup_v1_2020-01-01-10:00:00");
    BackupKey changes = put("p/etcd.changes_v2-v3_2020-01-01-11:00:00");
    put("p/etcd.changes_v4-v5_2020-01-01-12:00:00");
    BackupKey newest = put("p/etcd.backup_v9_2020-02-03-10:00:00");
    notes.pin(old, "audit", FOREVER);

    assertThat(service.planPrune("p", LAST).toDelete()).isEmpty();
    assertThat(service.prune("p", LAST).deleted()).isEmpty();
    notes.remove(old, Kind.PIN);
    notes.pin(changes, "audit", FOREVER);
    assertThat(service.planPrune("p", LAST).toDelete())
        .extracting(Backup::key)
        .contains(old)
        .doesNotContain(changes, newest);
  }

  @Test
  void aPinEndsAtItsTime() throws Exception {
    BackupKey old = put("p/etcd.backup_v1_2020-01-01-10:00:00");
    put("p/etcd.backup_v3_2020-02-03-10:00:00");
    notes.pin(old, "audit", Optional.of(NOW.plus(Duration.ofDays(1))));

    assertThat(reason(old)).isEqualTo("pinned until 2020-02-04T21:00:00Z: audit");
    Instant unused = clock.pass(Duration.ofDays(1).minusSeconds(1));
    assertThat(service.prune("p", LAST).deleted()).isEmpty();
    unused = clock.pass(Duration.ofSeconds(1));
    assertThat(service.prune("p", LAST).deleted()).containsExactly(old);
  }

  @Test
  void aLaterPinReplacesTheEarlierAndNeverLapses() throws Exception {
    BackupKey key = put("p/etcd.backup_v1_2020-01-01-10:00:00");
    notes.pin(key, "first", Optional.of(NOW.plusSeconds(60)));
    notes.pin(key, "second", FOREVER);
    notes.pin(key, "third", FOREVER);

    assertThat(notes.list("p")).map(BackupNote::toString).containsExactly("pinned: third");
  }

  @Test
  void aTextThatClaimsADrillOfAllTimeSaysNothing() throws Exception {
    BackupKey key = put("p/etcd.backup_v1_2020-01-01-10:00:00");
    for (String took : List.of("106751991167300d", "9223372036854775807s", "36501d")) {
      notes.markDrilled(key, "restored in " + took + ", 1h old");

      BackupNote note = notes.list("p").get(0);
      assertThat(note.restoreTime()).as(took).isEmpty();
      assertThat(note.dataAge()).contains(Duration.ofHours(1));
    }
  }

  @Test
  void notesAreNoBackups() throws Exception {
    BackupKey key = put("p/etcd.backup_v1_2020-01-01-10:00:00");
    notes.pin(key, "a", FOREVER);
    notes.note(key, "before the migration");
    notes.markBad(key, "entry lost");
    notes.markVerified(key, "drill");

    assertThat(service.list("p")).map(Backup::key).containsExactly(key);
    assertThat(service.list("")).map(Backup::key).containsExactly(key);
    assertThat(notes.list("p"))
        .map(BackupNote::toString)
        .containsExactlyInAnyOrder(
            "pinned: a",
            "note: before the migration",
            "marked bad: entry lost",
            "verified 2020-02-03T21:00:00Z: drill");
  }

  @Test
  void aDrillIsRecordedWithItsTimes() throws Exception {
    BackupKey key = put("p/etcd.backup_v1_2020-01-01-10:00:00");
    for (Duration took : List.of(Duration.ZERO, Duration.ofMillis(2913), Duration.ofHours(50))) {
      Duration age = took.multipliedBy(7);
      notes.markDrilled(key, took, age);

      BackupNote note = notes.list("p").get(0);
      assertThat(note.restoreTime()).contains(took);
      assertThat(note.dataAge()).contains(age.truncatedTo(java.time.temporal.ChronoUnit.SECONDS));
    }
    assertThatThrownBy(() -> notes.markDrilled(key, Duration.ofSeconds(-1), Duration.ZERO))
        .hasMessage("took must be 0 or more, not PT-1S");
    notes.markDrilled(key, "by hand");
    assertThat(notes.list("p").get(0).restoreTime()).isEmpty();
    notes.markDrilled(key, "restored in 1h2, 3x old");
    assertThat(notes.list("p").get(0).dataAge()).isEmpty();
  }

  @Test
  void aBackupThatIsMarkedBadIsSkippedWithoutBeingRead() throws Exception {
    BackupKey good = put("p/etcd.backup_v1_2020-02-01-10:00:00");
    BackupKey bad = put("p/etcd.backup_v2_2020-02-02-10:00:00");
    notes.markBad(bad, "lost keys");
    List<BackupKey> read = new ArrayList<>();
    BackupService watched =
        BackupService.builder(store)
            .clock(clock)
            .verifier(
                (backup, from) -> {
                  read.add(backup.key());
                  return new Verification(List.of());
                })
            .build();

    NewestGood found = watched.newestGood("p");

    assertThat(found.backup().map(Backup::key)).contains(good);
    assertThat(found.passedOver())
        .singleElement()
        .satisfies(one -> assertThat(one.problems()).containsExactly("marked bad: lost keys"));
    assertThat(read).containsExactly(good);
  }

  @Test
  void aBackupThatIsMarkedBadDoesNotCountSoTheNewestGoodOneStays() throws Exception {
    BackupKey good = put("p/etcd.backup_v1_2020-02-01-10:00:00");
    BackupKey bad = put("p/etcd.backup_v2_2020-02-02-10:00:00");
    notes.markBad(bad, "lost keys");

    assertThat(service.prune("p", LAST).deleted()).isEmpty();
    BackupKey next = put("p/etcd.backup_v3_2020-02-03-10:00:00");
    assertThat(service.prune("p", LAST).deleted()).containsExactlyInAnyOrder(good, bad);
    assertThat(service.list("p")).map(Backup::key).containsExactly(next);
    assertThat(notes.list("p")).as("the notes of deleted backups are gone").isEmpty();
  }

  @Test
  void aSnapshotOfWhichOneCopyIsGoodCounts() throws Exception {
    BackupKey older = put("p/etcd.backup_v1_2020-02-01-10:00:00");
    put("p/etcd.backup_v2_2020-02-02-10:00:00");
    notes.markBad(put("p/etcd.backup_v2_2020-02-02-10:00:00.zst"), "cannot be decompressed");

    assertThat(service.prune("p", LAST).deleted()).containsExactly(older);
  }

  @Test
  void nothingIsDeletedWhenAllThatWouldBeKeptAreMarkedBad() throws Exception {
    notes.markBad(put("p/etcd.backup_v1_2020-02-01-10:00:00"), "lost keys");
    notes.markBad(put("p/etcd.backup_v2_2020-02-02-10:00:00"), "lost keys");

    assertThat(service.planPrune("p", LAST).toDelete()).hasSize(1);
    assertThatThrownBy(() -> service.prune("p", LAST))
        .isInstanceOf(CorruptBackupException.class)
        .hasMessageStartingWith("every backup of series etcd.backup that would be kept is marked");
    assertThat(service.list("p")).hasSize(2);
  }

  /** The verification of a large backup takes minutes. */
  @Test
  void aBackupThatIsPinnedDuringTheVerificationStays() throws Exception {
    BackupKey old = put("p/etcd.backup_v1_2020-02-01-10:00:00");
    put("p/etcd.backup_v2_2020-02-02-10:00:00");
    BackupService slow =
        BackupService.builder(store)
            .clock(clock)
            .verifier(
                (backup, from) -> {
                  notes.pin(old, "evidence", FOREVER);
                  return new Verification(List.of());
                })
            .build();

    assertThat(slow.prune("p", LAST).deleted()).isEmpty();
    assertThat(service.list("p")).hasSize(2);
  }

  @Test
  void theNewestVerifiedBackupStays() throws Exception {
    BackupKey older = put("p/etcd.backup_v1_2020-01-01-10:00:00");
    BackupKey verified = put("p/etcd.backup_v2_2020-01-02-10:00:00");
    put("p/etcd.backup_v3_2020-02-03-10:00:00");
    notes.markVerified(older, "drill");
    notes.markVerified(verified, "drill");

    assertThat(reason(verified)).isEqualTo("the newest verified");
    assertThat(service.prune("p", LAST).deleted()).containsExactly(older);
  }

  @Test
  void aVerifiedBackupThatIsDatedAheadCountsForNothing() throws Exception {
    BackupKey verified = put("p/etcd.backup_v2_2020-01-02-10:00:00");
    put("p/etcd.backup_v3_2020-02-03-10:00:00");
    BackupKey ahead = put("p/etcd.backup_v4_2030-01-01-00:00:00");
    notes.markVerified(verified, "read");
    notes.markVerified(ahead, "read");

    assertThat(reason(verified)).isEqualTo("the newest verified");
    assertThat(service.prune("p", LAST).deleted()).isEmpty();
  }

  @Test
  void nothingIsPrunedWhenThePinsCannotBeListed() throws Exception {
    put("p/etcd.backup_v1_2020-01-01-10:00:00");
    put("p/etcd.backup_v3_2020-02-03-10:00:00");
    FaultyBackupStore failing =
        FaultyBackupStore.over(store, Faults.on(Operation.LIST).of(".etcd-backup").answer(500));

    assertThatThrownBy(() -> BackupService.builder(failing).clock(clock).build().prune("p", LAST))
        .isInstanceOf(StoreException.class);
    assertThat(service.list("p")).hasSize(2);
  }

  @Test
  void aPinWhoseReasonCannotBeReadHoldsAllTheSame() throws Exception {
    BackupKey old = put("p/etcd.backup_v1_2020-01-01-10:00:00");
    put("p/etcd.backup_v3_2020-02-03-10:00:00");
    notes.pin(old, "evidence", FOREVER);
    FaultyBackupStore failing =
        FaultyBackupStore.over(store, Faults.on(Operation.GET).of("notes/pin").answer(500));

    PruneReport report = BackupService.builder(failing).clock(clock).build().prune("p", LAST);

    assertThat(report.deleted()).isEmpty();
  }

  @Test
  void wrongInputIsRefused() throws Exception {
    BackupKey key = put("p/etcd.backup_v1_2020-01-01-10:00:00");
    assertThatThrownBy(() -> notes.pin(key, " ", FOREVER))
        .hasMessage("reason must be 1 to 2000 bytes long, not 1");
    assertThatThrownBy(() -> notes.note(key, "a\nb"))
        .hasMessage("note must be one line without control characters");
    assertThatThrownBy(() -> notes.pin(key, "a", Optional.of(NOW)))
        .hasMessageStartingWith("until must be in the future, not 2020-02-03T21:00:00Z");
    assertThatThrownBy(() -> notes.pin(key, "a", Optional.of(Instant.MAX)))
        .hasMessageStartingWith("until must be at most 9999-12-31T23:59:59Z, not ");
    assertThatThrownBy(() -> notes.markBad(BackupKey.parse("p/none"), "a"))
        .isInstanceOf(BackupNotFoundException.class);
    assertThat(notes.list("p")).isEmpty();
  }

  /** Pins survive every policy, and what is not pinned is treated as without pins, or kept. */
  @Property(tries = 200)
  void pinsSurviveEveryPolicy(
      @ForAll("ages") Set<Integer> ages,
      @ForAll("policies") RetentionPolicy policy,
      @ForAll Random random)
      throws Exception {
    InMemoryBackupStore history = new InMemoryBackupStore(() -> NOW);
    BackupService over = BackupService.builder(history).clock(() -> NOW).build();
    List<BackupKey> all = new ArrayList<>();
    for (int age : ages) {
      String base = "p/" + BackupName.periodic("etcd.backup", age, NOW.minusSeconds(age * 3600L));
      all.add(put(history, base));
      if (random.nextInt(4) == 0) {
        all.add(put(history, base + ".zst"));
      }
    }
    Set<BackupKey> without = new TreeSet<>(keys(over.planPrune("p", policy).toDelete()));
    Set<BackupKey> pinned = new TreeSet<>();
    for (BackupKey key : all) {
      int draw = random.nextInt(5);
      if (draw == 0) {
        over.notes().pin(key, "why " + age(key), FOREVER);
        pinned.add(key);
      } else if (draw == 1) {
        over.notes().markBad(key, "bad");
      } else if (draw == 2) {
        over.notes().markVerified(key, "read");
      }
    }

    PruneReport report = over.prune(PruneRequest.builder("p", policy).skipVerification().build());

    assertThat(keys(over.list("p"))).containsAll(pinned);
    assertThat(without).as("notes only make it keep more").containsAll(report.deleted());
    assertThat(over.planPrune("p", policy).toDelete()).as("again").isEmpty();
    for (Decision one : report.plan().decisions()) {
      if (pinned.contains(one.backup().key())) {
        assertThat(one.reason()).startsWith("pinned: why ");
      }
    }
  }

  @Provide
  Arbitrary<Set<Integer>> ages() {
    return Arbitraries.integers().between(1, 3000).set().ofMinSize(1).ofMaxSize(15);
  }

  @Provide
  Arbitrary<RetentionPolicy> policies() {
    return Arbitraries.of(
        RetentionPolicy.keepLast(1),
        RetentionPolicy.keepLast(3).then(RetentionPolicy.keepWeekly(2)),
        RetentionPolicy.keepDaily(2).or(RetentionPolicy.keepYearly(1)),
        RetentionPolicy.keepWithin(Duration.ofDays(7)).atLeast(2),
        RetentionPolicy.keepWithinBytes(3L * SNAPSHOT.length),
        RetentionPolicy.keepWithinProjectBytes(3L * SNAPSHOT.length),
        (newestFirst, now) -> Map.of());
  }

  private static String age(BackupKey key) {
    return key.name();
  }

  private static List<BackupKey> keys(List<Backup> backups) {
    return backups.stream().map(Backup::key).toList();
  }

  private String reason(BackupKey key) throws BackupException {
    return service.planPrune("p", LAST).decisions().stream()
        .filter(one -> one.backup().key().equals(key))
        .map(Decision::reason)
        .findFirst()
        .orElseThrow();
  }

  private BackupKey put(String key) throws BackupException {
    return put(store, key);
  }

  private static BackupKey put(InMemoryBackupStore into, String key) throws BackupException {
    BackupKey parsed = BackupKey.parse(key);
    into.put(parsed, Content.of(new ByteArrayInputStream(SNAPSHOT)));
    return parsed;
  }
}
