package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Backup;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.coverage.CoverageState;
import dev.etcdbackup.service.BackupResult;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clusters that do not change: hourly, and at least one backup a day. */
@Timeout(60)
class SkipUnchangedTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  private final World world = new World();
  private final List<Backup> checked = new ArrayList<>();
  private boolean changed;
  private boolean failing;

  private boolean isUnchanged(Backup newest) throws IOException {
    checked.add(newest);
    if (failing) {
      throw new SourceException("no answer");
    }
    return !changed;
  }

  private VirtualSource add(World to) {
    return to.add(
        "p",
        cluster -> cluster.schedule(Schedule.every(HOUR)).skipUnchanged(this::isUnchanged, DAY));
  }

  @Test
  void oneBackupADayIsTakenAndTheOthersAreSkipped() throws Exception {
    add(world);
    world.pass(DAY.multipliedBy(7));

    List<Instant> taken = world.taken("p");

    assertThat(taken).hasSizeBetween(7, 9);
    for (int i = 1; i < taken.size(); i++) {
      assertThat(Duration.between(taken.get(i - 1), taken.get(i))).isLessThanOrEqualTo(DAY);
    }
    assertThat(world.events.all)
        .filteredOn(event -> event.contains("unchanged since its newest backup, which verifies"))
        .hasSizeBetween(150, 165);
    assertThat(world.status("p").missed()).isZero();
  }

  @Test
  void whatIsSkippedIsFresh() throws Exception {
    add(world);
    world.pass(Duration.ofHours(20));

    assertThat(world.taken("p")).hasSize(1);
    assertThat(world.status("p").state()).isEqualTo(CoverageState.FRESH);
    assertThat(world.status("p").overdue()).isZero();
    assertThat(world.scheduler.coverage().projects().get(0).row().state())
        .isEqualTo(CoverageState.FRESH);
    assertThat(world.scheduler.coverage().healthy()).isTrue();
  }

  @Test
  void aChangeIsBackedUpAtTheNextPoint() throws Exception {
    add(world);
    world.pass(Duration.ofHours(5));
    changed = true;
    world.pass(HOUR.multipliedBy(3));

    assertThat(world.taken("p")).hasSize(4);
  }

  @Test
  void aClusterThatCannotBeCheckedIsBackedUp() throws Exception {
    add(world);
    failing = true;
    world.pass(HOUR.multipliedBy(3));

    assertThat(world.taken("p")).hasSize(4);
  }

  @Test
  void theNewestOfTheSeriesIsChecked() throws Exception {
    world.stored("p", 1, World.START.minus(HOUR.multipliedBy(3)), 100);
    world.stored("p", 1, World.START.minus(HOUR.multipliedBy(2)), 100);
    add(world);
    world.pass(HOUR);

    assertThat(checked).isNotEmpty();
    assertThat(checked.get(0).time()).hasValue(World.START.minus(HOUR.multipliedBy(2)));
    assertThat(world.taken("p")).hasSize(2);
  }

  @Test
  void aTriggeredBackupIsAlwaysTaken() throws Exception {
    add(world);
    world.pass(HOUR);
    int before = world.taken("p").size();
    CompletableFuture<BackupResult> answer = world.scheduler.trigger("p");
    world.pass(Duration.ofMinutes(1));

    assertThat(answer).isCompleted();
    assertThat(world.taken("p")).hasSize(before + 1);
  }

  @Test
  void aSuspiciousSeriesIsBackedUp() throws Exception {
    world.stored("p", 9, World.START.minus(HOUR.multipliedBy(3)), 1000);
    world.stored("p", 5, World.START.minus(HOUR.multipliedBy(2)), 1000);
    add(world);
    world.pass(HOUR);

    assertThat(checked).isEmpty();
    assertThat(world.taken("p")).hasSizeGreaterThan(2);
  }

  @Test
  void theMaximumAgeIsChecked() {
    assertThatThrownBy(
            () ->
                ScheduledCluster.builder("p", new VirtualSource(world.runtime))
                    .skipUnchanged(newest -> true, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxAge must be more than 0");
  }
}
