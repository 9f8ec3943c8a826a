package dev.etcdbackup.kubernetes.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.snapshot.EtcdSnapshot;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The objects of a snapshot that an etcd streamed. */
class ClusterSnapshotTest {
  @TempDir Path directory;

  @Test
  void allObjectsAreReadInTheOrderOfTheirKeys() throws Exception {
    Path file = directory.resolve("cluster.db");
    try (InputStream in =
        new GZIPInputStream(Golden.class.getResourceAsStream("/golden/cluster.db.gz"))) {
      Files.copy(in, file);
    }
    List<String> objects = new ArrayList<>();
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      ObjectCursor cursor = KubernetesObjects.DEFAULT.under("/registry").read(snapshot);
      while (cursor.next()) {
        StoredObject object = cursor.object();
        assertThat(cursor.storedBytes()).isPositive();
        assertThat(cursor.modRevision()).isPositive();
        objects.add(object + " " + object.form() + " " + object.owners());
      }
      assertThat(KubernetesObjects.DEFAULT.under("/other").read(snapshot).next()).isFalse();
    }
    assertThat(objects)
        .containsExactly(
            "ConfigMap default/settings PROTOBUF []",
            "Deployment default/web PROTOBUF []",
            "Widget default/w JSON []",
            "Node node-1 PROTOBUF []",
            "Namespace default PROTOBUF []",
            "pods default/broken UNREADABLE []",
            "Pod default/web-1-a PROTOBUF [ReplicaSet/web-1]",
            "ReplicaSet default/web-1 PROTOBUF [Deployment/web]",
            "Secret default/db PROTOBUF []",
            "secrets default/remote ENCRYPTED []",
            "secrets default/vault ENCRYPTED []",
            "Service default/web PROTOBUF []");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                KubernetesObjects.DEFAULT.decode(
                    "/other/x".getBytes(StandardCharsets.UTF_8), new byte[0]));
  }
}
