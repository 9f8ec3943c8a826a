package dev.etcdbackup.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** A small Kubernetes cluster in a snapshot: that of backup-kubernetes-objects. */
final class KubeSnapshot {
  static final Path GOLDEN = Path.of("../backup-kubernetes-objects/src/test/resources/golden");

  private KubeSnapshot() {}

  static byte[] bytes() {
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(GOLDEN.resolve("cluster.db.gz")))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An EncryptionConfiguration with the key of its one encrypted Secret. */
  static Path configuration(Path directory) throws IOException {
    return Files.writeString(
        directory.resolve("encryption.yaml"),
        """
        apiVersion: apiserver.config.k8s.io/v1
        kind: EncryptionConfiguration
        resources:
        - resources: [secrets]
          providers:
          - secretbox:
              keys:
              - name: key1
                secret: AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=
          - identity: {}
        """);
  }
}
