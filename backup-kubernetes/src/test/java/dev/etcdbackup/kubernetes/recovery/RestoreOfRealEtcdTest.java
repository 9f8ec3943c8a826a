package dev.etcdbackup.kubernetes.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.etcd.LiveMember;
import dev.etcdbackup.recovery.Approval;
import dev.etcdbackup.recovery.LostCluster;
import dev.etcdbackup.recovery.Recovery;
import dev.etcdbackup.restore.DataDirRestore;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.kubernetes.EtcdPods;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Three real etcds in the pods of a StatefulSet lose their quorum and are restored. */
@Tag("server")
@Timeout(120)
class RestoreOfRealEtcdTest {
  private static final Approval APPROVAL = Approval.by("test").evenToOldData();
  private static final int KILLS = 20;

  @TempDir private Path directory;

  private @Nullable EtcdPods pods;
  private @Nullable RestoreLab lab;
  private @Nullable BackupService backups;
  private int failingJobs; // how many of the next ones fail after they restored

  static List<EtcdBinaries> laterVersions() {
    List<EtcdBinaries> all = EtcdBinaries.all();
    return all.subList(1, all.size());
  }

  @AfterEach
  void stop() {
    if (pods != null) {
      pods.close();
    }
    if (lab != null) {
      lab.close();
    }
  }

  /** A cluster with a backup of one key, and a newer value of it that is not backed up. */
  private BackupKey lostQuorum(EtcdBinaries binaries) throws IOException {
    pods = new EtcdPods(binaries, directory, RestoreLab.SET, 3);
    lab = new RestoreLab(Files.createDirectory(directory.resolve("volumes")), pods, this::restore);
    lab.createSet(3);
    lab.cluster()
        .apps()
        .deployments()
        .inNamespace("ns")
        .resource(
            new DeploymentBuilder()
                .withNewMetadata()
                .withName("cray-bss")
                .endMetadata()
                .withNewSpec()
                .withNewTemplate()
                .endTemplate()
                .endSpec()
                .build())
        .create();
    awaitWrites();
    pods.etcdctl(0, "put", "day", "one");
    Path store = Files.createDirectory(directory.resolve("store"));
    backups = BackupService.builder(DirectoryBackupStore.builder(store).build()).build();
    BackupKey key =
        backups
            .backUp(
                "cray-bss",
                EtcdSnapshotSource.builder(EtcdConnection.to(pods.clientUrls())).build())
            .key();
    pods.etcdctl(0, "put", "day", "two");
    pods.kill(1);
    pods.kill(2);
    return key;
  }

  private void awaitWrites() throws IOException {
    long end = System.nanoTime() + 60_000_000_000L;
    while (true) {
      try {
        for (int i = 0; i < 3; i++) {
          try (LiveMember member =
              LiveMember.of(EtcdConnection.to(pods.clientUrl(i)), Duration.ofSeconds(2))) {
            member.checkWrites("ready");
          }
        }
        return;
      } catch (SourceException e) {
        assertThat(System.nanoTime()).as(pods.logs() + e.getMessage()).isLessThan(end);
        LockSupport.parkNanos(20_000_000);
      }
    }
  }

