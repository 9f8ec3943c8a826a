package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.kubernetes.recovery.RestoreProgress;
import dev.etcdbackup.kubernetes.recovery.RestoreState;
import dev.etcdbackup.kubernetes.recovery.RestoreStep;
import dev.etcdbackup.operator.restore.EtcdRestore;
import dev.etcdbackup.operator.restore.EtcdRestoreStatus;
import dev.etcdbackup.operator.restore.RestoreOrder;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.TestSnapshots;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code EtcdRestore} of {@code etcdbackup.dev} on a real API server. */
@Tag("server")
@Timeout(180)
class RestoresOnApiServerTest extends OnApiServer {
  private static final StoreAddress STORE =
      new StoreAddress("http://rgw:8080", null, "etcd-backup", "", "services", "aws");

  private final BlockingQueue<RestoreOrder> orders = new LinkedBlockingQueue<>();

  private void restartWith(FakeRestorer.Work work) {
    operator.stop(Duration.ZERO);
    operator =
        newOperator(
            new FakeRestorer(
                (order, progress) -> {
                  orders.add(order);
                  work.carryOut(order, progress);
                }));
    operator.start();
  }

  /** Says that a restore is at a step. */
  private static void at(RestoreStep step, RestoreOrder order, RestoreProgress progress)
      throws IOException {
    progress.save(
        new RestoreState(
            "20260101-000000",
            step,
            order.approvedBy(),
            3,
            Optional.of(order.backup()),
            Optional.empty(),
            Instant.parse("2026-01-01T00:00:00Z"),
            order.settings().attempt(),
            "all members have the HashKV of the backup"));
  }

  private BackupKey store() throws IOException {
    return BackupService.builder(backends.in(STORE))
        .build()
        .backUp("cray-bss-etcd", FixedSnapshotSource.of(TestSnapshots.bytes(3, 1 << 4)))
        .key();
  }

  private RestoreOrder order() throws InterruptedException {
    return Optional.ofNullable(orders.poll(30, TimeUnit.SECONDS)).orElseThrow();
  }

  private EtcdRestoreStatus status() {
    return client
        .resources(EtcdRestore.class)
        .inNamespace("services")
        .withName("r")
        .get()
        .getStatus();
  }

  private String phase() {
    EtcdRestoreStatus status = status();
    return status == null ? "" : status.phase() + ": " + status.message();
  }

  private void change(String spec) {
    EtcdRestore unused =
        client
            .resources(EtcdRestore.class)
            .inNamespace("services")
            .withName("r")
            .patch(MERGE, "{\"spec\": " + spec + "}");
  }

  private static String restore(String from, String more) {
    return """
    apiVersion: etcdbackup.dev/v1alpha1
    kind: EtcdRestore
    metadata: {name: r, namespace: services}
    spec:
      statefulSet: cray-bss-etcd
      from:
        store: {bucket: etcd-backup, endpoint: "http://rgw:8080", secret: aws}
    %s%s\
    """
        .formatted(from.indent(4), more.indent(2));
  }

  @Test
  void withoutApprovalItShowsWhatItWouldDoAndWhatItShowedIsRestored() throws Exception {
    BackupKey shown = store();
    restartWith((order, progress) -> at(RestoreStep.DONE, order, progress));
    create(restore("", ""));
    Await.until("shown", this::phase, now -> now.startsWith("AwaitingApproval"));
    assertThat(status().backup()).isEqualTo(shown.toString());
    assertThat(status().plan()).contains("RESTORE_DATA: " + shown);
    assertThat(orders).isEmpty();

    assertThat(store()).isNotEqualTo(shown); // a newer one
    change("{\"approvedBy\": \"operations\", \"restart\": [\"deployment/cray-bss\"]}");

    Await.until("restored", this::phase, now -> now.startsWith("Succeeded"));
    RestoreOrder order = order();
    assertThat(order.backup()).isEqualTo(shown);
    assertThat(order.approvedBy()).isEqualTo("operations");
    assertThat(order.statefulSet()).isEqualTo("cray-bss-etcd");
    assertThat(order.settings().restart()).containsExactly("deployment/cray-bss");
    assertThat(status().message()).isEqualTo("all members have the HashKV of the backup");
    assertThat(status().step()).isEqualTo("DONE");
    assertThat(status().finishedTime()).isNotNull();
  }

