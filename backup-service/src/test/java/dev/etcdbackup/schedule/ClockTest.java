package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.NamingStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clocks that are set, and machines that sleep. It is 10:30 when each test begins. */
@Timeout(60)
class ClockTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void aMachineThatSleptBacksUpWhenItWakes() throws Exception {
    World world = new World();
    VirtualSource source = world.add("p", HOUR);
    world.pass(Duration.ofMinutes(45)); // 11:15
    world.runtime.suspend(Duration.ofHours(8));
    world.pass(Duration.ofSeconds(31));

    assertThat(source.opened).hasSize(3);
    assertThat(world.status("p").missed()).as("12:00 to 18:00").isEqualTo(7);
  }

  @Test
  void manyThatAreOverdueAfterASleepBeginOneByOne() throws Exception {
    World world = new World();
    for (int i = 0; i < 50; i++) {
      world.add("p" + i, HOUR);
    }
    world.pass(Duration.ofMinutes(10));
    world.runtime.suspend(Duration.ofHours(8));
    world.pass(Duration.ofSeconds(32));
    int begun = world.sources.values().stream().mapToInt(one -> one.opened.size()).sum() - 50;
    assertThat(begun).isBetween(1, 34);
  }

  @Test
  void aClockSetBackByDaysLeavesNoGapAndTheHoursThatComeAgainAreBackedUpAgain() throws Exception {
    World world = new World();
    VirtualSource source = world.add("p", DAY);
    world.pass(Duration.ofDays(5));
    assertThat(source.opened).hasSize(6);

    world.runtime.jump(Duration.ofDays(-3));
    world.pass(Duration.ofDays(3));

    assertThat(source.opened).as("one a day, though each day has a backup already").hasSize(9);
  }

  @Test
  void aClockSetBackSurvivesARestartToo() throws Exception {
    World world = new World();
    world.add("p", DAY);
    world.pass(Duration.ofDays(5));
    VirtualSchedulerRuntime wrong =
        new VirtualSchedulerRuntime(world.runtime.now().minus(Duration.ofDays(3)));
    World restarted = new World(wrong, world.store, builder -> builder);
    VirtualSource source = restarted.add("p", DAY);
    restarted.pass(Duration.ofDays(3));
    assertThat(source.opened).hasSize(3);
  }

  @Test
  void nothingIsPrunedInTheHourAfterAJump() throws Exception {
    World world = new World();
    world.add(
        "p",
        cluster ->
            cluster
                .schedule(Schedule.every(Duration.ofMinutes(10)))
                .retention(RetentionPolicy.keepWithin(Duration.ofHours(2))));
    world.pass(Duration.ofHours(5));
    int before = world.taken("p").size();

    world.runtime.jump(Duration.ofDays(10_000));
    world.pass(Duration.ofMinutes(30));
    assertThat(world.taken("p")).hasSizeGreaterThan(before);

    world.runtime.jump(Duration.ofDays(-10_000));
    world.pass(Duration.ofHours(2));
    assertThat(world.taken("p").stream().filter(time -> time.isBefore(world.runtime.now())))
        .as("the good ones are still there, and pruned again by the right clock")
        .hasSizeBetween(12, 14);
  }

  @Test
  void whatWaitsForItsNextPointDoesNotWaitForOneOfAFarFuture() {
    World world = new World();
    world.add(
        "p",
        cluster ->
            cluster
                .schedule(Schedule.every(HOUR))
                .naming(NamingStrategy.periodic("a".repeat(1100)))); // longer than a key
    world.pass(Duration.ofMinutes(5)); // 10:35
    world.runtime.jump(Duration.ofDays(10_000));
    world.pass(Duration.ofMinutes(2));
    int failures = world.events.failures.size();

    world.runtime.jump(Duration.ofDays(-10_000));
    world.pass(HOUR);

    assertThat(world.events.failures).as("at 11:00").hasSizeGreaterThan(failures);
  }

  @Test
  void pointsAtTheEndsOfTimeAreNoExceptions() {
    assertThat(Schedule.every(HOUR).next(Instant.MAX)).isEmpty();
    assertThat(Schedule.every(Duration.ofDays(36_500)).next(Instant.MAX.minusSeconds(5))).isEmpty();
    assertThat(Schedule.every(HOUR).next(Instant.MIN)).hasValue(Instant.MIN.plusSeconds(3600));
  }

  @RepeatedTest(20)
  void noGapIsLongerThanTwoIntervalsForAnyClockChanges(RepetitionInfo seed) {
    Random random = new Random(seed.getCurrentRepetition());
    World world = new World();
    VirtualSource source = world.add("p", HOUR);
    source.takes = Duration.ofSeconds(20);
    long[] begun = new long[1];
    long longest = 0;
    int runs = 0;
    for (int minute = 0; minute < 60 * 24 * 4; minute++) {
      if (random.nextInt(200) == 0) {
        world.runtime.jump(Duration.ofSeconds((long) (random.nextGaussian() * 20_000)));
      }
      world.pass(Duration.ofMinutes(1));
      if (source.opened.size() > runs) {
        runs = source.opened.size();
        begun[0] = world.runtime.nanoTime();
      }
      longest = Math.max(longest, world.runtime.nanoTime() - begun[0]);
    }
    assertThat(Duration.ofNanos(longest))
        .as("seed %d", seed.getCurrentRepetition())
        .isLessThanOrEqualTo(Duration.ofMinutes(122));
  }

  @Test
  void theChangesOfDaylightSavingAreNoneHere() throws Exception {
    VirtualSchedulerRuntime runtime =
        new VirtualSchedulerRuntime(Instant.parse("2020-03-28T12:00:00Z"));
    World world = new World(runtime, null, builder -> builder);
    world.add("p", HOUR);
    world.pass(Duration.ofDays(2));
    List<Instant> taken = world.taken("p");
    assertThat(IntStream.range(1, taken.size()))
        .allMatch(i -> Duration.between(taken.get(i - 1), taken.get(i)).equals(HOUR));
  }
}
