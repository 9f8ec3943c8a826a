package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.service.NamingStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When failed runs are tried again, in virtual time. It is 10:30 when each test begins. */
@Timeout(60)
class RetryTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void deadClustersHoldTheOthersUpForTheirFirstTimeoutOnly() throws Exception {
    World world = new World();
    for (int i = 0; i < 40; i++) {
      VirtualSource dead = world.add("dead" + i, HOUR);
      dead.dead = true;
      dead.takes = Duration.ofMinutes(10);
    }
    world.pass(Duration.ofHours(8));
    for (int i = 0; i < 10; i++) {
      world.add("p" + i, HOUR).takes = MINUTE;
    }
    world.pass(Duration.ofMinutes(20));
    for (int i = 0; i < 10; i++) {
      assertThat(world.taken("p" + i)).as("p" + i).isNotEmpty();
    }
    world.pass(Duration.ofHours(5));
    for (int i = 0; i < 10; i++) {
      assertThat(world.status("p" + i).missed()).as("p" + i).isZero();
    }
  }

  @Test
  void aFailureIsTriedAgainWithBackoffAndNeverPastTheNextPoint() throws Exception {
    World world = new World();
    VirtualSource source = world.add("p", HOUR);
    source.dead = true;

    world.pass(Duration.ofMinutes(29)); // to 10:59

    assertThat(world.events.failures)
        .hasSizeGreaterThan(5)
        .allSatisfy(
            failure -> {
              assertThat(failure.reason()).isEqualTo(FailedRun.Reason.SOURCE);
              assertThat(failure.nextTry().orElseThrow()).isBefore(at("11:00:01"));
            });
    assertThat(gaps(source.opened)).allMatch(gap -> gap.compareTo(Duration.ofMinutes(5)) <= 0);
    int attempt = world.events.failures.get(world.events.failures.size() - 1).attempt();
    assertThat(attempt).isEqualTo(world.events.failures.size());

    world.pass(MINUTE);
    assertThat(source.opened).contains(at("11:00:00"));
    assertThat(world.events.failures.get(attempt).attempt()).as("a new point").isEqualTo(1);
    assertThat(world.status("p").missed()).as("the point at which it was added").isEqualTo(1);
    assertThat(world.status("p").overdue()).isEqualTo(Duration.ofMinutes(30));
  }

  @Test
  void itRecoversWithinTheLongestDelay() throws Exception {
    World world = new World();
    VirtualSource source = world.add("p", Duration.ofDays(1));
    source.dead = true;
    world.pass(Duration.ofHours(2));
    source.dead = false;
    world.pass(Duration.ofMinutes(5));
    assertThat(world.taken("p")).hasSize(1);
    assertThat(world.status("p").overdue()).isZero();
  }

  @Test
  void whatRetryingDoesNotHelpWaitsForTheNextPoint() throws Exception {
    World world = new World();
    NamingStrategy tooLong = NamingStrategy.periodic("a".repeat(1100)); // longer than a key
    world.scheduler.put(
        ScheduledCluster.builder("p", new VirtualSource(world.runtime))
            .schedule(Schedule.every(HOUR))
            .naming(tooLong)
            .build());
    world.pass(Duration.ofMinutes(29));
    assertThat(world.events.failures).hasSize(1);
    assertThat(world.events.failures.get(0).reason()).isEqualTo(FailedRun.Reason.OTHER);
    world.pass(HOUR);
    assertThat(world.events.failures).hasSize(2);
  }

  private static List<Duration> gaps(List<Instant> times) {
    return IntStream.range(1, times.size())
        .mapToObj(i -> Duration.between(times.get(i - 1), times.get(i)))
        .toList();
  }

  private static Instant at(String time) {
    return Instant.parse("2020-02-03T" + time + "Z");
  }
}
