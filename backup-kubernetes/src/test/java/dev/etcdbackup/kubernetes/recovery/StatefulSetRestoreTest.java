package dev.etcdbackup.kubernetes.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.etcdbackup.recovery.Approval;
import dev.etcdbackup.testkit.ManualClock;
import dev.etcdbackup.testkit.kubernetes.TestKubelet;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The steps up to the start of the new members, with files in place of etcd's data. */
@Tag("server")
@Timeout(120)
class StatefulSetRestoreTest {
  private static final Approval APPROVAL = Approval.by("test");

  @TempDir private Path directory;

  private final Files3 containers = new Files3();
  private final ManualClock clock = new ManualClock(Instant.parse("2026-11-28T22:00:00Z"));
  private RestoreLab lab;

  /** Containers of three members that leave a file in their data directory. */
  private static final class Files3 implements TestKubelet.Pods, TestKubelet.Jobs {
    private final Set<Integer> failingJobs = new HashSet<>();
    private final Set<Integer> running = new HashSet<>();
    private final List<List<String>> jobs = new ArrayList<>();

    @Override
    public void start(int index, Path dataDir) throws IOException {
      Files.createDirectories(dataDir);
      if (!Files.exists(dataDir.resolve("of"))) {
        Files.writeString(dataDir.resolve("of"), "old " + index);
      }
      running.add(index);
    }

    @Override
    public void stop(int index) {
      running.remove(index);
    }

    @Override
    public void run(PodSpec spec, Path dataDir) throws IOException {
      List<String> arguments = spec.getContainers().get(0).getArgs();
      String pod = arguments.get(arguments.indexOf("--name") + 1);
      int index = pod.charAt(pod.length() - 1) - '0';
      jobs.add(arguments);
      Files.createDirectories(dataDir);
      Files.writeString(
          dataDir.resolve("of"), "new " + index, java.nio.file.StandardOpenOption.CREATE_NEW);
      if (failingJobs.contains(index)) {
        throw new IOException("BackoffLimitExceeded");
      }
    }
  }

  @BeforeEach
  void start() throws IOException {
    lab = new RestoreLab(directory, containers, containers);
    lab.createSet(3);
  }

  @AfterEach
  void stop() {
    lab.close();
  }

  private StatefulSetRestore restore() {
    return StatefulSetRestore.builder(
            lab.operator(),
            EtcdStatefulSet.builder("ns", RestoreLab.SET).build(),
            RestoreTool.builder("registry.example/etcd-backup:1", "s3://etcd-backup")
                .storeArguments("--s3-endpoint", "http://rgw:8080")
                .credentialsFrom("etcd-backup-s3")
                .build())
        .clock(clock)
        .build();
  }

  private RestoreState begin() throws IOException {
    return restore().begin(APPROVAL, RestoreLab.BACKUP);
  }

  private String contents(String claim) throws IOException {
    return Files.readString(lab.kubelet().directoryOf(claim).resolve("data/of"));
  }

  private void assertOldDataAreUsed() throws IOException {
    for (int i = 0; i < 3; i++) {
      assertThat(contents("data-cray-bss-etcd-" + i)).isEqualTo("old " + i);
    }
    assertThat(containers.running).containsExactly(0, 1, 2);
  }

  private void assertNewDataAreUsed(RestoreState state) throws IOException {
    for (int i = 0; i < 3; i++) {
      String claim = "data-cray-bss-etcd-" + i;
      assertThat(contents(claim)).isEqualTo("new " + i);
      assertThat(contents(claim + "-before-" + state.id())).isEqualTo("old " + i);
    }
    assertThat(containers.running).containsExactly(0, 1, 2);
    assertThat(lab.kubelet().deletedVolumes()).isEmpty();
    assertThat(lab.claims()).hasSize(6);
  }

