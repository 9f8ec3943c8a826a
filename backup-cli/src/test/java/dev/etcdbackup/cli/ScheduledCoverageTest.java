package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.directory.DirectoryBackupStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The coverage of {@code run} and that of {@code coverage} are of one configuration. */
class ScheduledCoverageTest {
  private static final String NOW = "2020-02-03T21:00:00Z";

  @TempDir Path directory;

  @Test
  void theyAgreeOnWhatIsStale() throws Exception {
    Path store = directory.resolve("store");
    for (String project : List.of("hourly", "patient", "daily", "impatient")) {
      Files.createDirectories(store.resolve(project));
      Files.write(
          store.resolve(project).resolve("etcd.backup_v1_2020-02-03-18:00:00"), new byte[] {1});
    }
    String text =
        """
        clusters:
        - {project: hourly, interval: 1h, endpoints: ["http://127.0.0.1:1"]}
        - {project: patient, interval: 1h, maxAge: 4h, endpoints: ["http://127.0.0.1:1"]}
        - {project: daily, interval: 24h, endpoints: ["http://127.0.0.1:1"]}
        - {project: impatient, interval: 24h, maxAge: 2h, endpoints: ["http://127.0.0.1:1"]}
        """;
    Path file = Files.writeString(directory.resolve("c.yaml"), text);

    String command = Cli.on(store, "coverage", "--config=" + file, "--now=" + NOW, "-o=json").out();

    assertThat(states(command))
        .containsExactly("daily fresh", "hourly stale", "impatient stale", "patient fresh");
    try (SchedulerSetup setup =
        new SchedulerSetup(
            BackupConfig.read(file, Optional.empty()),
            DirectoryBackupStore.at(store),
            new EncodingOptions().reading(),
            ZoneOffset.UTC,
            SecondStores.none(),
            builder -> builder.clock(InstantSource.fixed(Instant.parse(NOW))))) {
      setup.addAll(List.of()); // not started
      assertThat(states(setup.scheduler().coverage().json())).isEqualTo(states(command));
    }
  }

  private static Set<String> states(String json) throws Exception {
    Set<String> states = new TreeSet<>();
    for (JsonNode one : new JsonMapper().readTree(json).at("/projects")) {
      states.add(one.get("project").asText() + " " + one.get("state").asText());
    }
    return states;
  }
}
