package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clocks, policies, threads and listeners of an application that fail, or that come late. */
@Timeout(60)
class BrokenCallbacksTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final VirtualSchedulerRuntime virtual = new VirtualSchedulerRuntime(World.START);

  /** The virtual runtime, in which a test changes some methods. */
  private class Changed implements SchedulerRuntime {
    @Override
    public Instant now() {
      return virtual.now();
    }

    @Override
    public long nanoTime() {
      return virtual.nanoTime();
    }

    @Override
    public void start(LongSupplier tick) {
      virtual.start(tick);
    }

    @Override
    public void wake() {
      virtual.wake();
    }

    @Override
    public <T> void execute(Supplier<T> work, Consumer<T> done) {
      virtual.execute(work, done);
    }

    @Override
    public boolean stop(Duration grace, Runnable cancel) {
      return virtual.stop(grace, cancel);
    }
  }

  private World world(SchedulerRuntime runtime) {
    return new World(virtual, null, builder -> builder.runtime(runtime));
  }

  @Test
  void theNextRunOfAProjectStartsAfterTheLastCallForTheOneBefore() throws Exception {
    List<String> heard = new ArrayList<>();
    List<LongSupplier> ticks = new ArrayList<>();
    World world =
        world(
            new Changed() {
              @Override
              public void start(LongSupplier tick) {
                super.start(tick);
                ticks.add(tick);
              }

              @Override
              public void wake() {
                for (LongSupplier tick : ticks) { // as soon as another thread can
                  long unused = tick.getAsLong();
                }
              }
            });
    world.scheduler.addListener(
        new BackupListener() {
          @Override
          public void started(String project) {
            heard.add("started");
          }

          @Override
          public void ended(String project) {
            heard.add("ends");
            if (heard.size() == 2) {
              var unused = world.scheduler.trigger("p");
            }
            heard.add("ended");
          }
        });
    world.add("p", cluster -> cluster);
    var unused = world.scheduler.trigger("p");
    world.pass(Duration.ofMinutes(1));

    assertThat(heard).containsExactly("started", "ends", "ended", "started", "ends", "ended");
  }

  @Test
  void aRunWhoseThreadCannotBeStartedFailsAndTheClusterIsBackedUpLater() throws Exception {
    boolean[] full = {true};
    World world =
        world(
            new Changed() {
              @Override
              public <T> void execute(Supplier<T> work, Consumer<T> done) {
                if (full[0]) {
                  throw new OutOfMemoryError("unable to create native thread");
                }
                super.execute(work, done);
              }
            });
    world.add("p", HOUR);
    world.add("q", HOUR);
    world.pass(Duration.ofMinutes(1));
    assertThat(world.events.failures)
        .extracting(one -> one.project() + ": " + one.message())
        .contains(
            "p: the run could not be started: unable to create native thread",
            "q: the run could not be started: unable to create native thread");
    full[0] = false;
    world.pass(HOUR.multipliedBy(2));

    assertThat(world.taken("p")).isNotEmpty();
    assertThat(world.taken("q")).isNotEmpty();
    assertThat(world.status("p").running()).isFalse();
  }

  @Test
  void aClockThatFailsDuringARunDoesNotKeepTheClusterFromTheNextOne() throws Exception {
    boolean[] stopped = {false};
    World world =
        world(
            new Changed() {
              @Override
              public Instant now() {
                if (stopped[0]) {
                  throw new IllegalStateException("the clock is closed");
                }
                return super.now();
              }

              @Override
              public <T> void execute(Supplier<T> work, Consumer<T> done) {
                super.execute(
                    () -> {
                      stopped[0] = virtual.now().isBefore(World.START.plus(HOUR));
                      return work.get();
                    },
                    result -> {
                      done.accept(result);
                      stopped[0] = false;
                    });
              }
            });
    world.add("p", HOUR);
    world.pass(HOUR.multipliedBy(3));

    assertThat(world.taken("p")).isNotEmpty();
  }

  @Test
  void anErrorAfterTheCommitDoesNotMakeTheRunAFailedOne() throws Exception {
    World world = new World();
    RetentionPolicy broken =
        (newestFirst, now) -> {
          throw new StackOverflowError();
        };
    ScheduledCheck check =
        new ScheduledCheck(
            ScheduledCheck.Kind.VERIFY,
            HOUR,
            (backup, backups) -> {
              throw new NoClassDefFoundError("missing");
            });
    world.add(
        "p",
        cluster ->
            cluster
                .schedule(Schedule.every(HOUR))
                .retention(broken)
                .copyTo(new SecondStore("site-b", new InMemoryBackupStore(), Optional.of(broken)))
                .check(check));
    world.pass(Duration.ofMinutes(1));

    assertThat(world.taken("p")).hasSize(1);
    assertThat(world.events.failures).isEmpty();
    assertThat(world.status("p").lastSuccess()).isPresent();
  }

  @Test
  void aCheckThatOverflowsItsStackLetsTheClusterBeBackedUp() throws Exception {
    World world = new World();
    world.add(
        "p",
        cluster ->
            cluster
                .schedule(Schedule.every(HOUR))
                .skipUnchanged(
                    newest -> {
                      throw new StackOverflowError();
                    },
                    Duration.ofDays(1)));
    world.pass(HOUR.multipliedBy(2).plusMinutes(1));

    assertThat(world.taken("p")).hasSize(3);
    assertThat(world.events.failures).isEmpty();
  }

  @Test
  void atMostAThousandMissedPointsAreCountedAtOnce() throws Exception {
    World world = new World();
    VirtualSource source = world.add("p", Duration.ofSeconds(1));
    world.pass(Duration.ofSeconds(2));
    source.dead = true;
    long before = world.status("p").missed();
    world.runtime.suspend(Duration.ofHours(5));
    world.pass(Duration.ZERO);

    assertThat(world.status("p").missed() - before).isBetween(1L, 1000L);
  }

  @Test
  void stopWaitsForATransferThatItsRunNoLongerWaitsFor() throws Exception {
    CountDownLatch free = new CountDownLatch(1);
    ThreadedSchedulerRuntime runtime = new ThreadedSchedulerRuntime(Instant::now, Thread::new, 1);
    Thread transfer =
        runtime
            .threads()
            .newThread(
                () -> {
                  while (free.getCount() > 0) {
                    Thread.onSpinWait();
                  }
                });
    transfer.start();

    boolean ended = runtime.stop(Duration.ZERO, Thread.currentThread()::interrupt);

    assertThat(Thread.interrupted()).as("which ended the waiting").isTrue();
    assertThat(ended).isFalse();
    free.countDown();
    transfer.join();
    assertThat(runtime.stop(Duration.ZERO, () -> {})).isTrue();
  }

  @Test
  void manualBackupsAreOneLineEachWhateverFailed() {
    ManualBackups results =
        new ManualBackups(
            "pre_upgrade.backup_2020-02-03-10:30:00",
            Map.<String, BackupResult>of(),
            Map.of("p", new IllegalStateException("first\nsecond")));

    assertThat(results).hasToString("FAILED p: first second\n");
  }
}
