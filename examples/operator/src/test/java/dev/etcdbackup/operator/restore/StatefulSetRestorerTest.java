package dev.etcdbackup.operator.restore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.kubernetes.EtcdSecrets;
import dev.etcdbackup.kubernetes.recovery.EtcdStatefulSet;
import dev.etcdbackup.kubernetes.recovery.RestoreState;
import dev.etcdbackup.kubernetes.recovery.RestoreStep;
import dev.etcdbackup.kubernetes.recovery.RestoreTool;
import dev.etcdbackup.kubernetes.recovery.StatefulSetRestore;
import dev.etcdbackup.operator.Owner;
import dev.etcdbackup.operator.StoreAddress;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From which state a restore goes on; nothing is asked of an API server for that. */
class StatefulSetRestorerTest {
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

  private static RestoreOrder order(int attempt, boolean rollBack) {
    return new RestoreOrder(
        new Owner("etcdbackup.dev/v1alpha1", "EtcdRestore", new ResourceID("r", "services"), "uid"),
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
