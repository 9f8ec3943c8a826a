package dev.etcdbackup.operator.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.kubernetes.EtcdSecrets;
import dev.etcdbackup.kubernetes.recovery.EtcdStatefulSet;
import dev.etcdbackup.kubernetes.recovery.RestoreProgress;
import dev.etcdbackup.kubernetes.recovery.RestoreState;
import dev.etcdbackup.kubernetes.recovery.RestoreStep;
import dev.etcdbackup.kubernetes.recovery.RestoreTool;
import dev.etcdbackup.kubernetes.recovery.StatefulSetRestore;
import dev.etcdbackup.operator.Owner;
import dev.etcdbackup.operator.StoreAddress;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From which state a restore goes on; nothing is asked of an API server for that. */
class StatefulSetRestorerTest {
  private static final String UID = UUID.randomUUID().toString();
  private static final BackupKey KEY = BackupKey.parse("p/etcd.backup");

  private final KubernetesClient client =
      new KubernetesClientBuilder().withConfig(Config.empty()).build();
  private final StatefulSetRestore restore =
      StatefulSetRestore.builder(
              client,
              EtcdStatefulSet.builder("services", "p").build(),
              RestoreTool.builder("image", "s3://b").build())
          .build();

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void itGoesOnFromWhatWasSaved() {
    RestoreState saved = state(RestoreStep.SWAP_VOLUMES, 1);
    assertThat(StatefulSetRestorer.resumed(restore, order(1, false), saved)).isEqualTo(saved);
  }

  @Test
  void aRaisedAttemptTriesTheStepAgainOnce() {
    RestoreState saved = state(RestoreStep.RESTORE_DATA, 1);
    RestoreState again = StatefulSetRestorer.resumed(restore, order(3, false), saved);
    assertThat(again.step()).isEqualTo(RestoreStep.RESTORE_DATA);
    assertThat(again.attempt()).isEqualTo(3);
    assertThat(again.since()).isAfter(saved.since());
    assertThat(StatefulSetRestorer.resumed(restore, order(3, false), again)).isEqualTo(again);
  }

  @Test
  void itIsRolledBackFromAnyStepAndOnce() {
    RestoreState back =
        StatefulSetRestorer.resumed(restore, order(1, true), state(RestoreStep.DONE, 1));
    assertThat(back.step()).isEqualTo(RestoreStep.ROLL_BACK);
    assertThat(StatefulSetRestorer.resumed(restore, order(1, true), back)).isEqualTo(back);
    RestoreState end = state(RestoreStep.ROLLED_BACK, 1);
    assertThat(StatefulSetRestorer.resumed(restore, order(1, true), end)).isEqualTo(end);
  }

  /** What failed before it began would otherwise begin now. */
  @Test
  void aRestoreThatHasNotBegunIsNotRolledBack() {
    StatefulSetRestorer restorer = new StatefulSetRestorer(client, "image");
    BackupService backups = BackupService.builder(new InMemoryBackupStore()).build();
    assertThatThrownBy(() -> restorer.restore(order(1, true), backups, new Progress(null)))
        .hasMessage("there is nothing to roll back: the restore has changed nothing");
  }

  /** The members may be stopped by then. */
  @Test
  void anApiServerThatIsAwayDoesNotEndARestore() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    HttpServer api =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext(
        "/",
        exchange -> {
          int code = requests.incrementAndGet() < 4 ? 503 : 404;
          exchange.sendResponseHeaders(code, -1);
          exchange.close();
        });
    Progress progress = new Progress(state(RestoreStep.STOP, 1));
    KubernetesClientBuilder builder =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(Config.empty())
                    .withMasterUrl("http://127.0.0.1:" + api.getAddress().getPort())
                    .withRequestRetryBackoffLimit(0)
                    .build());
    api.start();
    try (KubernetesClient answered = builder.build()) {
      StatefulSetRestorer restorer =
          new StatefulSetRestorer(answered, "image", Duration.ofMillis(1), set -> set);
      BackupService backups = BackupService.builder(new InMemoryBackupStore()).build();
      assertThatThrownBy(() -> restorer.restore(order(1, false), backups, progress))
          .hasMessageContaining("StatefulSet services/p does not exist");
    } finally {
      api.stop(0);
    }
    assertThat(requests).hasValue(4);
  }

  /** Nor when a process has just taken it over. */
  @Test
  void anApiServerThatCannotSayHowFarARestoreIsDoesNotEndIt() {
    AtomicInteger asked = new AtomicInteger();
    RestoreProgress away =
        new RestoreProgress() {
          @Override
          public Optional<RestoreState> load() throws IOException {
            if (asked.incrementAndGet() < 3) {
              throw new IOException("away", new KubernetesClientException("away", 503, null));
            }
            return Optional.of(state(RestoreStep.DONE, 1));
          }

          @Override
          public void save(RestoreState now) throws IOException {
            if (asked.incrementAndGet() < 6) {
              throw new IOException("away", new KubernetesClientException("away", 0, null));
            }
          }
        };
    StatefulSetRestorer restorer =
        new StatefulSetRestorer(client, "image", Duration.ofMillis(1), set -> set);
    BackupService backups = BackupService.builder(new InMemoryBackupStore()).build();
    assertThatCode(() -> restorer.restore(order(1, false), backups, away))
        .doesNotThrowAnyException();
    assertThat(asked).hasValue(6);
  }

  /** It may be as large as the database. */
  @Test
  void whatAProcessLeftThatWasKilledDuringTheDownloadIsDeletedByTheNext() throws Exception {
    Path left = StatefulSetRestorer.downloadsOf(order(1, false));
    Files.createDirectory(left);
    Files.writeString(left.resolve(".snapshot.db.part"), "half");
    BackupService backups = BackupService.builder(new InMemoryBackupStore()).build();
    assertThatThrownBy(
            () ->
                new StatefulSetRestorer(client, "image")
                    .restore(order(1, false), backups, new Progress(null)))
        .isInstanceOf(BackupNotFoundException.class);
    assertThat(left).doesNotExist();
  }

  /** The state in memory. */
  private record Progress(@Nullable RestoreState state) implements RestoreProgress {
    @Override
    public Optional<RestoreState> load() {
      return Optional.ofNullable(state);
    }

    @Override
    public void save(RestoreState now) {}
  }

  private static RestoreOrder order(int attempt, boolean rollBack) {
    return new RestoreOrder(
        new Owner(
            "etcdbackup.dev/v1alpha1", "EtcdRestore", new ResourceID("r", "services"), UID, ""),
        "p",
        new StoreAddress("http://rgw:8080", null, "b", "", "services", null),
        KEY,
        "operations",
        new RestoreOrder.Settings(
            List.of(), EtcdSecrets.none(), null, null, List.of(), attempt, rollBack));
  }

  private static RestoreState state(RestoreStep step, int attempt) {
    return new RestoreState(
        "20260101-000000",
        step,
        "operations",
        3,
        Optional.of(KEY),
        Optional.empty(),
        Instant.parse("2026-01-01T00:00:00Z"),
        attempt,
        "");
  }
}
