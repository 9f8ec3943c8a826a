package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The scheduler of {@code run} packs, names and keeps backups as the configuration says. */
@Timeout(120)
@Tag("server")
class ScheduledNamesTest {
  @TempDir Path directory;

  @Test
  void tarballsPrefixesAndPoliciesAreThoseOfTheConfiguration() throws Exception {
    Path store = directory.resolve("store");
    try (EtcdServer etcd = EtcdServer.start()) {
      String text =
          """
          clusters:
          - {project: packed, endpoints: ["%1$s"], tarball: true, keep: last 1 then daily 1}
          - {project: named, endpoints: ["%1$s"], prefix: nightly, keepLast: 1, keepDaily: 1}
          """
              .formatted(etcd.endpoint());
      BackupConfig config =
          BackupConfig.read(Files.writeString(directory.resolve("c.yaml"), text), Optional.empty());
      backUpBoth(config, store, "2020-02-03T21:00:00Z");
      backUpBoth(config, store, "2020-02-03T22:00:00Z");
    }
    assertThat(names(store.resolve("packed")))
        .containsExactly(
            "etcd-backup-2020-02-03-21-00-00.tar.gz", "etcd-backup-2020-02-03-22-00-00.tar.gz");
    assertThat(names(store.resolve("named"))).containsExactly("nightly_v1_2020-02-03-22:00:00");
  }

  private static void backUpBoth(BackupConfig config, Path store, String now) throws Exception {
    try (SchedulerSetup setup =
        new SchedulerSetup(
            config,
            DirectoryBackupStore.at(store),
            new EncodingOptions().reading(),
            ZoneOffset.UTC,
            SecondStores.none(),
            builder -> builder.clock(InstantSource.fixed(Instant.parse(now))))) {
      setup.addOnDemand();
      setup.scheduler().start();
      for (String project : List.of("packed", "named")) {
        setup.scheduler().trigger(project).get(60, TimeUnit.SECONDS);
      }
    }
  }

  private static List<String> names(Path project) throws Exception {
    try (Stream<Path> files = Files.list(project)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }
}
