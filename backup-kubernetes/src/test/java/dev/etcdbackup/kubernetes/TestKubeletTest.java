package dev.etcdbackup.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.testkit.kubernetes.TestKubelet;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in for the kubelet acts on its namespace alone. */
class TestKubeletTest {
  @TempDir Path directory;

  @Test
  void volumesOfOtherNamespacesAndOfNoClaimStay() throws Exception {
    try (MockApi api = MockApi.start();
        KubernetesClient client = api.newClient()) {
      create(client, "free", null);
      create(client, "of-others", "others");
      TestKubelet kubelet =
          new TestKubelet(
              client,
              "mine",
              directory,
              new TestKubelet.Pods() {
                @Override
                public void start(int index, Path dataDir) {}

                @Override
                public void stop(int index) {}
              },
              (pod, dataDir) -> {});
      kubelet.sync();
      assertThat(kubelet.deletedVolumes()).isEmpty();
      assertThat(client.persistentVolumes().list().getItems())
          .extracting(volume -> volume.getMetadata().getName())
          .containsExactlyInAnyOrder("free", "of-others");
    }
  }

  private static void create(KubernetesClient client, String name, String namespace) {
    PersistentVolume volume =
        new PersistentVolumeBuilder()
            .withNewMetadata()
            .withName(name)
            .endMetadata()
            .withNewSpec()
            .withPersistentVolumeReclaimPolicy("Delete")
            .endSpec()
            .build();
    if (namespace != null) {
      volume =
          new PersistentVolumeBuilder(volume)
              .editSpec()
              .withNewClaimRef()
              .withNamespace(namespace)
              .withName("data")
              .withUid("1")
              .endClaimRef()
              .endSpec()
              .build();
    }
    client.persistentVolumes().resource(volume).create();
  }
}
