package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code accept}, {@code before-upgrade}, and what {@code run} refuses. */
@Timeout(120)
class AutomationCommandsTest {
  @TempDir Path directory;

  private String config(String text) throws IOException {
    return "--config=" + Files.writeString(directory.resolve("c.yaml"), text);
  }

  @Test
  void runRefusesInOneLineWhatCannotBeMeant() throws Exception {
    String name = directory.resolve("c.yaml").toString();
    Path root = Files.createDirectory(directory.resolve("store"));
    String store = "store: " + root.toUri() + "\n";
    assertRefused("no store; give --store", "clusters: []");
    assertRefused(
        name + ":3: keepLast: must be a number", store + "clusters:\n- {project: p, keepLast: no}");
    assertRefused(
        name + ":2: ttl: must be 2s to 1h, not '1s'",
        store + "lock: {etcd: [http://l:1], ttl: 1s}\nclusters: []");
    assertRefused(
        "cluster 'p' has no endpoints; give them, or say 'automated: false'",
        store + "clusters:\n- project: p");
    assertRefused(
        "listen: cannot listen on 192.0.2.1:9: ", store + "listen: 192.0.2.1:9\nclusters: []");
    Cli fixed = Cli.run("run", config(store + "clusters: []"), "--now=2020-02-03T21:00:00Z");
    assertThat(fixed).isEqualTo(new Cli(2, "", "etcd-backup: --now cannot be combined with run\n"));
  }

  private void assertRefused(String reason, String text) throws IOException {
    Cli run = Cli.run("run", config(text));
    assertThat(run.err()).startsWith("etcd-backup: " + reason).matches("[^\n]*\n");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }

  @Tag("server")
  @Test
  void beforeAnUpgradeAllThatHaveEndpointsAreBackedUpAndEachIsReported() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      String config =
          config(
              """
              store: %s
              createStore: true
              clusters:
              - {project: a, endpoints: ["%s"]}
              - {project: dead, endpoints: ["http://127.0.0.1:1"]}
              - {project: by-hand, automated: false, endpoints: ["%s"]}
              - {project: cps, automated: false}
              """
                  .formatted(directory.resolve("store").toUri(), etcd.endpoint(), etcd.endpoint()));
      Cli all = Cli.run("before-upgrade", "pre_upgrade", config, "--now=2020-02-03T21:00:00Z");
      assertThat(all.out().lines().toList())
          .hasSize(3)
          .startsWith(
              "stored a/pre_upgrade.backup_2020-02-03-21:00:00",
              "stored by-hand/pre_upgrade.backup_2020-02-03-21:00:00")
          .last()
          .asString()
          .startsWith("FAILED dead: ");
      assertThat(all.code()).isEqualTo(3);
      assertThat(all.err()).isEmpty();

      Cli some = Cli.run("before-upgrade", "after_install", "by-hand", config, "-ojson");
      assertThat(some.code()).isZero();
      JsonNode json = new JsonMapper().readTree(some.out());
      assertThat(json.get("complete").asBoolean()).isTrue();
      assertThat(json.at("/projects/0/key").asText()).startsWith("by-hand/after_install.backup_");

      assertThat(Cli.run("before-upgrade", "upgrade", config).err())
          .isEqualTo(
              "etcd-backup: context 'upgrade' must contain '_', so that older tools find the"
                  + " time\n");
      assertThat(Cli.run("before-upgrade", "pre_upgrade", "cps", config))
          .isEqualTo(
              new Cli(2, "", "etcd-backup: project 'cps' has no endpoints in the configuration\n"));
    }
  }

  @Test
  void acceptNotesInTheStoreThatABackupIsAsItShouldBe() throws Exception {
    Path store =
        Cli.storeIn(
            directory.resolve("store"),
            List.of(
                "p/etcd.backup_v90_2020-02-02-20:45:48",
                "p/etcd.backup_v12_2020-02-03-20:45:48",
                "p/by-hand"));
    String key = "p/etcd.backup_v12_2020-02-03-20:45:48";
    assertThat(Cli.on(store, "accept", key)).isEqualTo(new Cli(0, "accepted " + key + "\n", ""));
    assertThat(
            store.resolve(
                "p/.etcd-backup/periodic/etcd.backup/accepted_backup_2020-02-03-20:45:48"))
        .exists();
    assertThat(Cli.on(store, "list", "p").out()).contains(key).doesNotContain("accepted_backup");
    assertThat(Cli.on(store, "accept", key).code()).as("again is as good").isZero();
    assertThat(Cli.on(store, "accept", "p/none").code()).isEqualTo(1);
    Cli manual = Cli.on(store, "accept", "p/by-hand");
    assertThat(manual.code()).isEqualTo(2);
    assertThat(manual.err())
        .isEqualTo(
            "etcd-backup: p/by-hand is neither a periodic backup nor a tarball: nothing to"
                + " accept\n");
  }
}
