package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** API servers that refuse, forget and return. */
@Tag("server")
@Timeout(240)
class TroubledApiServerTest extends OnApiServer {
  /** Half of all requests fail, and watches end at once or are refused as too old. */
  @Test
  void anApiServerThatRefusesHalfOfAllDelaysOnly() throws Exception {
    operator.stop(Duration.ZERO);
    AtomicInteger requests = new AtomicInteger();
    int[] answers = {429, 500, 503, 410};
    try (ApiFront front = new ApiFront(client, client);
        KubernetesClient troubled = front.client()) {
      operator =
          BackupOperator.builder(troubled)
              .backends(backends)
              .schedulers(FakeBackends::scheduler)
              .build();
      operator.start();
      front.behave(
          call -> {
            int number = requests.incrementAndGet();
            if (number % 2 == 0) {
              call.answer(answers[number / 2 % answers.length], "trouble");
            } else {
              call.pass();
            }
          });
      for (int i = 0; i < 10; i++) {
        create(schedule("s" + i, "intervalSeconds: 3600"));
      }
      for (int i = 0; i < 5; i++) {
        schedules().withName("s" + i).delete();
      }
      Await.until(
          "said",
          120,
          () ->
              client
                  .resources(EtcdBackupSchedule.class)
                  .inNamespace("services")
                  .list()
                  .getItems()
                  .stream()
                  .filter(one -> one.getStatus() != null && one.getStatus().lastBackup() != null)
                  .count(),
          now -> now == 5);
      Await.until(
          "those that are left", 60, this::projects, List.of("s5", "s6", "s7", "s8", "s9")::equals);
      for (int i = 5; i < 10; i++) {
        assertThat(backends.bucket("etcd-backup").list("s" + i)).hasSize(1);
      }
      operator.stop(Duration.ZERO);
    }
  }

  /** A status that is not answered is written again, and no backup waits for it. */
  @Test
  void anApiServerThatStallsDelaysWhatIsSaidAndNoBackup() throws Exception {
    operator.stop(Duration.ZERO);
    CountDownLatch stalled = new CountDownLatch(1);
    try (ApiFront front = new ApiFront(client, client);
        KubernetesClient troubled = front.client()) {
      operator =
          BackupOperator.builder(troubled)
              .backends(backends)
              .schedulers(FakeBackends::scheduler)
              .build();
      operator.start();
      front.behave(
          call -> {
            if (call.changes() && stalled.getCount() > 0) {
              stalled.await();
            }
            call.pass();
          });
      create(schedule("a", "intervalSeconds: 1"));
      Await.until("backed up again", () -> backends.in(address()).list("a").size() > 1);
      assertThat(schedules().withName("a").get().getStatus()).isNull();
      stalled.countDown();
      Await.until("said", 60, () -> schedules().withName("a").get().getStatus() != null);
      operator.stop(Duration.ZERO);
    }
  }

  /** Deletes it; a server that has just started does not serve its definition yet. */
  private boolean isDeleted() {
    try {
      schedules().withName("deleted-later").delete();
      return schedules().withName("kept").get() != null
          && schedules().withName("deleted-later").get() == null;
    } catch (KubernetesClientException notYet) {
      return false;
    }
  }

  private static StoreAddress address() {
    return new StoreAddress("http://rgw:8080", null, "etcd-backup", "", "services", null);
  }

  /** Whose etcd, too, is restored from a backup. */
  @Test
  void anApiServerThatReturnsWithAnOlderStateIsNoticedAndSeenByTheNextProcess() throws Exception {
    create(schedule("kept", "intervalSeconds: 3600"));
    create(schedule("deleted-later", "intervalSeconds: 3600"));
    Await.until("scheduled", this::projects, List.of("deleted-later", "kept")::equals);
    Path saved = server.save();
    Await.until("deleted", 60, this::isDeleted);
    create(schedule("created-later", "intervalSeconds: 3600"));
    Await.until("followed", 60, this::projects, List.of("created-later", "kept")::equals);
    for (int i = 0; i < 50; i++) {
      var unused =
          schedules()
              .withName("kept")
              .patch(MERGE, "{\"metadata\": {\"annotations\": {\"n\": \"" + i + "\"}}}");
    }
    assertThat(operator.isHealthy()).isTrue();
    Thread.sleep(12_000); // NOPMD: longer than from one check of the revision to the next

    server.restore(saved);

    Await.until("noticed", 60, () -> !operator.isHealthy());
    System.out.println("before a restart of the operator: " + projects());
    operator.stop(Duration.ZERO);
    operator = newOperator();
    operator.start();
    Await.until("seen", this::projects, List.of("deleted-later", "kept")::equals);
    assertThat(operator.isHealthy()).isTrue();
  }
}
