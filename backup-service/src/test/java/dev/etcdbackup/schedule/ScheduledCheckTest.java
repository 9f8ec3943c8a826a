package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Verification;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.BackupNote;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ScheduledCheckTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Verification GOOD = new Verification(List.of());

  /** What a listener was called with. */
  private static final class Results implements BackupListener {
    final List<CheckResult> results = new ArrayList<>();
    final List<String> failures = new ArrayList<>();

    @Override
    public void checked(String project, CheckResult result) {
      results.add(result);
    }

    @Override
    public void checkFailed(String project, ScheduledCheck.Kind kind, Exception cause) {
      failures.add(kind + " of " + project + ": " + cause.getMessage());
    }
  }

  private final Results results = new Results();
  private final World world = new World(builder -> builder.listener(results));

  private void add(ScheduledCheck... checks) {
    world.add(
        "p",
        cluster -> {
          cluster.schedule(Schedule.every(DAY)).retention(RetentionPolicy.keepLast(2));
          List.of(checks).forEach(cluster::check);
          return cluster;
        });
  }

  private List<BackupNote> notes() throws Exception {
    return dev.etcdbackup.service.BackupService.builder(world.store).build().notes().list("p");
  }

  @Test
  void aWeeklyDrillIsMadeOncePerWeekAndItsBackupStays() throws Exception {
    List<Instant> at = new ArrayList<>();
    add(
        new ScheduledCheck(
            ScheduledCheck.Kind.DRILL,
            DAY.multipliedBy(7),
            (backup, backups) -> {
              at.add(backup.time().orElseThrow());
              return GOOD;
            }));
    world.pass(DAY.multipliedBy(29));

    assertThat(at).hasSize(5);
    for (int i = 2; i < at.size(); i++) {
      assertThat(Duration.between(at.get(i - 1), at.get(i))).isEqualTo(DAY.multipliedBy(7));
    }
    assertThat(world.taken("p")).as("the last two and the last one restored").contains(at.get(4));
    assertThat(results.results).hasSize(5).allMatch(CheckResult::ok);
    assertThat(notes())
        .filteredOn(one -> one.kind() == BackupNote.Kind.DRILLED)
        .last()
        .satisfies(one -> assertThat(one.text()).startsWith("restored in "));
    assertThat(world.scheduler.coverage().projects().get(0).row().note())
        .contains("last drill ")
        .contains(" ago: restored in ");
  }

  @Test
  void aClockThatIsSetDuringADrillDoesNotChangeHowLongItTook() throws Exception {
    add(
        new ScheduledCheck(
            ScheduledCheck.Kind.DRILL,
            DAY,
            (backup, backups) -> {
              world.runtime.jump(DAY.multipliedBy(-1));
              return GOOD;
            }));
    world.pass(Duration.ofMinutes(1));

    assertThat(results.results).isNotEmpty();
    assertThat(results.results)
        .allSatisfy(one -> assertThat(one.took()).isZero())
        .noneMatch(one -> one.age().isNegative());
    assertThat(notes()).allMatch(one -> one.restoreTime().isPresent());
  }

  @Test
  void aCheckOfAFutureThatNeverCameIsNotTheLastOne() throws Exception {
    add(ScheduledCheck.verify(DAY, (backup, store) -> GOOD));
    world.runtime.jump(DAY.multipliedBy(10_000));
    world.pass(Duration.ofMinutes(1));
    world.runtime.jump(DAY.multipliedBy(-10_000));
    results.results.clear();

    world.pass(DAY.multipliedBy(3));

    assertThat(results.results).hasSizeBetween(3, 4);
  }

  @Test
  void aBadBackupIsReportedAndCheckedAgainAfterTheNextRun() throws Exception {
    add(
        ScheduledCheck.verify(
            DAY.multipliedBy(7), (backup, store) -> new Verification(List.of("page 3 is bad"))));
    world.pass(DAY.multipliedBy(3));

    assertThat(results.results).hasSize(4).noneMatch(CheckResult::ok);
    assertThat(results.results.get(0).problems()).containsExactly("page 3 is bad");
    assertThat(notes()).isEmpty();
    assertThat(world.scheduler.coverage().projects().get(0).row().note())
        .contains("no successful verify yet");
  }

  @Test
  void aSampleOfTheOtherBackupsIsVerifiedEachDay() throws Exception {
    BackupKey old = world.stored("p", 1, World.START.minus(DAY.multipliedBy(2)), 100);
    ScheduledCheck sample =
        ScheduledCheck.verify(
            DAY,
            (backup, from) ->
                backup.key().equals(old) ? new Verification(List.of("page 3 is bad")) : GOOD,
            3);
    world.add("p", cluster -> cluster.schedule(Schedule.every(DAY)).check(sample));
    world.pass(DAY.multipliedBy(6));

    assertThat(results.results)
        .filteredOn(one -> !one.ok())
        .hasSizeBetween(1, 3)
        .allSatisfy(one -> assertThat(one.problems()).containsExactly(old + ": page 3 is bad"));

    dev.etcdbackup.service.BackupService.builder(world.store).build().notes().markBad(old, "known");
    results.results.clear();
    world.pass(DAY.multipliedBy(6));
    assertThat(results.results).isNotEmpty().allMatch(CheckResult::ok);
    assertThatThrownBy(() -> ScheduledCheck.verify(DAY, (one, from) -> GOOD, 1000))
        .hasMessage("days must be 1 to 999, not 1000");
  }

  @Test
  void aCheckThatCannotBeMadeFailsNoBackupAndNoOtherCheck() throws Exception {
    add(
        new ScheduledCheck(
            ScheduledCheck.Kind.DRILL,
            DAY,
            (backup, backups) -> {
              throw new IOException("no space left");
            }),
        ScheduledCheck.verify(DAY, (backup, store) -> GOOD));
    world.pass(DAY.multipliedBy(2));

    assertThat(results.failures).hasSize(3).containsOnly("drill of p: no space left");
    assertThat(results.results).as("at 10:30, and at the first midnight 23 hours later").hasSize(2);
    assertThat(world.events.failures).isEmpty();
  }

  @Test
  void settingsAreChecked() {
    assertThatThrownBy(() -> ScheduledCheck.verify(Duration.ofSeconds(59), (one, store) -> GOOD))
        .hasMessage("every must be 1 minute to 36500 days, not PT59S");
    ScheduledCheck check = ScheduledCheck.verify(DAY, (one, store) -> GOOD);
    assertThatThrownBy(() -> add(check, check))
        .hasMessage("checks must be of different kinds, but two are of kind verify");
  }
}