  @Test
  void aStepThatFailedIsTriedAgainWhenThatIsAskedForAndARestoreIsRolledBack() throws Exception {
    BackupKey backup = store();
    restartWith(
        (order, progress) -> {
          if (order.settings().rollBack()) {
            at(RestoreStep.ROLLED_BACK, order, progress);
          } else if (order.settings().attempt() == 1) {
            at(RestoreStep.STOP, order, progress);
            throw new IOException("the restore stopped at STOP");
          } else {
            assertThat(progress.load())
                .hasValueSatisfying(state -> assertThat(state.step()).isEqualTo(RestoreStep.STOP));
            at(RestoreStep.DONE, order, progress);
          }
        });
    create(restore("backup: " + backup.name(), "approvedBy: operations"));
    Await.until("failed", this::phase, "Failed: the restore stopped at STOP"::equals);
    assertThat(status().step()).isEqualTo("STOP");
    assertThat(order().settings().attempt()).isEqualTo(1);

    change("{\"attempt\": 2}");
    Await.until("restored", this::phase, now -> now.startsWith("Succeeded"));
    assertThat(order().settings().attempt()).isEqualTo(2);

    change("{\"rollBack\": true}");
    Await.until("rolled back", this::phase, now -> now.startsWith("RolledBack"));
    assertThat(order().settings().rollBack()).isTrue();
    assertThat(orders).isEmpty();
  }

  @Test
  void aRestoreThatTheEndOfTheProcessInterruptedGoesOn() throws Exception {
    BackupKey backup = store();
    CountDownLatch begun = new CountDownLatch(1);
    restartWith(
        (order, progress) -> {
          at(RestoreStep.SWAP_VOLUMES, order, progress);
          begun.countDown();
          new CountDownLatch(1).await();
        });
    create(restore("", "approvedBy: operations"));
    begun.await();
    operator.stop(Duration.ZERO);
    assertThat(phase()).startsWith("Running");
    assertThat(store()).isNotEqualTo(backup);

    restartWith(
        (order, progress) -> {
          assertThat(progress.load().orElseThrow().step()).isEqualTo(RestoreStep.SWAP_VOLUMES);
          at(RestoreStep.DONE, order, progress);
        });

    Await.until("restored", this::phase, now -> now.startsWith("Succeeded"));
    assertThat(List.of(order().backup(), order().backup())).containsOnly(backup);
  }

  /** A step waits for up to an hour, with the members stopped. */
  @Test
  void aRestoreThatWaitsIsRolledBackAtOnce() throws Exception {
    store();
    CountDownLatch begun = new CountDownLatch(1);
    restartWith(
        (order, progress) -> {
          if (order.settings().rollBack()) {
            assertThat(progress.load()).isPresent();
            at(RestoreStep.ROLLED_BACK, order, progress);
          } else {
            at(RestoreStep.RESTORE_DATA, order, progress);
            begun.countDown();
            new CountDownLatch(1).await();
          }
        });
    create(restore("", "approvedBy: operations"));
    begun.await();

    change("{\"rollBack\": true}");

    Await.until("rolled back", this::phase, now -> now.startsWith("RolledBack"));
    assertThat(List.of(order(), order()))
        .extracting(order -> order.settings().rollBack())
        .containsExactly(false, true);
    assertThat(orders).isEmpty();
  }

  /** Otherwise its step would go on although the resource is gone. */
  @Test
  void aRestoreWhoseResourceIsDeletedEndsAtOnce() throws Exception {
    store();
    CountDownLatch interrupted = new CountDownLatch(1);
    restartWith(
        (order, progress) -> {
          at(RestoreStep.RESTORE_DATA, order, progress);
          try {
            new CountDownLatch(1).await();
          } finally {
            interrupted.countDown();
          }
        });
    create(restore("", "approvedBy: operations"));
    Await.until("runs", this::phase, now -> now.startsWith("Running"));

    client.resources(EtcdRestore.class).inNamespace("services").withName("r").delete();

    assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
  }

