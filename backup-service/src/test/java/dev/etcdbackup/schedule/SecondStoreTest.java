package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.ServerSideCopy;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.CopyReport;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A second store for a cluster, which may be down. */
@Timeout(120)
class SecondStoreTest {
  private static final Duration DAY = Duration.ofDays(1);

  /** A store of which every call fails while it is down. */
  private static final class Down extends ForwardingBackupStore {
    private final BooleanSupplier down;

    Down(BackupStore store, BooleanSupplier down) {
      super(store);
      this.down = down;
    }

    @Override
    protected BackupStore target() throws BackupException {
      if (down.getAsBoolean()) {
        throw new StoreException("the second site does not answer", null);
      }
      return super.target();
    }
  }

  /** What a listener was called with. */
  private static final class Copies implements BackupListener {
    final List<CopyReport> reports = new ArrayList<>();
    final List<String> failures = new ArrayList<>();

    @Override
    public void copied(String project, String store, CopyReport report) {
      reports.add(report);
    }

    @Override
    public void copyFailed(String project, String store, BackupException cause) {
      failures.add(project + " to " + store + ": " + cause.getMessage());
    }
  }

  /** A third of the days it is down, for up to five in a row; the first store keeps a week. */
  @Test
  void aYearWithASecondStoreThatIsDownAThirdOfTheTimeLosesNothing() throws Exception {
    Copies copies = new Copies();
    World world = new World(builder -> builder.listener(copies));
    InMemoryBackupStore second = new InMemoryBackupStore(world.runtime::now);
    boolean[] down = new boolean[1];
    SecondStore site =
        new SecondStore(
            "site-b", new Down(second, () -> down[0]), Optional.of(RetentionPolicy.keepLast(30)));
    world.add(
        "p",
        cluster ->
            cluster
                .schedule(Schedule.every(DAY))
                .retention(RetentionPolicy.keepLast(7))
                .copyTo(site));
    Random random = new Random(3);
    int downFor = 0;
    int upFor = 2;
    int daysDown = 0;
    for (int day = 1; day <= 365; day++) {
      down[0] = upFor == 0;
      world.pass(DAY);
      if (down[0]) {
        daysDown++;
        downFor--;
        upFor = downFor == 0 ? 1 + random.nextInt(9) : 0;
      } else {
        assertThat(second.list("p"))
            .map(StoredBackup::key)
            .as("day %s: everything that the first store has", day)
            .containsAll(world.store.list("p").stream().map(StoredBackup::key).toList())
            .hasSizeLessThanOrEqualTo(30);
        upFor--;
        downFor = upFor == 0 ? 1 + random.nextInt(5) : 0;
      }
    }
    assertThat(daysDown).isBetween(90, 150);
    assertThat(world.events.failures).isEmpty();
    assertThat(copies.failures).hasSizeBetween(daysDown - 2, daysDown + 2);
    assertThat(copies.failures).containsOnly("p to site-b: the second site does not answer");
    assertThat(world.taken("p")).hasSize(7);
    assertThat(copies.reports).allMatch(CopyReport::ok);
    int copied =
        copies.reports.stream().mapToInt(one -> one.count(CopyReport.Outcome.COPIED)).sum();
    assertThat(copied).as("each backup once").isBetween(355, 366);
  }

  /** Between two backups, within an hour after the store is there again. */
  @Test
  void whatCouldNotBeCopiedIsCopiedBetweenBackups() throws Exception {
    Copies copies = new Copies();
    World world = new World(builder -> builder.listener(copies));
    InMemoryBackupStore second = new InMemoryBackupStore(world.runtime::now);
    boolean[] down = {true};
    SecondStore site = new SecondStore("b", new Down(second, () -> down[0]), Optional.empty());
    world.add("p", cluster -> cluster.schedule(Schedule.every(DAY)).copyTo(site));
    world.pass(Duration.ofHours(5));
    assertThat(copies.failures).as("once for a backup").hasSize(1);
    assertThat(note(world)).contains("b: not complete since the start, lacks backups: the second");
    int taken = world.taken("p").size();

    down[0] = false;
    world.pass(Duration.ofMinutes(61));

    assertThat(world.taken("p")).as("no other backup").hasSize(taken);
    assertThat(second.list("p")).hasSize(taken);
    assertThat(copies.reports).singleElement().satisfies(one -> assertThat(one.ok()).isTrue());
    assertThat(copies.failures).hasSize(1);
    assertThat(note(world)).contains("b: complete ").doesNotContain("lacks");
    world.pass(Duration.ofHours(2));
    assertThat(copies.reports).as("nothing more is to be copied").hasSize(1);
  }

  private static String note(World world) {
    return world.scheduler.coverage().projects().get(0).row().note();
  }

  @Test
  void withoutAPolicyNothingIsDeletedAtTheSecondStore() throws Exception {
    World world = new World();
    InMemoryBackupStore second = new InMemoryBackupStore(world.runtime::now);
    world.add(
        "p",
        cluster ->
            cluster
                .schedule(Schedule.every(DAY))
                .retention(RetentionPolicy.keepLast(2))
                .copyTo(new SecondStore("b", second, Optional.empty())));
    world.pass(DAY.multipliedBy(10));

    assertThat(world.taken("p")).hasSize(2);
    assertThat(second.list("p")).hasSizeGreaterThanOrEqualTo(10);
  }

  @Test
  void theServerOfBothStoresCopies() throws Exception {
    Copies copies = new Copies();
    World world = new World(builder -> builder.listener(copies));
    InMemoryBackupStore second = new InMemoryBackupStore(world.runtime::now);
    List<BackupKey> asked = new ArrayList<>();
    ServerSideCopy server =
        source -> {
          asked.add(source.key());
          return second.put(
              source.key(), Content.of(world.store.open(source, 0, source.size()), source.size()));
        };
    SecondStore site =
        new SecondStore(
            "near", second, Optional.of(RetentionPolicy.keepLast(2)), Optional.of(server));
    world.add("p", cluster -> cluster.schedule(Schedule.every(DAY)).copyTo(site));
    world.pass(DAY.multipliedBy(4));

    assertThat(asked).map(BackupKey::toString).doesNotHaveDuplicates().hasSizeBetween(4, 5);
    assertThat(second.list("p")).hasSize(2);
    assertThat(copies.reports)
        .flatMap(CopyReport::copies)
        .filteredOn(one -> one.outcome() == CopyReport.Outcome.COPIED)
        .hasSameSizeAs(asked)
        .allSatisfy(one -> assertThat(one.detail()).contains("within the server"));
    assertThat(copies.failures).isEmpty();
  }

  @Test
  void namesOfSecondStoresDiffer() {
    InMemoryBackupStore store = new InMemoryBackupStore();
    SecondStore one = new SecondStore("b", store, Optional.empty());
    assertThatThrownBy(
            () ->
                ScheduledCluster.builder(
                        "p",
                        () -> {
                          throw new IllegalStateException();
                        })
                    .copyTo(one)
                    .copyTo(one))
        .hasMessage("second stores must have different names, but two are called b");
    assertThatThrownBy(() -> new SecondStore(" ", store, Optional.empty()))
        .hasMessage("name must not be empty");
  }
}
