package dev.etcdbackup.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.recovery.Approval;
import dev.etcdbackup.recovery.ClusterOperations;
import dev.etcdbackup.recovery.LostCluster;
import dev.etcdbackup.recovery.Recovery;
import dev.etcdbackup.recovery.RecoveryPlan;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.FileSnapshotSource;
import dev.etcdbackup.snapshot.KeyCursor;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.etcd.EtcdCluster;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two of three members are killed, and later the third. */
@Tag("server")
@Timeout(120)
class QuorumLossTest {
  @TempDir private Path directory;

  private final BackupStore store = new InMemoryBackupStore();
  private final BackupService backups = BackupService.builder(store).build();
  private final Recovery recovery = new Recovery(backups, InstantSource.system());

  @Test
  void theLastMemberIsNewerThanLastNightsBackup() throws Exception {
    try (EtcdCluster cluster = EtcdServer.builder().startCluster(3)) {
      cluster.member(0).put("day", "one");
      backups.backUp(
          "p", EtcdSnapshotSource.builder(EtcdConnection.to(cluster.endpoints())).build());
      cluster.member(0).put("day", "two");
      awaitRevision(cluster.member(2), cluster.member(0).revision());
      cluster.member(0).kill();
      cluster.member(1).kill();

      LostCluster lost = LostCluster.automated("p").withSurvivors(members(cluster));
      RecoveryPlan plan = recovery.plan(lost);

      assertThat(plan.way()).isEqualTo(RecoveryPlan.Way.SURVIVOR);
      assertThat(plan.passedOver()).hasSize(2);
      assertThat(plan.needsConfirmation()).isFalse();
      assertThat(restored(plan)).isEqualTo("two");
    }
  }

  @Test
  void whenAllAreDeadTheirDataStillAreNewer() throws Exception {
    try (EtcdCluster cluster = EtcdServer.builder().startCluster(3)) {
      cluster.member(0).put("day", "one");
      backups.backUp(
          "p", EtcdSnapshotSource.builder(EtcdConnection.to(cluster.endpoints())).build());
      cluster.member(0).put("day", "two");
      awaitRevision(cluster.member(2), cluster.member(0).revision());
      cluster.member(2).restart(); // and so has written all of it to its database
      for (int i = 0; i < 3; i++) {
        cluster.member(i).kill();
      }
      List<SnapshotSource> survivors = new ArrayList<>(members(cluster));
      Path database = cluster.member(2).dataDir().resolve("member/snap/db");
      survivors.add(
          FileSnapshotSource.of(Files.copy(database, directory.resolve("copy-of-the-database"))));

      RecoveryPlan plan = recovery.plan(LostCluster.automated("p").withSurvivors(survivors));

      assertThat(plan.passedOver()).hasSize(3);
      assertThat(plan.survivor().orElseThrow().info().origin())
          .contains("the copy of a member's database");
      assertThat(restored(plan)).isEqualTo("two");
    }
  }

  /** Logging in needs a quorum, so a lone member gives no snapshot; its database is there. */
  @Test
  void withAuthenticationOnTheSurvivorIsADatabase() throws Exception {
    try (EtcdCluster cluster = EtcdServer.builder().rootPassword("secret").startCluster(3)) {
      cluster.member(0).put("day", "two");
      awaitRevision(cluster.member(2), cluster.member(0).revision());
      cluster.member(2).restart();
      cluster.member(0).kill();
      cluster.member(1).kill();
      SnapshotSource lone =
          EtcdSnapshotSource.builder(
                  JetcdConnection.builder(
                          cluster.member(2).endpoints(),
                          () -> Client.builder().user(utf8("root")).password(utf8("secret")))
                      .probeTimeout(Duration.ofSeconds(2))
                      .build())
              .build();
      cluster.member(2).pause(); // so that the copy is of one moment
      Path database = cluster.member(2).dataDir().resolve("member/snap/db");
      SnapshotSource copy = FileSnapshotSource.of(Files.copy(database, directory.resolve("copy")));
      cluster.member(2).resume();

      RecoveryPlan plan =
          recovery.plan(LostCluster.automated("p").withSurvivors(List.of(lone, copy)));

      assertThat(plan.passedOver()).singleElement().asString().contains("no answer within 2s");
      assertThat(restored(plan)).isEqualTo("two");
    }
  }

  private static ByteSequence utf8(String text) {
    return ByteSequence.from(text, UTF_8);
  }

  private static List<SnapshotSource> members(EtcdCluster cluster) {
    return cluster.endpoints().stream()
        .map(
            one ->
                (SnapshotSource)
                    EtcdSnapshotSource.builder(EtcdConnection.to(List.of(one))).build())
        .toList();
  }

  private static void awaitRevision(EtcdServer member, long revision) throws IOException {
    long end = System.nanoTime() + 20_000_000_000L;
    while (member.revision() < revision) {
      assertThat(System.nanoTime()).isLessThan(end);
    }
  }

  /** Carries the plan out and returns the value of {@code day} in what is restored. */
  private String restored(RecoveryPlan plan) throws IOException {
    String[] value = {""};
    ClusterOperations operations =
        new ClusterOperations() {
          @Override
          public void stopOld() {}

          @Override
          public void startFrom(Path file) throws IOException {
            try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
              assertThat(snapshot.verify().problems()).isEmpty();
              KeyCursor keys = snapshot.keys(KeyRange.of("day".getBytes(UTF_8)));
              assertThat(keys.next()).isTrue();
              value[0] = new String(keys.value(), UTF_8);
            }
          }

          @Override
          public void startEmpty() {}

          @Override
          public void awaitHealthy() {}

          @Override
          public void discardOld() {}
        };
    assertThat(recovery.carryOut(plan, Approval.by("test"), operations, directory)).isPresent();
    return value[0];
  }
}