  @Test
  void theOldVolumesAreKeptUnderOtherClaims() throws Exception {
    RestoreState state = lab.until(RestoreStep.AWAIT_HEALTHY, restore(), begin());

    assertNewDataAreUsed(state);
    assertThat(state.fields()).containsEntry("step", "AWAIT_HEALTHY");
    assertThat(RestoreState.of(state.fields())).isEqualTo(state);
    assertThat(lab.cluster().batch().v1().jobs().inNamespace("ns").list().getItems()).isEmpty();
    var claim =
        lab.cluster()
            .persistentVolumeClaims()
            .inNamespace("ns")
            .withName("data-cray-bss-etcd-0")
            .get();
    assertThat(claim.getMetadata().getLabels()).containsEntry("app", RestoreLab.SET);
    assertThat(claim.getSpec().getStorageClassName()).isEqualTo("fast");
  }

  @Test
  void aPreviewNamesTheStepsAndChangesNothing() throws Exception {
    int before = lab.claims().size();

    RestorePreview preview = restore().preview(RestoreLab.BACKUP);

    assertThat(preview.lines())
        .hasSize(9)
        .anyMatch(line -> line.contains(RestoreLab.BACKUP.name()));
    assertThat(preview.manifests()).hasSize(9);
    assertThat(preview.text())
        .contains("# STOP: scale StatefulSet ns/cray-bss-etcd to 0")
        .contains("kind: \"Job\"")
        .contains("-before-20261128-220000");
    assertThat(lab.claims()).hasSize(before);
    assertThat(lab.set().getMetadata().getAnnotations()).isNullOrEmpty();
  }

  @Test
  void jobsMeetTheRestrictedStandardAndShowNoSecret() throws Exception {
    Job job =
        (Job)
            restore().preview(RestoreLab.BACKUP).manifests().stream()
                .filter(one -> one instanceof Job)
                .findFirst()
                .orElseThrow();
    PodSpec pod = job.getSpec().getTemplate().getSpec();
    var container = pod.getContainers().get(0);

    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(1001);
    assertThat(pod.getSecurityContext().getFsGroup()).isEqualTo(1001);
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(container.getEnvFrom().get(0).getSecretRef().getName()).isEqualTo("etcd-backup-s3");
    assertThat(container.getArgs())
        .containsSubsequence("restore", RestoreLab.BACKUP.toString())
        .containsSubsequence("--data-dir", "/var/lib/etcd/data")
        .containsSubsequence("--name", "cray-bss-etcd-0")
        .containsSubsequence(
            "--initial-advertise-peer-urls",
            "http://cray-bss-etcd-0.cray-bss-etcd-headless.ns.svc:2380");
  }

  /** Whatever request of the API is the last one of a killed operator, the next one goes on. */
  @Test
  @Tag("night")
  void killedBeforeAnyRequestItGoesOn() throws Exception {
    lab.until(RestoreStep.AWAIT_HEALTHY, restore(), begin());
    int all = lab.requests();
    assertThat(all).isGreaterThan(20);
    int runs = 1 + Integer.getInteger("etcdbackup.test.share", 100) * all / 100;
    for (int run = 0; run < runs; run++) {
      int request = run * all / runs;
      stop();
      try (var files = Files.walk(directory)) {
        files
            .sorted(java.util.Comparator.reverseOrder())
            .filter(file -> !file.equals(directory))
            .forEach(file -> file.toFile().delete());
      }
      start();
      lab.killBefore(request);

      RestoreState state = survivingOneKill();

      assertNewDataAreUsed(state);
    }
  }

  private RestoreState survivingOneKill() throws IOException {
    RestoreState saved = null;
    while (true) {
      try {
        if (saved == null) {
          saved = begin();
        }
        while (saved.step() != RestoreStep.AWAIT_HEALTHY) {
          saved = restore().advance(saved);
          lab.kubelet().sync();
        }
        lab.killNoMore();
        return saved;
      } catch (IOException | RuntimeException e) {
        assertThat(e).hasStackTraceContaining("killed");
        lab.killNoMore();
      }
    }
  }

