package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.coverage.Coverage;
import dev.etcdbackup.coverage.CoverageDay;
import dev.etcdbackup.coverage.CoverageState;
import dev.etcdbackup.coverage.KeyUse;
import dev.etcdbackup.coverage.ProjectCoverage;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Coverage of a running scheduler. It is 10:30 on 3 February when each test begins. */
@Timeout(60)
class LiveCoverageTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void eachStateIsReported() throws Exception {
    World world = new World();
    world.add("fresh", HOUR);
    world.add("stale", HOUR).dead = true;
    world.stored("stale", World.START.minus(DAY));
    world.add(
                "missing",
                cluster -> cluster.schedule(Schedule.every(HOUR)).since(World.START.minus(DAY)))
            .dead =
        true;
    world.add("young", HOUR).dead = true;
    world.add("cps", cluster -> cluster.recovery("remount the clients"));
    world.stored("foreign", World.START.minus(DAY));
    world.pass(Duration.ofMinutes(20));

    Coverage coverage = world.scheduler.coverage();

    assertThat(coverage.projects())
        .extracting(one -> one.row().project() + " " + one.row().state().label())
        .containsExactly(
            "fresh fresh",
            "stale stale",
            "missing missing",
            "young young",
            "cps not-automated",
            "foreign unconfigured");
    assertThat(coverage.healthy()).isFalse();
    assertThat(of(coverage, "cps").row().note()).isEqualTo("remount the clients");
    ProjectCoverage stale = of(coverage, "stale");
    assertThat(stale.lastSuccess()).hasValue(World.START.minus(DAY));
    assertThat(stale.lastFailure().orElseThrow().reason()).isEqualTo("the cluster is dead");
    assertThat(stale.nextDue()).hasValue(Instant.parse("2020-02-02T11:00:00Z"));
    assertThat(stale.missed()).isEqualTo(23);
    assertThat(of(coverage, "fresh").nextDue()).hasValue(Instant.parse("2020-02-03T11:00:00Z"));
  }

  @Test
  void theMaximumAgeDecidesWhatIsStaleWhereThereIsOne() throws Exception {
    World world = new World();
    for (String project : List.of("hourly", "patient", "daily", "impatient")) {
      world.stored(project, World.START.minus(HOUR.multipliedBy(3)));
    }
    world.add("hourly", HOUR).dead = true;
    UnaryOperator<ScheduledClusterBuilder> patient =
        cluster -> cluster.schedule(Schedule.every(HOUR)).maxAge(HOUR.multipliedBy(4));
    world.add("patient", patient).dead = true;
    world.add("daily", DAY);
    world.add("impatient", cluster -> cluster.schedule(Schedule.every(DAY)).maxAge(HOUR));
    world.pass(Duration.ofMinutes(1));

    assertThat(world.scheduler.coverage().projects())
        .extracting(one -> one.row().project() + " " + one.row().state().label())
        .containsExactlyInAnyOrder(
            "hourly stale", "patient fresh", "daily fresh", "impatient stale");
  }

  @Test
  void aScheduleThatFailsMakesItsClusterStaleAndNotTheOthers() throws Exception {
    World world =
        new World(
            builder ->
                builder.recordedTo(
                    project -> {
                      throw new IllegalStateException("closed");
                    }));
    boolean[] broken = {false};
    Schedule schedule =
        after -> {
          if (broken[0]) {
            throw new IllegalStateException("no such zone");
          }
          return Schedule.every(HOUR).next(after);
        };
    world.add("broken", cluster -> cluster.schedule(schedule));
    world.add("p", HOUR);
    world.pass(Duration.ofMinutes(1));
    broken[0] = true;
    world.pass(HOUR.multipliedBy(3));

    Coverage coverage = world.scheduler.coverage();

    assertThat(of(coverage, "p").row().state()).isEqualTo(CoverageState.FRESH);
    assertThat(of(coverage, "broken").row().state()).isEqualTo(CoverageState.STALE);
    assertThat(of(coverage, "broken").row().note()).contains("its schedule fails: no such zone");
  }

  @Test
  void aStoreThatCannotBeListedLeavesEverythingUnknown() throws Exception {
    Unlistable store = new Unlistable();
    World world = new World(new VirtualSchedulerRuntime(World.START), store, builder -> builder);
    world.add("p", HOUR);
    world.add("cps", cluster -> cluster);
    world.pass(Duration.ofMinutes(1));
    store.broken = true;
    world.pass(HOUR);

    Coverage coverage = world.scheduler.coverage();

    assertThat(coverage.healthy()).isFalse();
    assertThat(of(coverage, "p").row().state()).isEqualTo(CoverageState.UNKNOWN);
    assertThat(of(coverage, "p").row().note()).isEqualTo("the store is away");
    assertThat(of(coverage, "p").lastSuccess()).as("what is remembered").hasValue(World.START);
    assertThat(of(coverage, "p").lastFailure()).isPresent();
    assertThat(of(coverage, "cps").row().state()).isEqualTo(CoverageState.NOT_AUTOMATED);
    assertThat(coverage.page()).contains("the store is away");
  }

  @Test
  void aStoreThatComesBackIsBackedUpInto() throws Exception {
    Unlistable store = new Unlistable();
    store.broken = true;
    World world = new World(new VirtualSchedulerRuntime(World.START), store, builder -> builder);
    world.add("p", HOUR);
    world.pass(Duration.ofMinutes(20));
    assertThat(world.status("p").known()).isFalse();
    assertThat(world.events.failures).allMatch(one -> one.reason() == FailedRun.Reason.STORE);
    store.broken = false;
    world.pass(Duration.ofMinutes(5));
    assertThat(world.taken("p")).hasSize(1);
  }

  @Test
  void theDaysShowWhatWasTakenWhatFailedAndWhatIsMissing() throws Exception {
    World world = new World();
    VirtualSource source = world.add("p", cluster -> cluster.schedule(Schedule.every(HOUR)));
    world.pass(DAY.multipliedBy(3)); // 3, 4, 5 and 6 February
    source.dead = true;
    world.pass(DAY.multipliedBy(2)); // the 7th fails, and the 8th up to 10:30
    source.dead = false;
    world.pass(DAY); // from 8th to 9th

    List<CoverageDay> days = of(world.scheduler.coverage(), "p").days();

    assertThat(days).hasSize(14);
    assertThat(days.get(13).day()).hasToString("2020-02-09");
    assertThat(days)
        .extracting(one -> one.state().name())
        .containsExactly(
            "NONE", "NONE", "NONE", "NONE", "NONE", "NONE", "NONE", "FULL", "FULL", "FULL", "FULL",
            "FAILED", "FULL", "FULL");
    assertThat(days.get(11).note()).isEqualTo("the cluster is dead");
    assertThat(days.get(8).note()).isEqualTo("24 backups");
  }

  @Test
  void daysThatRetentionThinsOutAreNotMissing() throws Exception {
    World world = new World();
    RetentionPolicy policy = RetentionPolicy.keepDaily(3).or(RetentionPolicy.keepWeekly(3));
    world.add("p", cluster -> cluster.schedule(Schedule.every(HOUR)).retention(policy));
    world.pass(DAY.multipliedBy(15)); // Tuesday, 18 February

    assertThat(of(world.scheduler.coverage(), "p").days())
        .filteredOn(one -> one.state() == CoverageDay.State.FULL)
        .extracting(one -> one.day().toString())
        .containsExactly("2020-02-09", "2020-02-16", "2020-02-17", "2020-02-18");
    assertThat(of(world.scheduler.coverage(), "p").days())
        .noneMatch(one -> one.state() == CoverageDay.State.MISSING);
  }

  @Test
  void aDayThatRetentionWouldHaveKeptIsMissing() throws Exception {
    World world = new World();
    world.stored("p", World.START.minus(DAY.multipliedBy(4)));
    world.stored("p", World.START.minus(DAY.multipliedBy(2)));
    world.add(
                "p",
                cluster ->
                    cluster.schedule(Schedule.every(HOUR)).retention(RetentionPolicy.keepDaily(7)))
            .takes =
        HOUR;
    assertThat(of(world.scheduler.coverage(), "p").days().subList(9, 14))
        .extracting(one -> one.state().name())
        .containsExactly("FULL", "MISSING", "FULL", "MISSING", "TODAY");
  }

  @Test
  void aClusterWithoutAScheduleHasNoDaysToMiss() throws Exception {
    World world = new World();
    world.stored("p", World.START.minus(DAY.multipliedBy(4)));
    world.add("p", cluster -> cluster);
    assertThat(of(world.scheduler.coverage(), "p").days())
        .extracting(CoverageDay::state)
        .containsOnlyOnce(CoverageDay.State.FULL)
        .doesNotContain(CoverageDay.State.MISSING, CoverageDay.State.TODAY);
  }

  @Test
  void anEncryptedProjectThatNoKeyHasOpenedForLongIsReported() throws Exception {
    World world = new World();
    BackupKey key = BackupKey.parse("p/etcd.backup_v1_2020-02-03-10:00:00.gpg");
    world.store.put(key, Content.of(new ByteArrayInputStream(new byte[1])));
    world.stored("plain", World.START.minus(HOUR));
    world.add("p", DAY);
    world.add("plain", DAY);
    world.pass(Duration.ofMinutes(20));

    ProjectCoverage never = of(world.scheduler.coverage(), "p");
    assertThat(never.encryption().orElseThrow().lastOpened()).isEmpty();
    assertThat(world.scheduler.coverage().text())
        .contains("no backup has been opened with a private key yet");
    assertThat(of(world.scheduler.coverage(), "plain").encryption()).isEmpty();

    Instant opened = World.START.minus(DAY.multipliedBy(40));
    new KeyUse(opened, "A").put(world.store, "p");
    world.pass(DAY);
    ClusterStatus status = world.status("p");
    assertThat(status.lastOpened()).contains(opened);
  }

  private static ProjectCoverage of(Coverage coverage, String project) {
    return coverage.projects().stream()
        .filter(one -> one.row().project().equals(project))
        .findFirst()
        .orElseThrow();
  }

  /** A store that may refuse to list. */
  private static final class Unlistable extends ForwardingBackupStore {
    boolean broken;

    Unlistable() {
      super(new InMemoryBackupStore());
    }

    @Override
    public List<StoredBackup> list(String project) throws BackupException {
      if (broken) {
        throw new StoreException("the store is away", null);
      }
      return super.list(project);
    }
  }
}
