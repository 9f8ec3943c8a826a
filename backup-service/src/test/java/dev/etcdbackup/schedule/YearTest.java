package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.retention.RetentionPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A year of 200 clusters in seconds. */
@Timeout(120)
class YearTest {

  /** Two hundred; fewer where the build asks for a share, in percent. */
  private static final int CLUSTERS = 2 * Integer.getInteger("etcdbackup.test.share", 100);

  private static final Duration INTERVAL = Duration.ofDays(1);
  private static final Duration JITTER = Duration.ofHours(1);
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  /** Sees to the properties at every single run, so nothing has to be kept. */
  private static final class Watch implements BackupListener {
    final World[] world = new World[1];
    final Map<String, Instant> begun = new HashMap<>();
    final Map<String, Integer> count = new HashMap<>();
    final Set<String> running = new HashSet<>();
    Duration longestGap = Duration.ZERO;
    Duration latest = Duration.ZERO;

    @Override
    public void started(String project) {
      assertThat(running.add(project)).as("%s runs once at a time", project).isTrue();
      assertThat(running).hasSizeLessThanOrEqualTo(4);
      Instant now = world[0].runtime.now();
      VirtualSource source = world[0].sources.get(project);
      world[0].runtime.after(source.takes, () -> running.remove(project));
      Instant before = begun.put(project, now);
      count.merge(project, 1, Integer::sum);
      if (before != null) {
        longestGap = max(longestGap, Duration.between(before, now));
        latest = max(latest, world[0].status(project).overdue());
      }
    }

    private static Duration max(Duration a, Duration b) {
      return a.compareTo(b) > 0 ? a : b;
    }
  }

  @Test
  void noOverlapNoGapNoDrift() throws Exception {
    Watch watch = new Watch();
    World world = new World(builder -> builder.listener(watch));
    watch.world[0] = world;
    Random random = new Random(7);
    for (int i = 0; i < CLUSTERS; i++) {
      VirtualSource source =
          world.add(
              "cluster-" + i,
              cluster ->
                  cluster
                      .schedule(Schedule.every(INTERVAL))
                      .jitter(JITTER)
                      .timeout(TIMEOUT)
                      .retention(RetentionPolicy.keepLast(7)));
      source.takes = Duration.ofSeconds(1 + random.nextInt(60));
    }

    world.pass(Duration.ofDays(365));

    assertThat(world.events.failures).isEmpty();
    assertThat(watch.longestGap).isLessThanOrEqualTo(INTERVAL.plus(TIMEOUT));
    assertThat(watch.latest).as("waiting for a place").isLessThanOrEqualTo(TIMEOUT);
    for (int i = 0; i < CLUSTERS; i++) {
      String project = "cluster-" + i;
      assertThat(watch.count.get(project)).as(project).isEqualTo(1 + 365);
      List<Instant> taken = world.taken(project);
      assertThat(taken).hasSize(7);
      long phase = phase(taken.get(6));
      assertThat(phase).as("%s still runs in its hour", project).isBetween(0L, 3600 + 600L);
      assertThat(world.status(project).missed()).isZero();
    }
  }

  private static long phase(Instant time) {
    return Math.floorMod(time.getEpochSecond(), INTERVAL.toSeconds());
  }
}
