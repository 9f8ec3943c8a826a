package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.testkit.TestSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Wiped and replaced clusters. A backup a day, seven are kept. */
@Timeout(60)
class GuardTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final byte[] LARGE = TestSnapshots.bytes(1, 30);
  private static final byte[] SMALL = TestSnapshots.bytes(2, 5);

  @Test
  void aWipedClusterDoesNotPushTheGoodBackupsOut() throws Exception {
    World world = daily(anomaly -> false);
    world.pass(DAY.multipliedBy(10));
    assertThat(good(world)).isEqualTo(7);

    wipe(world);
    world.pass(DAY.multipliedBy(30));

    assertThat(good(world)).isEqualTo(7);
    assertThat(world.taken("p")).as("backups go on").hasSize(37);
    Anomaly first = world.status("p").anomalies().get(0);
    assertThat(first.key().toString()).isEqualTo("p/etcd.backup_v1_2020-02-14-00:00:00");
    assertThat(first.reasons())
        .containsExactly(
            "has 20512 bytes, less than half of 122912, the median of the 7 before it",
            "has revision 1, the one before it 110");
    assertThat(world.events.all.get(world.events.all.size() - 1)).startsWith("suspicious p ");
  }

  @Test
  void restartsAndReplicasSeeTheSame() throws Exception {
    World world = daily(anomaly -> false);
    world.pass(DAY.multipliedBy(10));
    wipe(world);
    world.pass(DAY.multipliedBy(2));

    World restarted = new World(world.runtime, world.store, builder -> builder);
    add(restarted, anomaly -> false);
    wipe(restarted);
    restarted.pass(DAY.multipliedBy(10));

    assertThat(good(restarted)).isEqualTo(7);
    assertThat(restarted.status("p").anomalies().get(0).key())
        .isEqualTo(world.status("p").anomalies().get(0).key());
  }

  @Test
  void acceptingABackupLetsPruningGoOnForGood() throws Exception {
    World world = daily(anomaly -> false);
    world.pass(DAY.multipliedBy(10));
    wipe(world);
    world.pass(DAY.multipliedBy(3));

    world.scheduler.accept(world.status("p").anomalies().get(0).key());
    world.pass(Duration.ofMinutes(1));
    assertThat(world.status("p").anomalies()).isEmpty();
    world.pass(DAY);
    assertThat(world.taken("p")).hasSize(7);
    world.pass(DAY.multipliedBy(10));
    assertThat(good(world)).isZero();
    assertThat(world.taken("p")).hasSize(7);
  }

  @Test
  void theEmbedderMayHaveARule() throws Exception {
    World world = daily(anomaly -> anomaly.key().project().equals("p"));
    world.pass(DAY.multipliedBy(10));
    wipe(world);
    world.pass(DAY.multipliedBy(30));
    assertThat(world.taken("p")).hasSize(7);
    assertThat(world.events.all).noneMatch(event -> event.startsWith("suspicious"));
  }

  @Test
  void anotherClusterIsNoticedThoughItIsLargerAndFurther() throws Exception {
    World world = daily(anomaly -> false);
    VirtualSource source = world.sources.get("p");
    source.clusterId = 0xcdf818194e3a8c32L;
    world.pass(DAY.multipliedBy(3));
    source.clusterId = 5;
    world.pass(DAY);

    assertThat(world.status("p").anomalies())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.key().toString()).endsWith("2020-02-07-00:00:00");
              assertThat(one.reasons())
                  .containsExactly(
                      "is of etcd cluster 0000000000000005, the ones before it of"
                          + " cdf818194e3a8c32");
            });
    world.pass(DAY);
    assertThat(world.status("p").anomalies()).as("the next is of the same cluster").hasSize(1);
    world.scheduler.accept(world.status("p").anomalies().get(0).key());
    world.pass(DAY);
    assertThat(world.status("p").anomalies()).isEmpty();
  }

  @Test
  void whatIsPutBesideABackupIsSmallOfKindOtherAndEndsInItsTime() throws Exception {
    World world = daily(anomaly -> false);
    world.sources.get("p").clusterId = 7;
    world.pass(DAY.multipliedBy(3));
    world.scheduler.accept(BackupKey.parse("p/etcd.backup_v103_2020-02-06-00:00:00"));

    List<Backup> marks =
        world.store.list("p/.etcd-backup").stream()
            .map(one -> Backup.of(one, ZoneOffset.UTC))
            .toList();
    assertThat(world.store.list("p")).noneMatch(one -> one.key().isReserved());
    assertThat(world.store.list("")).noneMatch(one -> one.key().isReserved());
    assertThat(marks)
        .allSatisfy(one -> assertThat(one.kind()).isEqualTo(BackupKind.OTHER))
        .allSatisfy(one -> assertThat(one.stored().size()).isLessThan(200))
        .extracting(one -> one.key().toString())
        .containsExactly(
            "p/.etcd-backup/periodic/etcd.backup/accepted_backup_2020-02-06-00:00:00",
            "p/.etcd-backup/periodic/etcd.backup/cluster_0000000000000007_2020-02-03-10:30:00");
  }

  @Test
  void whatOthersStoredIsJudgedToo() throws Exception {
    World world = new World();
    Instant day = Instant.parse("2020-01-25T00:00:00Z");
    for (int i = 0; i < 9; i++) {
      world.stored("p", i == 5 ? 3 : 10 + i, day.plus(DAY.multipliedBy(i)), i == 5 ? 49 : 100);
    }
    add(world, anomaly -> false);
    world.sources.get("p").revision = 100;
    world.pass(DAY.multipliedBy(2));
    assertThat(world.status("p").anomalies())
        .singleElement()
        .satisfies(one -> assertThat(one.reasons()).hasSize(2));
    assertThat(world.taken("p")).as("nothing is pruned").hasSize(12);
  }

  @Test
  void halfTheMedianIsNotLessThanHalf() {
    Instant day = Instant.parse("2020-01-01T00:00:00Z");
    assertThat(AnomalyGuard.anomalies(series(day, 100, 50), day.plus(DAY))).isEmpty();
    assertThat(AnomalyGuard.anomalies(series(day, 100, 49), day.plus(DAY))).hasSize(1);
    assertThat(AnomalyGuard.anomalies(series(day, 10, 200, 100, 74), day.plus(DAY))).isEmpty();
    assertThat(AnomalyGuard.anomalies(series(day, 100, 200, 74), day.plus(DAY))).hasSize(1);
    assertThat(
            AnomalyGuard.anomalies(
                series(day, 1000, 1000, 1000, 1000, 1000, 10_000, 10_000, 10_000, 490),
                day.plus(DAY)))
        .as("only seven are compared with: four of them have 1000 bytes")
        .singleElement()
        .satisfies(one -> assertThat(one.reasons().get(0)).contains("half of 1000,"));
  }

  @Test
  void onlyABackupOfASeriesCanBeAccepted() throws Exception {
    World world = new World();
    assertThatThrownBy(() -> world.scheduler.accept(BackupKey.parse("p/none")))
        .isInstanceOf(BackupNotFoundException.class);
    world.scheduler.put(ScheduledCluster.builder("p", new VirtualSource(world.runtime)).build());
    CompletableFuture<ManualBackups> answer = world.scheduler.backUpNow("pre_upgrade");
    world.pass(Duration.ofSeconds(1));
    assertThat(answer).isCompleted();
    BackupKey manual = world.store.list("p").get(0).key();
    assertThatIllegalArgumentException().isThrownBy(() -> world.scheduler.accept(manual));
  }

  private static List<Backup> series(Instant from, int... sizes) {
    return IntStream.range(0, sizes.length)
        .mapToObj(
            i -> {
              BackupName name =
                  BackupName.periodic("etcd.backup", i, from.plus(Duration.ofHours(i)));
              BackupKey key = BackupKey.of("p", name.text());
              return new Backup(new StoredBackup(key, sizes[i], from, ""), name);
            })
        .toList();
  }

  private static World daily(Predicate<Anomaly> rule) {
    World world = new World();
    add(world, rule);
    world.sources.get("p").bytes = LARGE;
    world.sources.get("p").revision = 100;
    return world;
  }

  private static void add(World world, Predicate<Anomaly> rule) {
    world.add(
        "p",
        cluster ->
            cluster
                .schedule(Schedule.every(DAY))
                .retention(RetentionPolicy.keepLast(7))
                .acceptIf(rule));
  }

  private static void wipe(World world) {
    world.sources.get("p").bytes = SMALL;
    world.sources.get("p").revision = 1;
  }

  private static long good(World world) throws Exception {
    return world.store.list("p").stream().filter(one -> one.size() == LARGE.length).count();
  }
}
