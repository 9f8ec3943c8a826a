package dev.etcdbackup.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.Schedule;
import dev.etcdbackup.schedule.ScheduledCluster;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Five hundred clusters of 1,500 pods: what they cost. The figures of docs/kubernetes.md are what
 * this prints; the bounds here are several times that. The mock server runs in this process, so CPU
 * and memory are upper bounds.
 */
@Tag("server")
@Tag("night")
@Timeout(300)
class DiscoveryScaleTest {
  private static final int CLUSTERS = 500;

  @Test
  void fiveHundredClustersCostTwoRequestsAndFewMegabytes() throws Exception {
    try (MockApi api = MockApi.start();
        KubernetesClient client = api.newClient();
        BackupScheduler scheduler = BackupScheduler.builder(new InMemoryBackupStore()).build()) {
      for (int i = 0; i < CLUSTERS; i++) {
        client.apps().statefulSets().inNamespace("ns" + i % 50).resource(etcd(i)).create();
      }
      List<Integer> warm = new ArrayList<>();
      client.apps().statefulSets().inAnyNamespace().list().getItems().forEach(one -> warm.add(1));
      assertThat(warm).hasSize(CLUSTERS);
      api.requests().clear();
      long before = usedMemory();
      long cpuBefore = cpu();
      long begin = System.nanoTime();

      try (ClusterDiscovery discovery =
          ClusterDiscovery.builder(client, scheduler)
              .layouts(List.of(LayoutPresets.etcdDruid()))
              .settings(
                  found ->
                      Optional.of(
                          ScheduledCluster.builder(
                                  found.project(), found.source(client, Duration.ofMinutes(10)))
                              .schedule(Schedule.every(Duration.ofHours(6)))
                              .build()))
              .build()) {
        discovery.start(Duration.ofMinutes(2));
        long took = System.nanoTime() - begin;
        long cpu = cpu() - cpuBefore;
        assertThat(scheduler.status()).hasSize(CLUSTERS);
        assertThat(api.requests()).hasSize(2).allMatch(one -> one.contains("/statefulsets?"));
        int requests = api.requests().size();
        long memory = usedMemory() - before;

        long idleBefore = cpu();
        TimeUnit.SECONDS.sleep(10); // what an idle watch costs
        long idle = cpu() - idleBefore;
        assertThat(api.requests()).hasSize(requests);

        long changeBegin = System.nanoTime();
        for (int i = 0; i < 50; i++) {
          String name = "etcd-" + i;
          client.apps().statefulSets().inNamespace("ns" + i % 50).withName(name).scale(5);
        }
        await(
            () ->
                discovery.clusters().stream().filter(one -> one.endpoints().size() == 5).count()
                    == 50);
        long changes = System.nanoTime() - changeBegin;

        System.out.printf(
            "%d clusters: %d requests, %.1f MiB of heap (%.1f KiB each), %d ms, %d ms of CPU; idle"
                + " %.2f %% of a core; 50 changes seen in %d ms%n",
            CLUSTERS,
            requests,
            memory / 1048576.0,
            memory / 1024.0 / CLUSTERS,
            TimeUnit.NANOSECONDS.toMillis(took),
            TimeUnit.NANOSECONDS.toMillis(cpu),
            idle / 1e8,
            TimeUnit.NANOSECONDS.toMillis(changes));
        assertThat(memory).as("bytes of heap").isLessThan(32L << 20);
        assertThat(idle).as("nanoseconds of CPU in 10 s").isLessThan(TimeUnit.SECONDS.toNanos(5));
      }
    }
  }

  /** A StatefulSet with managed fields, as large as those of a real one. */
  private static StatefulSet etcd(int i) {
    return new StatefulSetBuilder()
        .withNewMetadata()
        .withName("etcd-" + i)
        .withNamespace("ns" + i % 50)
        .addToLabels("app.kubernetes.io/managed-by", "etcd-druid")
        .addToAnnotations("note", "a".repeat(500))
        .withManagedFields(
            new ManagedFieldsEntryBuilder()
                .withManager("m".repeat(8000))
                .withOperation("Update")
                .build())
        .endMetadata()
        .withNewSpec()
        .withReplicas(3)
        .withServiceName("etcd-" + i + "-peer")
        .withNewTemplate()
        .withNewSpec()
        .addNewContainer()
        .withName("etcd")
        .withArgs("start-etcd", "x".repeat(2000))
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private static long cpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static long usedMemory() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
