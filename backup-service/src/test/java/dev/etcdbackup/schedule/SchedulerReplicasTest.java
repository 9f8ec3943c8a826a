package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupLock;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.TestSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several schedulers over one store, in virtual time. */
@Timeout(60)
class SchedulerReplicasTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(5, 3);

  private final LeaseLock lock = new LeaseLock();

  @ParameterizedTest
  @ValueSource(ints = {0, -20, 20, 45})
  void everyIntervalHasOneBackupDespiteClockSkew(int skew) throws Exception {
    World world = new World(builder -> builder.lock(lock));
    world.add("p", HOUR).takes = Duration.ofMinutes(3);
    BackupScheduler other = replica(world, Duration.ofSeconds(skew));
    world.pass(HOUR.multipliedBy(100));
    other.stop(Duration.ZERO);

    var perHour =
        world.taken("p").stream()
            .skip(1) // the first, at once
            .collect(Collectors.groupingBy(time -> time.getEpochSecond() / 3600));
    assertThat(perHour).hasSize(100);
    assertThat(perHour.values()).allMatch(backups -> backups.size() == 1);
  }

  @Test
  void aReplicaThatFindsTheLockHeldWaitsAndThenHasNothingToDo() throws Exception {
    World world = new World(builder -> builder.lock(lock));
    BackupLock.Held held = lock.tryAcquire("p", () -> {}).orElseThrow();
    VirtualSource source = world.add("p", HOUR);
    world.pass(Duration.ofMinutes(2));
    assertThat(source.opened).isEmpty();
    assertThat(world.events.all)
        .containsExactly("skipped p: another process holds its lock; waiting for it");

    world.stored("p", world.runtime.now());
    held.close();
    world.pass(Duration.ofMinutes(1));
    assertThat(source.opened).isEmpty();
    assertThat(world.events.all).endsWith("skipped p: another process has backed it up");
    assertThat(world.status("p").nextDue()).hasValue(Instant.parse("2020-02-03T11:00:00Z"));
  }

  @Test
  void whenTheHolderDiesTheOtherTakesOverWithinASecondOfTheLease() throws Exception {
    World world = new World(builder -> builder.lock(lock));
    assertThat(lock.tryAcquire("p", () -> {})).isPresent(); // by a process that was killed
    VirtualSource source = world.add("p", HOUR);
    Duration ttl = Duration.ofSeconds(15);
    world.runtime.after(ttl, lock::loseAllSilently);
    world.pass(ttl.plus(Duration.ofSeconds(1)));
    assertThat(source.opened).hasSize(1);
  }

  @Test
  void aClusterThatWaitsForALockDelaysNoOtherAndStartsAsSoonAsItIsFree() throws Exception {
    World world = new World(builder -> builder.lock(lock));
    BackupLock.Held held = lock.tryAcquire("a", () -> {}).orElseThrow();
    VirtualSource first = world.add("a", HOUR);
    VirtualSource second = world.add("b", HOUR);
    VirtualSource third = world.add("c", HOUR);
    world.pass(Duration.ofSeconds(5));
    assertThat(first.opened).isEmpty();
    assertThat(second.opened).hasSize(1);
    assertThat(third.opened).hasSize(1);
    held.close();
    world.pass(Duration.ofMillis(300));
    assertThat(first.opened).hasSize(1);
  }

  @Test
  void aTriggerWaitsForTheLockToo() throws Exception {
    World world = new World(builder -> builder.lock(lock));
    world.add("p", cluster -> cluster);
    BackupLock.Held held = lock.tryAcquire("p", () -> {}).orElseThrow();
    var answer = world.scheduler.trigger("p");
    world.pass(Duration.ofMinutes(1));
    assertThat(answer).isNotDone();
    held.close();
    world.pass(Duration.ofSeconds(1));
    assertThat(answer).isCompleted();
  }

  @Test
  void aLockOutOfReachIsAFailureThatIsTriedAgain() throws Exception {
    World world = new World(builder -> builder.lock(lock));
    lock.unreachable = true;
    VirtualSource source = world.add("p", HOUR);
    world.pass(Duration.ofMinutes(5));
    assertThat(source.opened).isEmpty();
    assertThat(world.events.failures)
        .isNotEmpty()
        .allMatch(failure -> failure.reason() == FailedRun.Reason.LOCK);
    assertThat(world.events.failures.get(0).message()).contains("does not answer");
    lock.unreachable = false;
    world.pass(Duration.ofMinutes(5));
    assertThat(world.taken("p")).hasSize(1);
  }

  @Test
  void aLockLostDuringTheRunCommitsNothing() throws Exception {
    World world = new World(builder -> builder.lock(lock));
    SnapshotThatRuns atTheEnd = new SnapshotThatRuns(SNAPSHOT, lock::loseAll);
    world.scheduler.put(once("p", atTheEnd));
    world.pass(Duration.ofMillis(1));

    assertThat(world.store.list("")).isEmpty();
    assertThat(world.events.all).containsSubsequence("started p", "lock lost p", "failed p lock");
    world.pass(Duration.ofMinutes(5));
    assertThat(world.store.list("p")).as("tried again, and then it was not lost").hasSize(1);
  }

  @Test
  void aHolderPausedBeforeItsCheckCommitsNothingWithoutANotification() throws Exception {
    World world = new World(builder -> builder.lock(lock));
    SnapshotThatRuns atTheEnd = new SnapshotThatRuns(SNAPSHOT, lock::loseAllSilently);
    world.scheduler.put(once("p", atTheEnd));
    world.pass(Duration.ofMillis(1));

    assertThat(world.store.list("")).isEmpty();
    assertThat(world.events.failures.get(0).message())
        .isEqualTo("the lock of p was lost before the commit; nothing was stored");
  }

  /** As a recorder of changes does, which takes its first backup when the scheduler does. */
  @Test
  void aBackupThatAnotherTookInTheSameSecondIsNoFailure() throws Exception {
    World world = new World();
    Snapshot any = FixedSnapshotSource.of(SNAPSHOT).open();
    SnapshotThatRuns atTheEnd =
        new SnapshotThatRuns(
            SNAPSHOT, () -> store(world, any.info().revision(), world.runtime.now()));
    world.scheduler.put(once("p", atTheEnd));
    world.pass(Duration.ofMillis(1));

    assertThat(world.events.failures).isEmpty();
    assertThat(world.events.all)
        .containsExactly("started p", "moved p", "skipped p: another process has backed it up");
    assertThat(world.status("p").newest()).isPresent();
    assertThat(world.status("p").overdue()).isZero();
  }

  @Test
  void whatAFailedRunListedIsKnown() throws Exception {
    World world = new World();
    VirtualSource source = world.add("p", HOUR);
    world.pass(Duration.ofMillis(1));
    source.dead = true;
    Instant others = World.START.plus(Duration.ofMinutes(10));
    world.runtime.after(Duration.ofMinutes(10), () -> store(world, 1, others));
    world.pass(Duration.ofMinutes(31));

    assertThat(world.events.failures).isNotEmpty();
    assertThat(world.status("p").newest()).hasValue(others);
  }

  private static void store(World world, long revision, Instant time) {
    try {
      BackupKey unused = world.stored("p", revision, time, 100);
    } catch (BackupException e) {
      throw new AssertionError(e);
    }
  }

  private static ScheduledCluster once(String project, SnapshotThatRuns stream) {
    return ScheduledCluster.builder(project, FixedSnapshotSource.of(stream))
        .schedule(Schedule.every(Duration.ofDays(1)))
        .build();
  }

  private BackupScheduler replica(World world, Duration skew) {
    SchedulerRuntime runtime = world.runtime.replica(skew);
    BackupScheduler other =
        BackupScheduler.builder(world.store)
            .runtime(runtime)
            .threads(World::inThisThread)
            .random(new Random(3))
            .lock(lock)
            .build();
    other.put(
        ScheduledCluster.builder("p", world.sources.get("p"))
            .schedule(Schedule.every(HOUR))
            .build());
    other.start();
    return other;
  }
}
