package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.NamingStrategy;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When runs begin, in virtual time. It is 10:30 when each test begins. */
@Timeout(60)
class SchedulerTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void aNewClusterIsBackedUpAtOnceAndThenAtEachPoint() throws Exception {
    World world = new World();
    world.add("p", HOUR);

    world.pass(Duration.ofHours(3));

    assertThat(world.taken("p"))
        .containsExactly(World.START, at("11:00:00"), at("12:00:00"), at("13:00:00"));
  }

  @Test
  void theFirstRunCanWaitForThePoint() throws Exception {
    World world = new World();
    world.add("p", cluster -> cluster.schedule(Schedule.every(HOUR)).firstRunAtOnce(false));

    world.pass(HOUR);

    assertThat(world.taken("p")).containsExactly(at("11:00:00"));
  }

  @Test
  void afterARestartTheNextRunFollowsFromTheNewestStoredBackup() throws Exception {
    World first = new World();
    first.add("p", HOUR);
    first.pass(Duration.ofMinutes(40)); // 11:10
    first.scheduler.stop(Duration.ZERO);

    World second =
        new World(new VirtualSchedulerRuntime(at("11:50:00")), first.store, builder -> builder);
    second.add("p", HOUR);
    second.pass(MINUTE);

    assertThat(second.status("p").nextDue()).hasValue(at("12:00:00"));
    assertThat(second.taken("p")).hasSize(2);
    second.pass(Duration.ofMinutes(9));
    assertThat(second.taken("p")).endsWith(at("12:00:00")).hasSize(3);
  }

  @Test
  void anOverdueClusterIsBackedUpNowAndMissedPointsAreCountedNotReplayed() throws Exception {
    World world = new World();
    world.stored("p", at("05:59:00"));
    world.add("p", HOUR);

    world.pass(MINUTE);

    assertThat(world.taken("p")).hasSize(2).endsWith(World.START);
    assertThat(world.status("p").missed()).as("06:00 to 09:00; 10:00 is made up for").isEqualTo(4);
    assertThat(world.status("p").nextDue()).hasValue(at("11:00:00"));
  }

  @Test
  void overdueClustersBeginOldestFirstAndASecondApart() throws Exception {
    List<String> order = new ArrayList<>();
    World world = new World(builder -> builder.listener(begun(order)));
    for (int i = 0; i < 10; i++) {
      world.stored("p" + i, at("08:00:00").minusSeconds(60L * (i * 7 % 10)));
      world.add("p" + i, HOUR);
    }
    world.add("new", HOUR);

    world.pass(Duration.ofMillis(1));
    assertThat(order).containsExactly("new");
    world.pass(Duration.ofSeconds(10));

    List<String> oldestFirst =
        IntStream.range(0, 10)
            .boxed()
            .sorted((a, b) -> Integer.compare((b * 7) % 10, (a * 7) % 10))
            .map(i -> "p" + i)
            .toList();
    assertThat(order.subList(1, 11)).isEqualTo(oldestFirst);
    assertThat(world.sources.get("p3").opened.get(0).getEpochSecond())
        .isGreaterThan(World.START.getEpochSecond());
  }

  @Test
  void fiveHundredOverdueClustersDoNotBeginAtOnce() throws Exception {
    World world = new World(builder -> builder.concurrency(100));
    for (int i = 0; i < 500; i++) {
      world.add("p" + i, Duration.ofDays(1));
    }
    world.pass(Duration.ofSeconds(9));
    assertThat(opened(world)).isEqualTo(10);
    world.pass(Duration.ofSeconds(490));
    assertThat(opened(world)).isEqualTo(500);
  }

  @Test
  void jitterMovesAClusterToThePointThatIsItsOwn() throws Exception {
    World world = new World();
    for (int i = 0; i < 20; i++) {
      world.add(
          "p" + i,
          cluster -> cluster.schedule(Schedule.every(HOUR)).jitter(Duration.ofMinutes(10)));
    }
    world.pass(Duration.ofHours(5));

    for (int i = 0; i < 20; i++) {
      List<Instant> taken = world.taken("p" + i);
      List<Long> phases =
          taken.stream().skip(1).map(time -> time.getEpochSecond() % 3600).distinct().toList();
      assertThat(phases).as("p" + i).hasSize(1);
      assertThat(phases.get(0)).isBetween(0L, 599L);
    }
    assertThat(
            IntStream.range(0, 20)
                .mapToObj(i -> world.status("p" + i).nextDue().orElseThrow())
                .distinct())
        .hasSizeGreaterThan(15);
  }

  @Test
  void atMostFourRunAtOnceAndNeverTwoOfOneProject() throws Exception {
    World world = new World();
    for (int i = 0; i < 12; i++) {
      world.add("p" + i, HOUR).takes = Duration.ofMinutes(90); // longer than the interval
    }
    for (int minute = 0; minute < 600; minute++) {
      world.pass(MINUTE);
      assertThat(world.scheduler.status().stream().filter(ClusterStatus::running).count())
          .isLessThanOrEqualTo(4);
    }
    assertThat(opened(world)).as("four at a time, 90 minutes each").isEqualTo(4 * 7);
  }

  @Test
  void everyExceptionOfASourceIsAFailureOfTheSourceAndIsRetried() throws Exception {
    World world = new World();
    world.scheduler.put(
        ScheduledCluster.builder(
                "p",
                () -> {
                  throw new IllegalStateException("no such certificate");
                })
            .schedule(Schedule.every(HOUR))
            .build());
    world.pass(Duration.ofMinutes(29));
    assertThat(world.events.failures).hasSizeGreaterThan(1);
    assertThat(world.events.failures)
        .allSatisfy(
            one -> {
              assertThat(one.reason()).isEqualTo(FailedRun.Reason.SOURCE);
              assertThat(one.message()).contains("no such certificate");
            });
  }

  @Test
  void aListenerAddedLaterIsInformedToo() throws Exception {
    World world = new World();
    world.add("p", HOUR);
    world.pass(MINUTE);
    List<String> stored = new ArrayList<>();
    world.scheduler.addListener(
        new BackupListener() {
          @Override
          public void succeeded(String project, BackupResult result) {
            stored.add(project);
          }
        });
    world.pass(HOUR);
    assertThat(stored).containsExactly("p");
  }

  @Test
  void whenAListenerIsToldThatARunEndedTheStatusHasItsResult() throws Exception {
    World world = new World();
    world.add("good", HOUR);
    world.scheduler.put(
        ScheduledCluster.builder(
                "bad",
                () -> {
                  throw new IllegalStateException("no such certificate");
                })
            .schedule(Schedule.every(HOUR))
            .build());
    Set<String> stored = new HashSet<>();
    Set<String> failed = new HashSet<>();
    List<String> ended = new ArrayList<>();
    List<String> behind = new ArrayList<>();
    world.scheduler.addListener(
        new BackupListener() {
          @Override
          public void succeeded(String project, BackupResult result) {
            stored.add(project);
          }

          @Override
          public void failed(FailedRun failure) {
            failed.add(failure.project());
          }

          @Override
          public void ended(String project) {
            ended.add(project);
            ClusterStatus status =
                world.scheduler.status().stream()
                    .filter(one -> one.project().equals(project))
                    .findFirst()
                    .orElseThrow();
            if (status.running()
                || status.lastSuccess().isPresent() != stored.contains(project)
                || status.lastFailure().isPresent() != failed.contains(project)) {
              behind.add(project);
            }
          }
        });
    world.pass(MINUTE);
    assertThat(behind).isEmpty();
    assertThat(stored).containsExactly("good");
    assertThat(failed).containsExactly("bad");
    assertThat(ended).contains("good", "bad");
  }

  @Test
  void aClusterCanBeChangedAndRemovedWhileItRuns() throws Exception {
    World world = new World();
    world.add("p", HOUR);
    world.pass(MINUTE);
    world.add("p", Duration.ofMinutes(10));
    world.pass(Duration.ofMinutes(29)); // 11:00
    assertThat(world.taken("p")).contains(at("10:40:00"), at("10:50:00"), at("11:00:00"));

    assertThat(world.scheduler.remove("p")).isTrue();
    assertThat(world.scheduler.remove("p")).isFalse();
    world.pass(HOUR);
    assertThat(world.taken("p")).hasSize(4);
    assertThat(world.scheduler.status()).isEmpty();
  }

  @Test
  void anotherPrefixIsAnotherSeries() throws Exception {
    World world = new World();
    world.stored("p", at("10:15:00"));
    world.add(
        "p",
        cluster -> cluster.schedule(Schedule.every(HOUR)).naming(NamingStrategy.periodic("mine")));
    world.pass(MINUTE);
    assertThat(world.taken("p")).as("what others store under their prefix is not ours").hasSize(2);
  }

  @Test
  void backupsByHandAndThoseDatedAheadDoNotCount() throws Exception {
    World world = new World();
    world.stored("p", at("10:05:00").plus(Duration.ofDays(30)));
    world.add("p", HOUR);
    world.pass(Duration.ofMinutes(40));
    assertThat(world.taken("p")).hasSize(3);
  }

  @Test
  void whatCannotBeDoneIsRefusedAtOnce() {
    World world = new World();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> world.scheduler.trigger("unknown"))
        .withMessageContaining("unknown");
    BackupScheduler unstarted = BackupScheduler.builder(world.store).build();
    unstarted.put(ScheduledCluster.builder("p", new VirtualSource(world.runtime)).build());
    assertThatIllegalStateException().isThrownBy(() -> unstarted.trigger("p"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> world.add("t", cluster -> cluster.naming(NamingStrategy.tarball())))
        .withMessageContaining("encoding for .tar.gz");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> world.add("m", cluster -> cluster.naming(NamingStrategy.manual("x"))));
    world.scheduler.stop(Duration.ZERO);
    assertThatIllegalStateException().isThrownBy(world.scheduler::start);
    assertThatIllegalStateException().isThrownBy(() -> world.add("q", HOUR));
  }

  @Test
  void aListenerThatThrowsDoesNotAffectTheBackup() throws Exception {
    BackupListener broken =
        (BackupListener)
            Proxy.newProxyInstance(
                BackupListener.class.getClassLoader(),
                new Class<?>[] {BackupListener.class},
                (proxy, method, arguments) -> {
                  if (method.getDeclaringClass() == Object.class) {
                    return method.getName().equals("hashCode") ? (Object) 1 : "broken";
                  }
                  throw new IllegalStateException("listener");
                });
    World world = new World(builder -> builder.listener(broken).listener(new Events()));
    world.add("p", HOUR);
    world.pass(Duration.ofHours(2));
    assertThat(world.taken("p")).hasSize(3);
    assertThat(world.events.all)
        .startsWith("started p", "moved p", "succeeded p")
        .filteredOn(event -> event.equals("succeeded p"))
        .hasSize(3);
  }

  @Test
  void aScheduleThatGoesBackInTimeEndsWithItsClusterAlone() throws Exception {
    World world = new World();
    world.add("broken", cluster -> cluster.schedule(after -> Optional.of(after)));
    world.add("p", HOUR);
    world.pass(Duration.ofHours(2));
    assertThat(world.taken("p")).hasSize(3);
    assertThat(world.status("broken").nextDue()).isEmpty();
  }

  private static BackupListener begun(List<String> order) {
    return new BackupListener() {
      @Override
      public void started(String project) {
        order.add(project);
      }
    };
  }

  private static int opened(World world) {
    return world.sources.values().stream().mapToInt(source -> source.opened.size()).sum();
  }

  private static Instant at(String time) {
    return Instant.parse("2020-02-03T" + time + "Z");
  }
}