  /** Without the state there would be no way back to the old volumes. */
  @Test
  void aRestoreThatFailsWhileTheApiServerIsAwayKeepsItsState() throws Exception {
    store();
    restartWith(
        (order, progress) -> {
          at(RestoreStep.SWAP_VOLUMES, order, progress);
          server.kill();
          throw new IOException("the restore stopped at SWAP_VOLUMES");
        });
    create(restore("", "approvedBy: operations"));
    RestoreOrder unused = order();
    server.killed();

    server.startAgain();

    Await.until("failed", 90, this::phase, "Failed: the restore stopped at SWAP_VOLUMES"::equals);
    assertThat(status().step()).isEqualTo("SWAP_VOLUMES");
    assertThat(status().state()).containsEntry("step", "SWAP_VOLUMES");
  }

  /** The same when the operator was killed meanwhile, and has not read its state yet. */
  @Test
  void aRestoreThatIsTakenOverFromAnApiServerWithErrorsKeepsItsState() throws Exception {
    store();
    restartWith(
        (order, progress) -> {
          at(RestoreStep.SWAP_VOLUMES, order, progress);
          new CountDownLatch(1).await();
        });
    create(restore("", "approvedBy: operations"));
    Await.until("runs", this::phase, now -> now.startsWith("Running"));
    operator.stop(Duration.ZERO);
    try (ApiFront front = new ApiFront(client, null);
        KubernetesClient failing = front.client()) {
      front.behave(
          call -> {
            if (call.path().endsWith("/etcdrestores/r") && !call.changes()) {
              call.answer(500, "etcdserver: leader changed");
            } else {
              call.pass();
            }
          });
      operator =
          BackupOperator.builder(failing)
              .backends(backends)
              .restorer(new FakeRestorer((order, progress) -> progress.load()))
              .build();
      operator.start();

      Await.until("failed", this::phase, now -> now.startsWith("Failed"));
      operator.stop(Duration.ZERO);
    }
    assertThat(status().step()).isEqualTo("SWAP_VOLUMES");
    assertThat(status().state()).containsEntry("step", "SWAP_VOLUMES");
  }

  @Test
  void aTimeIsRestoredFromTheNewestBackupBeforeIt() throws Exception {
    BackupKey backup = store();
    restartWith((order, progress) -> at(RestoreStep.DONE, order, progress));
    create(restore("toTime: \"2099-01-01T00:00:00Z\"", "approvedBy: operations"));
    RestoreOrder order = order();
    assertThat(order.backup()).isEqualTo(backup);
    assertThat(order.settings().options()).containsExactly("--to-time", "2099-01-01T00:00:00Z");
    Await.until("restored", this::phase, now -> now.startsWith("Succeeded"));

    client.resources(EtcdRestore.class).inNamespace("services").withName("r").delete();
    Await.until(
        "deleted",
        () -> client.resources(EtcdRestore.class).inNamespace("services").list().getItems(),
        List::isEmpty);
    create(restore("toTime: \"2001-01-01T00:00:00Z\"", "approvedBy: operations"));
    Await.until(
        "refused",
        this::phase,
        "Failed: there is no backup of cray-bss-etcd to restore from"::equals);
    assertThat(orders).isEmpty();
  }

  @Test
  void theServerRefusesWhatTheRulesForbid() throws Exception {
    refused("exclude each other", restore("toTime: \"2001-01-01T00:00:00Z\"\ntoRevision: 7", ""));
    refused("should match", restore("toTime: yesterday", ""));
    refused("rollBack needs approvedBy", restore("", "rollBack: true"));
    refused("should match", restore("", "restart: [job/x]"));
    refused("greater than or equal to 1", restore("", "attempt: 0"));

    store();
    restartWith((order, progress) -> at(RestoreStep.DONE, order, progress));
    create(restore("", ""));
    Await.until("shown", this::phase, now -> now.startsWith("AwaitingApproval"));
    change("{\"from\": {\"project\": \"cray-bss-etcd\"}}"); // allowed so far
    change("{\"approvedBy\": \"operations\"}");
    for (String changed :
        List.of(
            "{\"from\": {\"project\": \"other\"}}",
            "{\"statefulSet\": \"other\"}",
            "{\"approvedBy\": \"another\"}",
            "{\"approvedBy\": null}")) {
      assertThatThrownBy(() -> change(changed))
          .isInstanceOf(KubernetesClientException.class)
          .hasMessageContaining("what was approved cannot be changed");
    }
  }

  private void refused(String why, String yaml) {
    assertThatThrownBy(() -> create(yaml))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining(why);
  }
}
