package dev.etcdbackup.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.schedule.CheckResult;
import dev.etcdbackup.schedule.ClusterStatus;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.schedule.ScheduledCheck;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EtcdBackupConditionsTest {
  private static final Instant T0 = Instant.parse("2026-11-28T10:00:00.123Z");
  private static final Instant T1 = T0.plusSeconds(3600);

  @Test
  void aTransitionHasATimeAndARepetitionKeepsIt() {
    EtcdBackupConditions first =
        EtcdBackupConditions.of(null, 1L, T0).ready(EtcdBackupConditions.SCHEDULED, "every 6 h");
    assertThat(condition(first, "Ready").getLastTransitionTime()).isEqualTo("2026-11-28T10:00:00Z");
    assertThat(first.isTrue("Ready")).isTrue();

    EtcdBackupConditions again =
        EtcdBackupConditions.of(first.list(), 1L, T1)
            .ready(EtcdBackupConditions.SCHEDULED, "every 6 h");
    assertThat(again.list()).isEqualTo(first.list());

    EtcdBackupConditions reworded =
        EtcdBackupConditions.of(first.list(), 2L, T1).ready("Other", "every 12 h");
    assertThat(condition(reworded, "Ready").getLastTransitionTime())
        .isEqualTo("2026-11-28T10:00:00Z");
    assertThat(condition(reworded, "Ready").getObservedGeneration()).isEqualTo(2);

    EtcdBackupConditions not =
        EtcdBackupConditions.of(first.list(), 2L, T1)
            .notReady(EtcdBackupConditions.INVALID_SPEC, "no endpoints");
    assertThat(condition(not, "Ready").getLastTransitionTime()).isEqualTo("2026-11-28T11:00:00Z");
    assertThat(not.isTrue("Ready")).isFalse();
  }

  @Test
  void whatIsNotScheduledKeepsWhatBecameOfTheLastRun() {
    EtcdBackupConditions young =
        EtcdBackupConditions.of(null, 1L, T0)
            .notScheduled(EtcdBackupConditions.SUSPENDED, "spec.suspend is true");
    assertThat(young.list())
        .extracting(one -> one.getType() + " " + one.getStatus() + " " + one.getReason())
        .containsExactly(
            "Ready False Suspended",
            "BackupFresh Unknown Suspended",
            "LastBackupSucceeded Unknown NoRunYet");

    EtcdBackupConditions old =
        of(status(true, T0, Duration.ZERO, T0, null))
            .notScheduled(EtcdBackupConditions.INVALID_SPEC, "no endpoints");
    assertThat(old.isTrue("LastBackupSucceeded")).isTrue();
    assertThat(condition(old, "BackupFresh").getReason()).isEqualTo("InvalidSpec");
  }

  @Test
  void aLongMessageIsCutBetweenCharacters() {
    for (String start : List.of("a".repeat(1022), "a".repeat(1021), "a")) {
      String cut =
          condition(
                  EtcdBackupConditions.of(null, 1L, T0)
                      .ready("Scheduled", start + "\ud83d\ude00".repeat(1000)),
                  "Ready")
              .getMessage();
      assertThat(cut).endsWith("\u2026").hasSizeBetween(1023, 1024);
      assertThat(new String(cut.getBytes(UTF_8), UTF_8)).isEqualTo(cut);
    }
  }

  @Test
  void othersConditionsStay() {
    Condition other = new Condition("t", "m", 1L, "r", "True", "Other");
    List<Condition> before = List.of(other);
    assertThat(EtcdBackupConditions.of(before, 1L, T0).ready("Scheduled", "").list())
        .hasSize(2)
        .contains(other);
  }

  @Test
  void theStatusOfASchedulerIsTwoConditions() {
    EtcdBackupConditions fresh = of(status(true, T0, Duration.ZERO, T0, null));
    assertThat(fresh.isTrue(EtcdBackupConditions.BACKUP_FRESH)).isTrue();
    assertThat(fresh.isTrue(EtcdBackupConditions.LAST_BACKUP_SUCCEEDED)).isTrue();
    assertThat(condition(fresh, "LastBackupSucceeded").getMessage())
        .isEqualTo("a backup was stored at 2026-11-28T10:00:00Z");

    EtcdBackupConditions stale = of(status(true, T0, Duration.ofHours(3), T0, failure(T1)));
    assertThat(condition(stale, "BackupFresh").getStatus()).isEqualTo("False");
    assertThat(condition(stale, "BackupFresh").getReason()).isEqualTo("Stale");
    assertThat(condition(stale, "BackupFresh").getMessage())
        .isEqualTo(
            "the newest backup is of 2026-11-28T10:00:00Z; one is due since 2026-11-28T10:00:00Z");
    assertThat(condition(stale, "LastBackupSucceeded").getReason()).isEqualTo("SourceFailed");
    assertThat(condition(stale, "LastBackupSucceeded").getMessage()).isEqualTo("no answer");

    EtcdBackupConditions recovered = of(status(true, T1, Duration.ZERO, T1, failure(T0)));
    assertThat(recovered.isTrue("LastBackupSucceeded")).isTrue();

    EtcdBackupConditions begun = of(status(false, null, Duration.ZERO, null, null));
    assertThat(condition(begun, "BackupFresh").getReason()).isEqualTo("StoreNotListed");
    assertThat(condition(begun, "LastBackupSucceeded").getReason()).isEqualTo("NoRunYet");
  }

  @Test
  void aRestartForgetsNothing() {
    EtcdBackupConditions before = of(status(true, T0, Duration.ZERO, T0, null)).drill(drill());
    EtcdBackupConditions after =
        EtcdBackupConditions.of(before.list(), 1L, T1)
            .backups(status(true, T0, Duration.ZERO, null, null))
            .drill(Optional.empty());
    assertThat(after.list()).isEqualTo(before.list());
  }

  @Test
  void aDrillProvesARestore() {
    EtcdBackupConditions none = of(status(true, T0, Duration.ZERO, T0, null));
    assertThat(condition(none.drill(Optional.empty()), "RestoreProven").getStatus())
        .isEqualTo("Unknown");
    assertThat(none.drill(drill()).isTrue(EtcdBackupConditions.RESTORE_PROVEN)).isTrue();
    assertThat(condition(none.drill(drill()), "RestoreProven").getMessage())
        .isEqualTo("p/b was restored in 90 s");
    EtcdBackupConditions failed = none.drill(drill("no quorum"));
    assertThat(condition(failed, "RestoreProven").getReason()).isEqualTo("DrillFailed");
    assertThat(condition(failed, "RestoreProven").getMessage())
        .isEqualTo("the restore of p/b failed: no quorum");
  }

  @Test
  void aLongMessageIsCut() {
    EtcdBackupConditions cut =
        EtcdBackupConditions.of(null, null, T0).notReady("R", "x".repeat(5000));
    assertThat(condition(cut, "Ready").getMessage()).hasSize(1024).endsWith("x…");
  }

  private static EtcdBackupConditions of(ClusterStatus status) {
    return EtcdBackupConditions.of(null, 1L, T0).backups(status);
  }

  private static Condition condition(EtcdBackupConditions conditions, String type) {
    return conditions.list().stream()
        .filter(one -> one.getType().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private static Optional<CheckResult> drill(String... problems) {
    return Optional.of(
        new CheckResult(
            ScheduledCheck.Kind.DRILL,
            BackupKey.of("p", "b"),
            List.of(problems),
            Duration.ofSeconds(90),
            Duration.ZERO));
  }

  private static FailedRun failure(Instant at) {
    return new FailedRun(
        "p", at, FailedRun.Reason.SOURCE, new SourceException("no answer"), 1, Optional.empty());
  }

  private static ClusterStatus status(
      boolean known, Instant newest, Duration overdue, Instant success, FailedRun failure) {
    return new ClusterStatus(
        "p",
        true,
        known,
        false,
        Optional.ofNullable(newest),
        Optional.of(T0),
        overdue,
        0,
        Optional.ofNullable(success),
        Optional.ofNullable(failure),
        List.of(),
        Optional.empty());
  }
}