  @Test
  void aStepWhoseResultWasLostIsRunAgain() throws Exception {
    RestoreState state = begin();
    while (state.step() != RestoreStep.AWAIT_HEALTHY) {
      RestoreState lost = restore().advance(state);
      lab.kubelet().sync();
      state = restore().advance(state);
      assertThat(lost.step()).isLessThanOrEqualTo(state.step());
      lab.kubelet().sync();
    }
    assertNewDataAreUsed(state);
  }

  @Test
  void itIsRolledBackFromAnyStep() throws Exception {
    for (RestoreStep step : RestoreStep.values()) {
      if (step.compareTo(RestoreStep.AWAIT_HEALTHY) > 0) {
        break;
      }
      clock.pass(Duration.ofMinutes(1));
      RestoreState state = lab.until(step, restore(), begin());

      rollBack(state);

      assertOldDataAreUsed();
    }
  }

  /** Also from the middle of the move of the volumes. */
  @Test
  @Tag("night")
  void itIsRolledBackFromAnyRequestOfTheMove() throws Exception {
    int runs = Math.max(8, 60 * Integer.getInteger("etcdbackup.test.share", 100) / 100);
    for (int run = 0; run < runs; run++) {
      int request = 1 + run * 60 / runs;
      clock.pass(Duration.ofMinutes(1));
      RestoreState state = lab.until(RestoreStep.SWAP_VOLUMES, restore(), begin());
      lab.killBefore(request);
      try {
        while (state.step() == RestoreStep.SWAP_VOLUMES) {
          state = restore().advance(state);
          if (run % 2 == 1) { // the cluster may or may not have acted
            lab.kubelet().sync();
          }
        }
      } catch (IOException | RuntimeException e) {
        assertThat(e).hasStackTraceContaining("killed");
      }
      lab.killNoMore();

      rollBack(state);

      assertOldDataAreUsed();
    }
  }

  private void rollBack(RestoreState state) throws IOException {
    RestoreState back = restore().rollBack(state);
    back = lab.until(RestoreStep.ROLLED_BACK, restore(), back);
    lab.kubelet().sync();
    lab.kubelet().sync();
    assertThat(back.step()).isEqualTo(RestoreStep.ROLLED_BACK);
    assertThat(lab.set().getMetadata().getAnnotations()).isNullOrEmpty();
    var retention = lab.set().getSpec().getPersistentVolumeClaimRetentionPolicy();
    assertThat(retention.getWhenScaled()).isEqualTo("Delete");
    assertThat(lab.claims()).noneMatch(claim -> claim.endsWith("-before-" + state.id()));
  }

  /** A restore that is rolled back when a later one is in use would lose track of the volumes. */
  @Test
  void anEarlierRestoreIsNotRolledBack() throws Exception {
    RestoreState earlier = inUse();
    clock.pass(Duration.ofMinutes(1));
    inUse();
    RestoreState back = restore().rollBack(earlier);

    assertThatIOException()
        .isThrownBy(() -> lab.until(RestoreStep.ROLLED_BACK, restore(), back))
        .withMessageContaining("restored it, and nothing is deleted");
    assertThat(containers.running).containsExactly(0, 1, 2);
    assertThat(lab.claims()).contains("data-cray-bss-etcd-0-before-" + earlier.id());
    assertThat(lab.kubelet().deletedVolumes()).isEmpty();
  }

  @Test
  void anEmptyStartIsRolledBackToo() throws Exception {
    RestoreState state =
        lab.until(RestoreStep.AWAIT_HEALTHY, restore(), restore().begin(APPROVAL.by()));
    lab.kubelet().sync();
    lab.kubelet().sync();
    assertThat(contents("data-cray-bss-etcd-0-before-" + state.id())).isEqualTo("old 0");

    rollBack(state);

    assertThat(lab.claims()).hasSize(6).contains("data-cray-bss-etcd-0-undone-" + state.id());
    assertThat(lab.kubelet().deletedVolumes()).isEmpty();
  }

