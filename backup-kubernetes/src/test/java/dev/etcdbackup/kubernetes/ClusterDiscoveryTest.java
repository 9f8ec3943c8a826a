package dev.etcdbackup.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.etcdbackup.coverage.Coverage;
import dev.etcdbackup.coverage.CoverageState;
import dev.etcdbackup.kubernetes.ClusterDiscovery.NotBackedUp;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.ClusterStatus;
import dev.etcdbackup.schedule.Schedule;
import dev.etcdbackup.schedule.ScheduledCluster;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scheduler has what the API server has. */
@Tag("server")
@Timeout(60)
class ClusterDiscoveryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final MockApi api = MockApi.start();
  private final KubernetesClient client = api.newClient();
  private final BackupScheduler scheduler =
      BackupScheduler.builder(new InMemoryBackupStore()).build();
  private final ClusterDiscovery discovery = discovery();

  @AfterEach
  void stop() {
    discovery.close();
    scheduler.close();
    client.close();
    api.close();
  }

  @Test
  void whatIsThereIsScheduledBeforeTheStartReturns() throws Exception {
    for (int i = 0; i < 20; i++) {
      create(etcd("ns" + i % 3, "etcd-" + i));
    }
    discovery.start(PATIENCE);
    assertThat(discovery.clusters()).hasSize(20);
    assertThat(scheduled()).hasSize(20).contains("etcd-0", "etcd-19");
    assertThat(discovery.isWatching()).isTrue();
    assertThat(discovery.cluster("etcd-7").orElseThrow().endpoints()).hasSize(3);
  }

  @Test
  void clustersComeChangeAndGoWhileItRuns() throws Exception {
    discovery.start(PATIENCE);
    create(etcd("services", "a"));
    await(() -> scheduled().equals(List.of("a")));

    client.apps().statefulSets().inNamespace("services").withName("a").scale(5);
    await(() -> discovery.cluster("a").map(one -> one.endpoints().size()).orElse(0) == 5);

    client.apps().statefulSets().inNamespace("services").withName("a").scale(0);
    await(() -> scheduled().isEmpty());
    assertThat(discovery.notBackedUp())
        .extracting(NotBackedUp::reason)
        .containsExactly("it is scaled to 0 pods");

    client.apps().statefulSets().inNamespace("services").withName("a").scale(1);
    await(() -> scheduled().equals(List.of("a")));
    client.apps().statefulSets().inNamespace("services").withName("a").delete();
    await(() -> scheduled().isEmpty());
    assertThat(discovery.notBackedUp()).isEmpty();
  }

  @Test
  void ofTwoWithOneProjectTheOlderIsBackedUp() throws Exception {
    create(etcd("a-old", "a")); // in the same second, the name of the namespace decides
    create(etcd("b-new", "a"));
    discovery.start(PATIENCE);
    assertThat(discovery.cluster("a").orElseThrow().namespace()).isEqualTo("a-old");
    assertThat(discovery.notBackedUp())
        .extracting(one -> one.cluster().namespace() + ": " + one.reason())
        .containsExactly("b-new: its project a is that of StatefulSet a-old/a");

    client.apps().statefulSets().inNamespace("a-old").withName("a").delete();
    await(
        () -> discovery.cluster("a").map(DiscoveredCluster::namespace).orElse("").equals("b-new"));
    assertThat(scheduled()).containsExactly("a");
    assertThat(discovery.notBackedUp()).isEmpty();
  }

  @Test
  void whatIsFoundAndNotConfiguredIsInTheCoverage() throws Exception {
    create(etcd("services", "yes"));
    create(etcd("services", "excluded"));
    create(etcd("services", "invalid"));
    discovery.start(PATIENCE);
    assertThat(scheduled()).containsExactly("yes");

    Coverage coverage = discovery.coverage(scheduler.coverage());
    assertThat(coverage.projects())
        .extracting(one -> one.row().project() + " " + one.row().state() + " " + one.row().note())
        .anySatisfy(
            row ->
                assertThat(row)
                    .isEqualTo(
                        "excluded UNCONFIGURED found as StatefulSet services/excluded and not"
                            + " backed up: the settings exclude it"))
        .anySatisfy(row -> assertThat(row).contains("invalid", "no such tier"))
        .hasSize(3);
    assertThat(coverage.projects().get(0).row().state()).isNotEqualTo(CoverageState.UNCONFIGURED);
  }

  @Test
  void clustersOfOthersAreLeftAlone() throws Exception {
    scheduler.put(
        ScheduledCluster.builder(
                "mine",
                () -> {
                  throw new IllegalStateException();
                })
            .build());
    create(etcd("services", "a"));
    discovery.start(PATIENCE);
    client.apps().statefulSets().inNamespace("services").withName("a").delete();
    await(() -> scheduled().equals(List.of("mine")));
    discovery.close();
    create(etcd("services", "b"));
    assertThat(scheduled()).containsExactly("mine");
    assertThat(discovery.isWatching()).isFalse();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void afterAnyChangesTheSchedulerHasWhatTheApiServerHas(long seed) throws Exception {
    Random random = new Random(seed);
    for (int i = 0; i < 10; i++) {
      change(random);
    }
    discovery.start(PATIENCE);
    for (int i = 0; i < 60; i++) {
      change(random);
    }
    await(() -> scheduled().equals(expected()));
    assertThat(discovery.clusters())
        .allSatisfy(
            one ->
                assertThat(one.endpoints())
                    .hasSize(
                        client
                            .apps()
                            .statefulSets()
                            .inNamespace(one.namespace())
                            .withName(one.name())
                            .get()
                            .getSpec()
                            .getReplicas()));
  }

  /** Creates, scales, renames the project of, or deletes one of a few StatefulSets. */
  private void change(Random random) {
    String namespace = "ns" + random.nextInt(3);
    String name = "etcd-" + random.nextInt(4);
    var set = client.apps().statefulSets().inNamespace(namespace).withName(name);
    if (set.get() == null) {
      create(etcd(namespace, name));
    } else {
      switch (random.nextInt(4)) {
        case 0 -> set.delete();
        case 1 -> set.scale(random.nextInt(3));
        default ->
            set.edit(
                before ->
                    new StatefulSetBuilder(before)
                        .editMetadata()
                        .addToAnnotations("etcdbackup.dev/project", "p" + random.nextInt(5))
                        .endMetadata()
                        .build());
      }
    }
  }

  /** The projects whose oldest cluster has pods. */
  private List<String> expected() {
    Map<String, List<StatefulSet>> byProject = new TreeMap<>();
    for (StatefulSet one : client.apps().statefulSets().inAnyNamespace().list().getItems()) {
      String project =
          one.getMetadata()
              .getAnnotations()
              .getOrDefault("etcdbackup.dev/project", one.getMetadata().getName());
      byProject.computeIfAbsent(project, key -> new ArrayList<>()).add(one);
    }
    List<String> expected = new ArrayList<>();
    byProject.forEach(
        (project, claimants) -> {
          claimants.sort(
              Comparator.comparing((StatefulSet one) -> one.getMetadata().getCreationTimestamp())
                  .thenComparing(one -> one.getMetadata().getNamespace())
                  .thenComparing(one -> one.getMetadata().getName()));
          if (claimants.get(0).getSpec().getReplicas() > 0) {
            expected.add(project);
          }
        });
    return expected;
  }

  @Test
  void aListThatIsRefusedIsReported() {
    api.answer(
        request ->
            Optional.of(
                MockApi.status(403)
                    .setBody(
                        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"code\":403,"
                            + "\"message\":\"statefulsets is forbidden\"}")));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> discovery.start(PATIENCE))
        .withMessage(
            "the API server does not list StatefulSets of all namespaces: statefulsets is"
                + " forbidden");
    assertThatIllegalStateException().isThrownBy(() -> discovery.start(PATIENCE));
  }

  @Test
  void settingsAreChecked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClusterDiscovery.builder(client, scheduler).build());
    assertThatIllegalArgumentException().isThrownBy(() -> discovery.start(Duration.ZERO));
  }

  private ClusterDiscovery discovery() {
    return ClusterDiscovery.builder(client, scheduler)
        .layouts(List.of(LayoutPresets.labelled()))
        .settings(
            cluster -> {
              if (cluster.name().equals("invalid")) {
                throw new IllegalArgumentException("no such tier");
              }
              return cluster.name().equals("excluded")
                  ? Optional.empty()
                  : Optional.of(
                      ScheduledCluster.builder(cluster.project(), cluster.source(client, PATIENCE))
                          .schedule(Schedule.every(Duration.ofHours(6)))
                          .build());
            })
        .build();
  }

  private List<String> scheduled() {
    return scheduler.status().stream().map(ClusterStatus::project).sorted().toList();
  }

  private void create(StatefulSet set) {
    client
        .apps()
        .statefulSets()
        .inNamespace(set.getMetadata().getNamespace())
        .resource(set)
        .create();
  }

  private static StatefulSet etcd(String namespace, String name) {
    return new StatefulSetBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .addToLabels(ClusterLayout.BACKUP, "yes")
        .endMetadata()
        .withNewSpec()
        .withReplicas(3)
        .withServiceName(name)
        .withNewTemplate()
        .withNewSpec()
        .addNewContainer()
        .withName("etcd")
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) { // until the timeout of the test
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
