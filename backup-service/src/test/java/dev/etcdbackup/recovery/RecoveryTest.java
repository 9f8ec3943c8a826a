package dev.etcdbackup.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.Content;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {
  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(1, 10);
  private static final String NIGHTLY = "etcd.backup_v700_2020-02-03-02:00:00";
  private static final String EVENING = "etcd.backup_v710_2020-02-03-20:00:00";
  private static final String OLD = "etcd.backup_v600_2020-01-20-02:00:00";

  @TempDir Path directory;

  private final InMemoryBackupStore store = new InMemoryBackupStore(() -> NOW);
  private final BackupService backups = BackupService.builder(store).clock(() -> NOW).build();
  private final Recovery recovery = new Recovery(backups, () -> NOW);
  private final LostCluster cluster = LostCluster.automated("p");
  private final RecordedOperations operations = new RecordedOperations();

  /** Records the calls, and fails in the method named by {@code failing}. */
  private static final class RecordedOperations implements ClusterOperations {
    private final List<String> calls = new ArrayList<>();
    private byte[] restored = {};
    private String failing = "";
    private boolean unchecked;
    private boolean littering;

    @Override
    public void stopOld() throws IOException {
      called("stopOld");
    }

    @Override
    public void startFrom(Path snapshot) throws IOException {
      restored = Files.readAllBytes(snapshot);
      if (littering) {
        Files.createFile(snapshot.resolveSibling("snapshot.db.lock"));
      }
      called("startFrom");
    }

    @Override
    public void startEmpty() throws IOException {
      called("startEmpty");
    }

    @Override
    public void awaitHealthy() throws IOException {
      called("awaitHealthy");
    }

    @Override
    public void discardOld() throws IOException {
      called("discardOld");
    }

    void called(String what) throws IOException {
      calls.add(what);
      if (what.equals(failing) && unchecked) {
        throw new IllegalStateException("injected failure");
      }
      if (what.equals(failing)) {
        throw new IOException("injected failure");
      }
    }
  }

  private void put(String name, byte[] bytes) throws IOException {
    try (InputStream in = new ByteArrayInputStream(bytes)) {
      store.put(BackupKey.of("p", name), Content.of(in, bytes.length));
    }
  }

  private void putBad(String name) throws IOException {
    put(name, Arrays.copyOf(SNAPSHOT, SNAPSHOT.length - 100));
  }

  private static SnapshotSource survivor(String name, long revision) {
    return FixedSnapshotSource.of(TestSnapshots.bytes(revision, 12))
        .withInfo(new SnapshotInfo(name, revision, 0, 0, ""));
  }

  private static SnapshotSource unreachable(String name) {
    return new SnapshotSource() {
      @Override
      public dev.etcdbackup.Snapshot open() throws SourceException {
        throw new SourceException(name + ": connection refused");
      }

      @Override
      public String toString() {
        return name;
      }
    };
  }

  @Test
  void theNewestGoodBackupIsRestored() throws Exception {
    put(NIGHTLY, SNAPSHOT);
    put(EVENING, SNAPSHOT);
    RecoveryPlan plan = recovery.plan(cluster);
    assertThat(plan.way()).isEqualTo(RecoveryPlan.Way.BACKUP);
    assertThat(plan.backup().orElseThrow().key().name()).isEqualTo(EVENING);
    assertThat(plan.age()).contains(Duration.ofHours(1));
    assertThat(plan.lines()).containsExactly("restore p/" + EVENING + ", 1h old");
    assertThat(recovery.carryOut(plan, Approval.by("me"), operations, directory))
        .contains(BackupKey.of("p", EVENING));
    assertThat(operations.calls)
        .containsExactly("stopOld", "startFrom", "awaitHealthy", "discardOld");
    assertThat(operations.restored).isEqualTo(SNAPSHOT);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void thePlanListsTheCorruptBackupsThatItPassesOver() throws Exception {
    put(OLD, SNAPSHOT);
    put(NIGHTLY, SNAPSHOT);
    putBad(EVENING);
    put("etcd.backup_v720_2020-02-05-20:00:00", SNAPSHOT); // dated in the future
    RecoveryPlan plan = recovery.plan(cluster);
    assertThat(plan.backup().orElseThrow().key().name()).isEqualTo(NIGHTLY);
    assertThat(plan.lines().get(0)).startsWith("PASSED OVER p/" + EVENING + ": the snapshot ");
    assertThat(plan.needsConfirmation()).isFalse();
  }

  /** A service whose verifier cannot read the objects of these names. */
  private Recovery withUnreadable(String... names) {
    BackupVerifier verifier =
        (backup, from) -> {
          if (List.of(names).contains(backup.key().name())) {
            throw new StoreException("cannot read " + backup.key(), null);
          }
          return new Verification(List.of());
        };
    BackupService service =
        BackupService.builder(store).clock(() -> NOW).verifier(verifier).build();
    return new Recovery(service, () -> NOW);
  }

  @Test
  void anUnreadableBackupIsPassedOverButIsNotTreatedAsMissing() throws Exception {
    put(NIGHTLY, SNAPSHOT);
    put(EVENING, SNAPSHOT);
    RecoveryPlan plan = withUnreadable(EVENING).plan(cluster);
    assertThat(plan.backup().orElseThrow().key().name()).isEqualTo(NIGHTLY);
    assertThat(plan.lines().get(0))
        .isEqualTo("PASSED OVER p/" + EVENING + ": cannot read p/" + EVENING);
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> withUnreadable(EVENING, NIGHTLY).plan(cluster));
  }

  @Test
  void aBackupOlderThanAWeekNeedsConfirmation() throws Exception {
    put(OLD, SNAPSHOT);
    RecoveryPlan plan = recovery.plan(cluster);
    assertThat(plan.needsConfirmation()).isTrue();
    assertThat(plan.lines())
        .containsExactly(
            "restore p/" + OLD + ", 14d19h old", "NEEDS CONFIRMATION: the backup is older than 7d");
    assertThatIllegalStateException()
        .isThrownBy(() -> recovery.carryOut(plan, Approval.by("me"), operations, directory))
        .withMessageContaining("the backup is older than 7d");
    assertThat(operations.calls).isEmpty();
    assertThat(recovery.carryOut(plan, Approval.by("me").evenToOldData(), operations, directory))
        .isPresent();
    Duration age = plan.age().orElseThrow();
    assertThat(recovery.plan(cluster.withFreshFor(age)).needsConfirmation()).isFalse();
    assertThat(recovery.plan(cluster.withFreshFor(age.minusSeconds(1))).needsConfirmation())
        .isTrue();
  }

  @Test
  void aBackupNamedByHandIsTheLastResort() throws Exception {
    put("before-upgrade", SNAPSHOT);
    RecoveryPlan plan = recovery.plan(cluster);
    assertThat(plan.backup().orElseThrow().key().name()).isEqualTo("before-upgrade");
    assertThat(plan.doubts())
        .containsExactly(
            "the name of the backup has no time; its age is counted from when it was stored");
    put(NIGHTLY, SNAPSHOT);
    assertThat(recovery.plan(cluster).backup().orElseThrow().key().name()).isEqualTo(NIGHTLY);
  }

  @Test
  void withoutAGoodBackupTheClusterIsRebuilt() throws Exception {
    putBad(EVENING);
    LostCluster lost =
        cluster
            .withNote("run the discovery")
            .withRediscovery(p -> operations.called("rediscover " + p));
    RecoveryPlan plan = recovery.plan(lost);
    assertThat(plan.way()).isEqualTo(RecoveryPlan.Way.REBUILD);
    assertThat(plan.lines())
        .hasSize(3)
        .endsWith("rebuild p: there is no good backup", "run the discovery");
    assertThat(recovery.carryOut(plan, Approval.by("me"), operations, directory)).isEmpty();
    assertThat(operations.calls)
        .containsExactly("stopOld", "startEmpty", "awaitHealthy", "rediscover p", "discardOld");
  }

  @Test
  void aProjectThatIsNotAutomatedIsRebuiltEvenIfThereIsABackup() throws Exception {
    put(NIGHTLY, SNAPSHOT);
    RecoveryPlan plan = recovery.plan(LostCluster.notAutomated("p").withNote("redo it"));
    assertThat(plan.way()).isEqualTo(RecoveryPlan.Way.REBUILD);
    assertThat(plan.lines())
        .containsExactly(
            "rebuild p: it is not automated",
            "redo it",
            "there is also p/" + NIGHTLY + ", 19h old");
  }

  @Test
  void aSurvivorComesFirstAndIsStoredBeforeTheClusterIsTouched() throws Exception {
    put(EVENING, SNAPSHOT);
    LostCluster lost =
        cluster.withSurvivors(List.of(unreachable("m1"), survivor("m2", 715), survivor("m3", 712)));
    RecoveryPlan plan = recovery.plan(lost);
    assertThat(plan.way()).isEqualTo(RecoveryPlan.Way.SURVIVOR);
    assertThat(plan.lines())
        .containsExactly(
            "PASSED OVER m1: m1: connection refused",
            "save and restore the last survivor: m2, at revision 715 or later",
            "there is also p/" + EVENING + ", 1h old");
    assertThat(store.list("p")).hasSize(1);
    String saved = "survivor_v715_2020-02-03-21:00:00";
    operations.failing = "stopOld";
    assertThatExceptionOfType(RecoveryFailedException.class)
        .isThrownBy(() -> recovery.carryOut(plan, Approval.by("me"), operations, directory))
        .withMessage("recovery of p failed at STOP_OLD: injected failure; the old data are kept");
    assertThat(store.find(BackupKey.of("p", saved))).isPresent();
    // A new plan finds the stored snapshot when the member has failed in the meantime.
    RecoveryPlan again = recovery.plan(cluster);
    assertThat(again.backup().orElseThrow().key().name()).isEqualTo(saved);
    operations.failing = "";
    assertThat(recovery.carryOut(again, Approval.by("me"), operations, directory)).isPresent();
    assertThat(operations.restored).isEqualTo(TestSnapshots.bytes(715, 12));
  }

  @Test
  void aSurvivorWhoseSourceHasAMistakeIsPassedOver() throws Exception {
    put(EVENING, SNAPSHOT);
    SnapshotSource mistaken =
        () -> {
          throw new IllegalStateException("no such member");
        };
    SnapshotSource without = () -> null;
    RecoveryPlan plan = recovery.plan(cluster.withSurvivors(List.of(mistaken, without)));
    assertThat(plan.way()).isEqualTo(RecoveryPlan.Way.BACKUP);
    assertThat(plan.passedOver())
        .extracting(RecoveryPlan.PassedOver::problem)
        .containsExactly("no such member", "it opened no snapshot");
  }

  @Test
  void aSurvivorAtAnOlderRevisionThanTheBackupNeedsConfirmation() throws Exception {
    put(EVENING, SNAPSHOT);
    RecoveryPlan plan = recovery.plan(cluster.withSurvivors(List.of(survivor("m1", 500))));
    assertThat(plan.doubts())
        .containsExactly("the survivor is at revision 500, the backup is at 710 or later");
    assertThat(recovery.plan(cluster.withSurvivors(List.of(survivor("m1", 710)))).doubts())
        .isEmpty();
  }

  @Test
  void aSurvivorWhoseSnapshotIsCorruptIsNotRestored() throws Exception {
    BackupVerifier verifier =
        (backup, from) -> new Verification(List.of("page 7 is used twice", "and more"));
    BackupService service =
        BackupService.builder(store).clock(() -> NOW).verifier(verifier).build();
    Recovery verifying = new Recovery(service, () -> NOW);
    RecoveryPlan plan = verifying.plan(cluster.withSurvivors(List.of(survivor("m2", 715))));

    assertThatExceptionOfType(RecoveryFailedException.class)
        .isThrownBy(() -> verifying.carryOut(plan, Approval.by("me"), operations, directory))
        .withMessageContaining("the snapshot of the survivor is corrupt: page 7 is used twice;")
        .satisfies(e -> assertThat(e.step()).isEqualTo(RecoveryStep.SAVE_SURVIVOR));
    assertThat(operations.calls).isEmpty();
  }

  @Test
  void aSurvivorThatNoLongerAnswersChangesNothing() throws Exception {
    SnapshotSource good = survivor("m2", 715);
    int[] opened = {0};
    SnapshotSource dying =
        () -> {
          if (opened[0]++ > 0) {
            throw new SourceException("m2: connection refused");
          }
          return good.open();
        };
    RecoveryPlan plan = recovery.plan(cluster.withSurvivors(List.of(dying)));
    assertThatExceptionOfType(RecoveryFailedException.class)
        .isThrownBy(() -> recovery.carryOut(plan, Approval.by("me"), operations, directory))
        .satisfies(e -> assertThat(e.step()).isEqualTo(RecoveryStep.SAVE_SURVIVOR));
    assertThat(operations.calls).isEmpty();
  }

  @Test
  void theOldDataAreKeptWhicheverStepFails() throws Exception {
    put(EVENING, SNAPSHOT);
    RecoveryPlan plan = recovery.plan(cluster);
    for (String failing : List.of("stopOld", "startFrom", "awaitHealthy")) {
      operations.calls.clear();
      operations.failing = failing;
      assertThatExceptionOfType(RecoveryFailedException.class)
          .isThrownBy(() -> recovery.carryOut(plan, Approval.by("me"), operations, directory))
          .withMessageEndingWith("the old data are kept");
      assertThat(operations.calls).endsWith(failing).doesNotContain("discardOld");
      assertThat(directory).isEmptyDirectory();
    }
    LostCluster lost =
        LostCluster.notAutomated("p")
            .withRediscovery(
                p -> {
                  throw new IOException("the original source is not reachable");
                });
    operations.calls.clear();
    operations.failing = "";
    assertThatExceptionOfType(RecoveryFailedException.class)
        .isThrownBy(
            () -> recovery.carryOut(recovery.plan(lost), Approval.by("me"), operations, directory))
        .satisfies(e -> assertThat(e.step()).isEqualTo(RecoveryStep.REDISCOVER));
    assertThat(operations.calls).containsExactly("stopOld", "startEmpty", "awaitHealthy");
  }

  @Test
  void aStepThatLeavesAFileBesideTheSnapshotStillSaysWhatFailed() throws Exception {
    put(EVENING, SNAPSHOT);
    RecoveryPlan plan = recovery.plan(cluster);
    operations.littering = true;
    operations.failing = "startFrom";
    assertThatExceptionOfType(RecoveryFailedException.class)
        .isThrownBy(() -> recovery.carryOut(plan, Approval.by("me"), operations, directory))
        .withMessage("recovery of p failed at START_NEW: injected failure; the old data are kept")
        .satisfies(e -> assertThat(e.getSuppressed()).isNotEmpty());
  }

  @Test
  void whateverAStepThrowsIsAFailureOfThatStep() throws Exception {
    put(EVENING, SNAPSHOT);
    RecoveryPlan plan = recovery.plan(cluster);
    operations.failing = "discardOld";
    operations.unchecked = true;
    assertThatExceptionOfType(RecoveryFailedException.class)
        .isThrownBy(() -> recovery.carryOut(plan, Approval.by("me"), operations, directory))
        .withMessage(
            "recovery of p failed at DISCARD_OLD: injected failure; the new cluster is in service,"
                + " and some of the old data may be left")
        .satisfies(e -> assertThat(e.step()).isEqualTo(RecoveryStep.DISCARD_OLD));
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aSurvivorThatThrowsAnythingIsPassedOver() throws Exception {
    SnapshotSource broken =
        () -> {
          throw new IllegalStateException("no such member");
        };
    RecoveryPlan plan = recovery.plan(cluster.withSurvivors(List.of(broken, survivor("m2", 715))));
    assertThat(plan.survivor().orElseThrow().info().origin()).isEqualTo("m2");
    assertThat(plan.passedOver())
        .extracting(RecoveryPlan.PassedOver::problem)
        .containsExactly("no such member");
  }

  @Test
  void aNoteOfSeveralLinesIsSeveralLines() throws Exception {
    RecoveryPlan plan =
        recovery.plan(LostCluster.notAutomated("p").withNote("first this\nthen \u001b[31mthat"));
    assertThat(plan.lines())
        .containsExactly("rebuild p: it is not automated", "first this", "then \ufffd[31mthat");
  }

  @Test
  void aBackupDeletedAfterThePlanWasMadeFailsTheRecoveryBeforeTheClusterIsTouched()
      throws Exception {
    put(EVENING, SNAPSHOT);
    RecoveryPlan plan = recovery.plan(cluster);
    store.delete(List.of(BackupKey.of("p", EVENING)));
    assertThatExceptionOfType(RecoveryFailedException.class)
        .isThrownBy(() -> recovery.carryOut(plan, Approval.by("me"), operations, directory))
        .satisfies(e -> assertThat(e.step()).isEqualTo(RecoveryStep.FETCH));
    assertThat(operations.calls).isEmpty();
  }
}
