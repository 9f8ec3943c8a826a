package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.retention.RetentionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BeforeUpgradeTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final World world = new World();

  @Test
  void everyProjectGetsABackupByHandAndOneFailureStopsNoOther() throws Exception {
    world.add("cray-bos", HOUR).takes = Duration.ofMinutes(5);
    world.add("cray-bss", HOUR).dead = true;
    world.add("cray-cps", cluster -> cluster); // not automated
    world.pass(Duration.ofMinutes(10));

    CompletableFuture<ManualBackups> answer = world.scheduler.backUpNow("pre_upgrade");
    world.pass(Duration.ofMinutes(4));
    assertThat(answer).isNotDone();
    world.pass(Duration.ofMinutes(10));

    ManualBackups backups = answer.join();
    assertThat(backups.name()).isEqualTo("pre_upgrade.backup_2020-02-03-10:40:00");
    assertThat(backups.stored()).containsOnlyKeys("cray-bos", "cray-cps");
    assertThat(backups.failed()).containsOnlyKeys("cray-bss");
    assertThat(backups.complete()).isFalse();
    assertThat(backups.toString())
        .isEqualTo(
            """
            stored cray-bos/pre_upgrade.backup_2020-02-03-10:40:00
            stored cray-cps/pre_upgrade.backup_2020-02-03-10:40:00
            FAILED cray-bss: the cluster is dead
            """);
  }

  @Test
  void someProjectsCanBeNamed() {
    world.add("a", HOUR);
    world.add("b", HOUR);
    CompletableFuture<ManualBackups> answer =
        world.scheduler.backUpNow(List.of("b", "b"), "post_install");
    world.pass(Duration.ofSeconds(1));
    assertThat(answer.join().stored()).containsOnlyKeys("b");
    assertThat(answer.join().complete()).isTrue();
  }

  @Test
  void theyDoNotCountForTheScheduleAndAreNeverPruned() throws Exception {
    world.add(
        "p",
        cluster -> cluster.schedule(Schedule.every(HOUR)).retention(RetentionPolicy.keepLast(1)));
    world.pass(Duration.ofMinutes(20)); // 10:50
    CompletableFuture<ManualBackups> answer = world.scheduler.backUpNow("pre_upgrade");
    world.pass(HOUR);
    assertThat(answer.join().complete()).isTrue();
    assertThat(world.status("p").missed()).isZero();
    assertThat(world.store.list("p"))
        .extracting(one -> one.key().name())
        .contains("pre_upgrade.backup_2020-02-03-10:50:00")
        .hasSize(2);
  }

  @Test
  void aWrongContextOrProjectStartsNoBackup() throws Exception {
    world.add("p", cluster -> cluster);
    for (String context : List.of("upgrade", "pre_/../x", "pre_\n")) {
      assertThatIllegalArgumentException()
          .as(context)
          .isThrownBy(() -> world.scheduler.backUpNow(context));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> world.scheduler.backUpNow(List.of("p", "unknown"), "pre_upgrade"));
    world.pass(HOUR);
    assertThat(world.store.list("")).isEmpty();
  }

  @Test
  void whatHasNotBegunIsReportedWhenTheSchedulerStops() {
    world.add("p", HOUR).takes = HOUR;
    world.pass(Duration.ofMinutes(1));
    CompletableFuture<ManualBackups> answer = world.scheduler.backUpNow("pre_upgrade");
    world.scheduler.stop(Duration.ZERO);
    assertThat(answer.join().failed().get("p")).hasMessage("the scheduler was stopped");
  }
}