  /** A restore that is complete but for the questions to etcd. */
  private RestoreState inUse() throws IOException {
    RestoreState state = lab.until(RestoreStep.AWAIT_HEALTHY, restore(), begin());
    RestoreState last = state.at(RestoreStep.FINISH, clock.instant(), "");
    RestoreState done = lab.until(RestoreStep.DONE, restore(), last);
    lab.kubelet().sync();
    return done;
  }

  @Test
  void aFailedJobStopsItAndIsReplacedByTheNextAttempt() throws Exception {
    containers.failingJobs.add(1);
    RestoreState failed = lab.until(RestoreStep.RESTORE_DATA, restore(), begin());
    assertThatExceptionOfType(ClusterRestoreException.class)
        .isThrownBy(() -> lab.until(RestoreStep.SWAP_VOLUMES, restore(), failed))
        .withMessageContaining("the restore stopped at RESTORE_DATA")
        .withMessageContaining("BackoffLimitExceeded")
        .withMessageContaining("rolling back starts the old cluster");
    containers.failingJobs.clear();

    RestoreState state =
        lab.until(RestoreStep.AWAIT_HEALTHY, restore(), failed.retried(clock.instant()));

    assertThat(state.attempt()).isEqualTo(2);
    assertThat(containers.jobs).hasSize(4);
    for (int i = 0; i < 3; i++) {
      assertThat(contents("data-cray-bss-etcd-" + i)).isEqualTo("new " + i);
    }
  }

  @Test
  void thereIsOneRestoreOfAStatefulSet() throws Exception {
    lab.until(RestoreStep.STOP, restore(), begin());
    clock.pass(Duration.ofMinutes(1));

    RestoreState other = begin();

    assertThatIOException()
        .isThrownBy(() -> restore().advance(other))
        .withMessageContaining("restore 20261128-220000 of StatefulSet ns/cray-bss-etcd is under");
  }

  @Test
  void volumesAreNotMovedWhileSomethingScalesUp() throws Exception {
    RestoreState state = lab.until(RestoreStep.SWAP_VOLUMES, restore(), begin());
    lab.editSet(set -> new StatefulSetBuilder(set).editSpec().withReplicas(3).endSpec().build());
    lab.kubelet().sync();

    assertThatIOException()
        .isThrownBy(() -> restore().advance(state))
        .withMessageContaining("has 3 replicas instead of 0");
    assertOldDataAreUsed();
  }

  @Test
  void aStepThatWaitsTooLongFails() throws Exception {
    RestoreState state = lab.until(RestoreStep.STOP, restore(), begin());
    assertThat(restore().advance(state).message())
        .contains("pods cray-bss-etcd-0, cray-bss-etcd-1");
    clock.pass(Duration.ofMinutes(11));

    assertThatIOException()
        .isThrownBy(() -> restore().advance(state))
        .withMessageContaining("after 600 s it still waits for pods cray-bss-etcd-0");
    assertThat(restore().advance(state.retried(clock.instant())).step())
        .isEqualTo(RestoreStep.STOP);
  }

  @Test
  void whatCannotBeRestoredIsRefused() throws Exception {
    assertThatIOException()
        .isThrownBy(
            () ->
                StatefulSetRestore.builder(
                        lab.operator(),
                        EtcdStatefulSet.builder("ns", "other").build(),
                        RestoreTool.builder("i", "s3://b").build())
                    .build()
                    .begin(APPROVAL, RestoreLab.BACKUP))
        .withMessageContaining("StatefulSet ns/other does not exist");
    lab.editSet(set -> new StatefulSetBuilder(set).editSpec().withReplicas(0).endSpec().build());
    assertThatIOException()
        .isThrownBy(this::begin)
        .withMessageContaining("has no replicas; give the number of members");
  }
}