  /** Does what the command {@code restore} of the tool does with the arguments of a Job. */
  private void restore(PodSpec pod, Path dataDir) throws IOException {
    List<String> arguments = pod.getContainers().get(0).getArgs();
    Path store = Path.of(URI.create(value(arguments, "--store")));
    DataDirRestore restore =
        DataDirRestore.builder()
            .name(value(arguments, "--name"))
            .initialCluster(value(arguments, "--initial-cluster"))
            .initialClusterToken(value(arguments, "--initial-cluster-token"))
            .initialAdvertisePeerUrls(value(arguments, "--initial-advertise-peer-urls"))
            .build();
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(store.resolve(arguments.get(1)))) {
      restore.restore(snapshot, dataDir);
    }
    if (failingJobs > 0) {
      failingJobs--;
      throw new IOException("the pod was evicted");
    }
  }

  private static String value(List<String> arguments, String option) {
    return arguments.get(arguments.indexOf(option) + 1);
  }

  private StatefulSetRestore restore() {
    return StatefulSetRestore.builder(
            lab.operator(),
            EtcdStatefulSet.builder("ns", RestoreLab.SET)
                .peerUrls(pods::peerUrl)
                .clientUrls(pods::clientUrl)
                .build(),
            RestoreTool.builder("etcd-backup:1", directory.resolve("store").toUri().toString())
                .build())
        .restart("deployment/cray-bss")
        .build();
  }

  private RestoreState begin(BackupKey key) throws IOException {
    Path file = directory.resolve("snapshot-" + System.nanoTime());
    backups.download(key, file);
    return restore().begin(APPROVAL, key, file);
  }

  private void assertRestored(RestoreState state) throws IOException {
    assertThat(state.step()).isEqualTo(RestoreStep.DONE);
    assertThat(state.message()).contains("on 3 members and in the backup");
    for (int i = 0; i < 3; i++) {
      assertThat(pods.etcdctl(i, "get", "day", "--print-value-only")).isEqualTo("one");
      String old = "data-" + RestoreLab.SET + "-" + i + "-before-" + state.id();
      assertThat(lab.kubelet().directoryOf(old).resolve("data/member/snap/db")).exists();
      assertThat(volume(old)).isEqualTo("Retain");
      assertThat(volume("data-" + RestoreLab.SET + "-" + i)).isEqualTo("Delete");
    }
    assertThat(lab.set().getMetadata().getAnnotations()).isNullOrEmpty();
    assertThat(
            lab.cluster()
                .apps()
                .deployments()
                .inNamespace("ns")
                .withName("cray-bss")
                .get()
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getAnnotations())
        .containsEntry(MemberClaims.RESTORE, state.id());
  }

  private String volume(String claim) {
    String name =
        lab.cluster()
            .persistentVolumeClaims()
            .inNamespace("ns")
            .withName(claim)
            .get()
            .getSpec()
            .getVolumeName();
    return lab.cluster()
        .persistentVolumes()
        .withName(name)
        .get()
        .getSpec()
        .getPersistentVolumeReclaimPolicy();
  }

  @Test
  void killedTwentyTimesItRestoresAndIsRolledBack() throws Exception {
    restoreAndRollBack(EtcdBinaries.all().get(0));
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("laterVersions")
  void otherVersionsToo(EtcdBinaries binaries) throws Exception {
    restoreAndRollBack(binaries);
  }

  /** With an operator that is killed 20 times, and its old volumes taken back at the end. */
  private void restoreAndRollBack(EtcdBinaries binaries) throws Exception {
    RestoreState state = begin(lostQuorum(binaries));
    int kills = 0;
    int ofThisStep = 0;
    while (state.step() != RestoreStep.DONE) {
      lab.killBefore(1 + 4 * ofThisStep); // each attempt of a step gets further than the last
      try {
        RestoreState next = restore().advance(state);
        lab.kubelet().sync();
        ofThisStep = next.step() == state.step() ? ofThisStep : 0;
        state = next;
      } catch (IOException | RuntimeException e) {
        assertThat(e).hasStackTraceContaining("killed");
        kills++;
        ofThisStep++;
      }
    }
    assertThat(kills).isGreaterThanOrEqualTo(KILLS);
    assertRestored(state);

    lab.killNoMore();
    RestoreState back = lab.until(RestoreStep.ROLLED_BACK, restore(), restore().rollBack(state));
    lab.kubelet().sync();
    awaitWrites();
    assertThat(back.message()).contains("old volumes");
    assertThat(lab.kubelet().deletedVolumes()).isEmpty();
    assertThat(lab.claims()).hasSize(6).anyMatch(claim -> claim.contains("-undone-"));
    assertThat(pods.etcdctl(2, "get", "day", "--print-value-only")).isEqualTo("two");
  }

  /** The plan of the library is carried out; the first Jobs fail. */
  @Test
  void theRecoveryUsesTheOperationsAndResumes() throws Exception {
    lostQuorum(EtcdBinaries.all().get(0));
    Recovery recovery = new Recovery(backups, InstantSource.system());
    var plan = recovery.plan(LostCluster.automated("cray-bss"));
    InMemoryProgress progress = new InMemoryProgress();
    failingJobs = 1;

    assertThatExceptionOfType(dev.etcdbackup.recovery.RecoveryFailedException.class)
        .isThrownBy(() -> recovery.carryOut(plan, APPROVAL, operations(progress), directory))
        .withMessageContaining("the pod was evicted");
    KubernetesClusterOperations again = operations(progress);
    again.retry();
    recovery.carryOut(plan, APPROVAL, again, directory);

    assertRestored(progress.load().orElseThrow());
    restore().discardOld(progress.load().orElseThrow());
    lab.kubelet().sync();
    lab.kubelet().sync();
    assertThat(lab.claims()).hasSize(3);
  }

  private KubernetesClusterOperations operations(RestoreProgress progress) {
    return KubernetesClusterOperations.builder(restore(), APPROVAL, progress)
        .pause(
            () -> {
              try {
                lab.kubelet().sync();
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
              LockSupport.parkNanos(5_000_000);
            })
        .build();
  }

  /** Keeps the state as text, as a resource does. */
  private static final class InMemoryProgress implements RestoreProgress {
    private @Nullable RestoreState saved;

    @Override
    public Optional<RestoreState> load() {
      return Optional.ofNullable(saved).map(state -> RestoreState.of(state.fields()));
    }

    @Override
    public void save(RestoreState state) {
      saved = state;
    }
  }
}
