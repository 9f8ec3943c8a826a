package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.coverage.Coverage;
import dev.etcdbackup.coverage.CoverageDay;
import dev.etcdbackup.coverage.CoveredProject;
import dev.etcdbackup.coverage.ProjectCoverage;
import dev.etcdbackup.coverage.ProjectCoverage.Failure;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Failures that are known after a restart. */
@Timeout(60)
class FailureLogTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  private static List<String> kept(World world) throws Exception {
    return world.store.list("p/" + BackupKey.RESERVED).stream()
        .map(StoredBackup::key)
        .map(BackupKey::toString)
        .filter(key -> key.contains("/failures/"))
        .toList();
  }

  /** Another scheduler over the same store, later. */
  private static World restarted(World before) {
    World after =
        new World(
            new VirtualSchedulerRuntime(before.runtime.now()), before.store, builder -> builder);
    after.add("p", HOUR);
    return after;
  }

  @Test
  void coverageShowsThemAfterARestart() throws Exception {
    World world = new World();
    VirtualSource source = world.add("p", HOUR);
    world.pass(DAY);
    source.dead = true;
    world.pass(DAY.multipliedBy(2));
    Instant last = world.status("p").lastFailure().orElseThrow().at();
    source.dead = false;
    world.pass(HOUR.multipliedBy(3));

    World after = restarted(world);
    after.pass(Duration.ofMinutes(1));

    ProjectCoverage p = after.scheduler.coverage().projects().get(0);
    assertThat(p.lastFailure().orElseThrow().reason()).isEqualTo("the cluster is dead");
    assertThat(Duration.between(p.lastFailure().orElseThrow().at(), last))
        .isLessThanOrEqualTo(HOUR);
    assertThat(p.days())
        .filteredOn(one -> one.state() == CoverageDay.State.FAILED)
        .extracting(one -> one.day().toString())
        .containsExactly("2020-02-05");
    assertThat(after.scheduler.coverage().page()).contains("the cluster is dead");
  }

  @Test
  void aFailureIsWrittenAgainWhenTheClockWasSetBack() throws Exception {
    World world = new World();
    world.add("p", HOUR).dead = true;
    world.pass(Duration.ofMinutes(1));
    world.runtime.jump(DAY.multipliedBy(-3));
    world.pass(Duration.ofMinutes(10));

    assertThat(FailureLog.of(world.store).read("p"))
        .anyMatch(one -> one.at().isBefore(World.START.minus(DAY)));
  }

  @Test
  void theCoverageOfAListingShowsThemToo() throws Exception {
    World world = new World();
    world.add("p", HOUR).dead = true;
    world.pass(Duration.ofMinutes(30));

    List<Failure> failures = FailureLog.of(world.store).read("p");
    Coverage coverage =
        Coverage.of(
            List.of(CoveredProject.automated("p", HOUR)),
            List.of(),
            Catalogue.utc(),
            Map.of("p", failures),
            world.runtime.now(),
            2);

    assertThat(failures).hasSize(1);
    ProjectCoverage p = coverage.projects().get(0);
    assertThat(p.lastFailure()).hasValue(failures.get(0));
    assertThat(p.days().get(1).state()).isEqualTo(CoverageDay.State.FAILED);
    assertThat(coverage.text()).contains("last try: the cluster is dead");
  }

  @Test
  void theLastOfEachDayIsKeptForFourteenDays() throws Exception {
    World world = new World();
    world.add("p", HOUR).dead = true;
    world.pass(DAY.multipliedBy(20));

    List<String> kept = kept(world);

    assertThat(kept).hasSize(14);
    assertThat(kept).allMatch(key -> key.matches("p/\\.etcd-backup/failures/source_failure_.*"));
    assertThat(kept.stream().map(key -> key.replaceAll(".*_(....-..-..)-.*", "$1")).distinct())
        .hasSize(14);
    assertThat(world.store.list("p")).as("they are no backups").isEmpty();
  }

  @Test
  void aFailureOfTheStoreIsWrittenWhenItIsBack() throws Exception {
    InMemoryBackupStore memory = new InMemoryBackupStore();
    FailureLog log = FailureLog.of(memory);
    log.note("p", FailedRun.Reason.STORE, World.START, "the store is away");
    assertThat(log.read("p")).isEmpty();

    log.flush("p");
    log.flush("p");

    assertThat(log.read("p")).containsExactly(new Failure(World.START, "the store is away"));
  }

  @Test
  void theSameMessageIsWrittenOnceAnHour() throws Exception {
    FailureLog log = FailureLog.of(new InMemoryBackupStore());
    for (int minutes : List.of(0, 10, 59, 60, 61)) {
      log.note("p", FailedRun.Reason.SOURCE, World.START.plusSeconds(minutes * 60L), "dead");
      log.flush("p");
    }
    assertThat(log.read("p")).containsExactly(new Failure(World.START.plus(HOUR), "dead"));

    log.note("p", FailedRun.Reason.LOCK, World.START.plus(HOUR).plusSeconds(90), "lock lost");
    log.flush("p");
    assertThat(log.read("p")).extracting(Failure::reason).containsExactly("lock lost");
  }

  @Test
  void aSuccessfulProjectHasNone() throws Exception {
    World world = new World();
    world.add("p", HOUR);
    world.pass(DAY);

    assertThat(kept(world)).isEmpty();
    assertThat(world.scheduler.coverage().projects().get(0).lastFailure()).isEmpty();
  }
}
