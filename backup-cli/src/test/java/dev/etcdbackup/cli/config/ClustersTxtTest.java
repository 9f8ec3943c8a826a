package dev.etcdbackup.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.coverage.CoveredProject;
import dev.etcdbackup.retention.RetentionPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads the list of clusters of the system that this library replaces. */
class ClustersTxtTest {
  @TempDir Path directory;

  private BackupConfig read(String name, String text) throws IOException, ConfigException {
    return BackupConfig.read(Files.writeString(directory.resolve(name), text), Optional.empty());
  }

  @Test
  void linesOfTheReplacedSystemAreRead() throws Exception {
    BackupConfig config =
        read(
            "clusters.txt",
            """
            # project.namespace.intervalSeconds.maxBackups.tlsSecret
            cray-bos.services.86400.7.

              slingshot-controllers.services.3600.0.etcd.client-tls\r
            """);

    assertThat(config.store()).isEmpty();
    assertThat(config.clusters()).hasSize(2);
    ClusterConfig bos = config.clusters().get(0);
    assertThat(bos.project()).isEqualTo("cray-bos");
    assertThat(bos.automated()).isTrue();
    assertThat(bos.etcd().endpoints())
        .containsExactly(URI.create("http://cray-bos-etcd-client.services:2379"));
    assertThat(bos.interval()).isEqualTo(Duration.ofDays(1));
    assertThat(bos.retention()).contains(RetentionPolicy.keepLast(7));
    assertThat(bos.timeout()).isEqualTo(Duration.ofMinutes(10));
    assertThat(bos.etcd().tls()).isEmpty();
    assertThat(bos.covered()).isEqualTo(CoveredProject.automated("cray-bos", Duration.ofDays(1)));

    ClusterConfig slingshot = config.clusters().get(1);
    assertThat(slingshot.etcd().endpoints())
        .containsExactly(URI.create("https://slingshot-controllers-etcd-client.services:2379"));
    assertThat(slingshot.retention()).isEmpty();
    assertThat(slingshot.etcd().tls())
        .contains(
            new TlsFiles(
                Optional.of(directory.resolve("etcd.client-tls/etcd-client-ca.crt")),
                Optional.of(directory.resolve("etcd.client-tls/etcd-client.crt")),
                Optional.of(directory.resolve("etcd.client-tls/etcd-client.key"))));
  }

  @Test
  void theSecretsOfTheReplacedSystemMayLieElsewhere() throws Exception {
    Path file = Files.writeString(directory.resolve("c.txt"), "p.n.1.1.secret");
    BackupConfig config = BackupConfig.read(file, Optional.of(Path.of("/tls")));
    assertThat(config.clusters().get(0).etcd().tls().orElseThrow().key())
        .contains(Path.of("/tls/secret/etcd-client.key"));
  }
}
