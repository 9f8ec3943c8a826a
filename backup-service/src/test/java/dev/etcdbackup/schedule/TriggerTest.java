package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs that a caller asks for, in virtual time. It is 10:30 when each test begins. */
@Timeout(60)
class TriggerTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void aTriggeredRunIsMadeNowAndTheScheduleGoesOnFromIt() throws Exception {
    World world = new World();
    world.add("p", HOUR);
    world.pass(Duration.ofMinutes(10));

    var answer = world.scheduler.trigger("p");
    assertThat(answer).isNotDone();
    world.pass(Duration.ofSeconds(1));

    assertThat(answer.join().key().toString()).startsWith("p/etcd.backup_v");
    assertThat(world.taken("p")).containsExactly(World.START, at("10:40:00"));
    assertThat(world.status("p").nextDue()).hasValue(at("11:00:00"));
  }

  @Test
  void aTriggerDuringARunIsAnotherRunAfterIt() throws Exception {
    World world = new World();
    VirtualSource source = world.add("p", Duration.ofDays(1));
    source.takes = Duration.ofMinutes(5);
    world.pass(MINUTE);
    var answer = world.scheduler.trigger("p");
    world.pass(Duration.ofMinutes(3));
    assertThat(source.opened).hasSize(1);
    world.pass(Duration.ofMinutes(10));
    assertThat(source.opened).containsExactly(World.START, at("10:35:00"));
    assertThat(answer).isCompleted();
  }

  @Test
  void aTriggerThatFailsSaysWhyAndIsNotTriedAgain() throws Exception {
    World world = new World();
    VirtualSource source = world.add("p", cluster -> cluster);
    source.dead = true;
    var answer = world.scheduler.trigger("p");
    world.pass(HOUR);
    assertThat(answer).isCompletedExceptionally();
    assertThat(source.opened).hasSize(1);
    assertThat(world.status("p").lastFailure().orElseThrow().message())
        .isEqualTo("the cluster is dead");
  }

  @Test
  void aFailedTriggerDoesNotPutTheNextPointOff() throws Exception {
    World world = new World();
    VirtualSource source = world.add("p", HOUR);
    world.pass(MINUTE);
    source.dead = true;
    world.scheduler.trigger("p").exceptionally(failure -> null);
    world.pass(MINUTE);
    source.dead = false;
    world.pass(Duration.ofMinutes(28));
    assertThat(world.taken("p")).endsWith(at("11:00:00"));
  }

  private static Instant at(String time) {
    return Instant.parse("2020-02-03T" + time + "Z");
  }
}
