package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Backup;
import dev.etcdbackup.StoredBackup;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The operator and its definitions on a real API server. */
@Tag("server")
@Timeout(180)
class OperatorOnApiServerTest extends OnApiServer {
  @Test
  void aScheduleIsCompletedByDefaultsBackedUpAndSaysSo() throws Exception {
    create(schedule("cray-bss", "intervalSeconds: 3600"));

    Await.until("stored", () -> status("cray-bss", "LastBackupSucceeded"), "True"::equals);

    EtcdBackupSchedule resource = schedules().withName("cray-bss").get();
    assertThat(resource.getSpec().compression()).isEqualTo("none");
    assertThat(resource.getSpec().timeoutSeconds()).isEqualTo(600);
    assertThat(resource.getSpec().suspend()).isFalse();
    assertThat(resource.getFinalizers()).isEmpty();
    EtcdBackupScheduleStatus status = resource.getStatus();
    StoredBackup stored = backends.bucket("etcd-backup").list("cray-bss").get(0);
    assertThat(status.lastBackup())
        .isEqualTo(stored.key().toString())
        .startsWith("cray-bss/etcd.backup_v");
    assertThat(status.etcdRevision()).isEqualTo(42);
    assertThat(status.observedGeneration()).isEqualTo(resource.getMetadata().getGeneration());
    assertThat(status.conditions())
        .allSatisfy(
            one -> assertThat(one.getObservedGeneration()).isEqualTo(status.observedGeneration()));
    assertThat(status("cray-bss", "Ready")).isEqualTo("True");
  }

  @Test
  void aScheduleThatIsChangedSuspendedOrWrongFollows() throws Exception {
    create(schedule("a", "intervalSeconds: 3600"));
    Await.until("stored", () -> status("a", "LastBackupSucceeded"), "True"::equals);

    schedules().withName("a").patch(MERGE, "{\"spec\": {\"project\": \"b\"}}");
    Await.until("moved", this::projects, List.of("b")::equals);
    schedules().withName("a").patch(MERGE, "{\"spec\": {\"suspend\": true}}");
    Await.until("suspended", () -> status("a", "Ready"), "False"::equals);
    assertThat(projects()).isEmpty();
    schedules()
        .withName("a")
        .patch(
            MERGE,
            "{\"spec\": {\"suspend\": false, \"schedule\": {\"cron\": \"no such cron\","
                + " \"intervalSeconds\": null}}}");
    Await.until("invalid", () -> reason("a", "Ready"), "InvalidSpec"::equals);
    assertThat(projects()).isEmpty();
    assertThat(schedules().withName("a").get().getStatus().lastBackup()).isNotNull();

    create(schedule("first", "intervalSeconds: 60").replace("etcd:", "project: p\n  etcd:"));
    Await.until("scheduled", this::projects, List.of("p")::equals);
    create(schedule("second", "intervalSeconds: 60").replace("etcd:", "project: p\n  etcd:"));
    Await.until("refused", () -> reason("second", "Ready"), "ProjectConflict"::equals);
    assertThat(message("second", "Ready")).contains("p is backed up there by", "services/first");
  }

  /** The next run may be a week away. */
  @Test
  void whatAProcessStoredThatWasKilledBeforeItCouldSaySoIsSaidByTheNext() throws Exception {
    operator.stop(Duration.ZERO);
    create(schedule("own", "intervalSeconds: 3600"));
    create(
        coreos("old", "backupIntervalInSecond: 3600")
            .replace("path: etcd-backup/", "path: another-bucket/"));
    try (ApiFront front = new ApiFront(client, null);
        KubernetesClient cut = front.client()) {
      front.behave(
          call -> {
            if (call.changes()) {
              call.answer(500, "etcdserver: request timed out");
            } else {
              call.pass();
            }
          });
      operator =
          BackupOperator.builder(cut)
              .backends(backends)
              .schedulers(FakeBackends::scheduler)
              .build();
      operator.start();
      Await.until("stored", () -> isStored("etcd-backup", "own"));
      Await.until("stored", () -> isStored("another-bucket", "cray-bss"));
      operator.stop(Duration.ZERO);
    }
    assertThat(backups().withName("old").get().getStatus()).isNull();
    StoredBackup stored = backends.bucket("etcd-backup").list("own").get(0);
    operator = newOperator();

    operator.start();

    Await.until(
        "said",
        () -> schedules().withName("own").get().getStatus(),
        now -> now != null && stored.key().toString().equals(now.lastBackup()));
    assertThat(schedules().withName("own").get().getStatus().lastSuccessTime())
        .isEqualTo(Backup.of(stored, ZoneOffset.UTC).time().orElseThrow().toString());
    Await.until(
        "said",
        () -> backups().withName("old").get().getStatus(),
        now -> now != null && now.succeeded() && now.lastSuccessDate() != null);
    assertThat(backends.bucket("etcd-backup").list("own")).hasSize(1);
    assertThat(backends.bucket("another-bucket").list("cray-bss")).hasSize(1);
  }

  private boolean isStored(String bucket, String project) throws Exception {
    try {
      return backends.bucket(bucket).list(project).size() == 1;
    } catch (NoSuchElementException notOpened) {
      return false;
    }
  }

  /** Each store has a scheduler of its own, and each Secret makes a store. */
  @Test
  void manyStoresDoNotMeanManyBackupsAtOnce() throws Exception {
    operator.stop(Duration.ZERO);
    operator = BackupOperator.builder(client).backends(backends).build();
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    backends.beforeEachSnapshot(
        () -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          Thread.sleep(300); // NOPMD: how long a backup takes
          running.decrementAndGet();
        });
    int stores = 12;
    for (int i = 0; i < stores; i++) {
      create(
          schedule("s" + i, "intervalSeconds: 3600")
              .replace("bucket: etcd-backup", "secret: s" + i + ", bucket: b" + i));
    }

    operator.start();

    for (int i = 0; i < stores; i++) {
      String name = "s" + i;
      Await.until("stored", () -> status(name, "LastBackupSucceeded"), "True"::equals);
    }
    assertThat(most).hasValueBetween(2, 4);
  }

  @Test
  void theServerRefusesWhatTheRulesForbid() {
    refused(
        "either intervalSeconds or cron", schedule("x", "intervalSeconds: 60, cron: '0 3 * * *'"));
    refused("either intervalSeconds or cron", schedule("x", "jitterSeconds: 60"));
    refused("greater than or equal to 1", schedule("x", "intervalSeconds: 0"));
    refused(
        "tlsSecret needs endpoints with https",
        schedule("x", "intervalSeconds: 60").replace("etcd: {", "etcd: {tlsSecret: s, "));
    refused(
        "should match", schedule("x", "intervalSeconds: 60").replace("http://a:2379", "a:2379"));
    refused(
        "should have at least 1 items",
        schedule("x", "intervalSeconds: 60").replace("\"http://a:2379\"", ""));
    refused(
        "endpoint or region",
        schedule("x", "intervalSeconds: 60").replace(", endpoint: \"http://rgw:8080\"", ""));
    refused("at least one field", schedule("x", "intervalSeconds: 60") + "  retention: {}\n");
    refused(
        "storageType S3 needs s3",
        """
        apiVersion: etcd.database.coreos.com/v1beta2
        kind: EtcdBackup
        metadata: {name: x, namespace: services}
        spec: {storageType: S3}
        """);
    refused("greater than or equal to 0", coreos("x", "maxBackups: -1"));
    refused("less than or equal to", coreos("x", "maxBackups: 3000000000"));
    refused(
        "less than or equal to",
        schedule("x", "intervalSeconds: 60") + "  retention: {last: 3000000000}\n");
    refused(
        "less than or equal to",
        schedule("x", "intervalSeconds: 60") + "  timeoutSeconds: 9223372036854775807\n");
  }

  private void refused(String why, String yaml) {
    assertThatThrownBy(() -> create(yaml))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining(why);
  }

  @Test
  void othersWhoWriteAtTheSameTimeLoseNothingAndStopNothing() throws Exception {
    create(schedule("busy", "intervalSeconds: 1"));
    Await.until("scheduled", this::projects, List.of("busy")::equals);
    int writes = 100;
    for (int i = 0; i < writes; i++) {
      schedules()
          .withName("busy")
          .patch(MERGE, "{\"metadata\": {\"annotations\": {\"n" + i + "\": \"1\"}}}");
    }
    String last = schedules().withName("busy").get().getStatus().lastBackup();
    Await.until(
        "goes on",
        () -> !Objects.equals(last, schedules().withName("busy").get().getStatus().lastBackup()));
    assertThat(schedules().withName("busy").get().getMetadata().getAnnotations()).hasSize(writes);
    assertThat(status("busy", "LastBackupSucceeded")).isEqualTo("True");
  }

  @Test
  @Tag("night")
  void whatEndsWhileTheServerIsAwayIsSaidAlthoughThatTookLong() throws Exception {
    CountDownLatch away = new CountDownLatch(1);
    backends.beforeEachSnapshot(away::await);
    create(schedule("a", "intervalSeconds: 3600"));
    Await.until("scheduled", () -> status("a", "Ready"), "True"::equals);
    server.kill();
    away.countDown();
    Await.until("stored", () -> backends.bucket("etcd-backup").list("a").size(), now -> now == 1);

    Thread.sleep(25_000); // NOPMD: longer than the SDK's default of attempts takes

    server.startAgain();
    Await.until("said", 90, () -> status("a", "LastBackupSucceeded"), "True"::equals);
  }

  @Test
  void whatIsDeletedAndCreatedWhileTheWatchIsCutIsFoundByListingAgain() throws Exception {
    create(schedule("stays", "intervalSeconds: 3600"));
    create(schedule("goes", "intervalSeconds: 3600"));
    create(schedule("replaced", "intervalSeconds: 3600"));
    Await.until("scheduled", this::projects, List.of("goes", "replaced", "stays")::equals);
    server.kill();
    try (ApiServer second = server.second();
        KubernetesClient other = second.client()) {
      var there = other.resources(EtcdBackupSchedule.class).inNamespace("services");
      there.withName("goes").delete();
      there.withName("replaced").delete();
      there
          .resource(
              Serialization.unmarshal(
                  schedule("replaced", "intervalSeconds: 3600")
                      .replace("etcd:", "project: anew\n  etcd:"),
                  EtcdBackupSchedule.class))
          .create();
    }
    server.startAgain();

    Await.until("relisted", 90, this::projects, List.of("anew", "stays")::equals);
    create(schedule("later", "intervalSeconds: 3600"));
    Await.until("watched again", this::projects, List.of("anew", "later", "stays")::equals);
  }

  @Test
  @Tag("night")
  void aThousandResourcesAreScheduledAndForgotten() throws Exception {
    int count = 1000;
    long begun = System.nanoTime();
    for (int i = 0; i < count; i++) {
      create(schedule("cluster-" + i, "intervalSeconds: 86400"));
    }
    long created = System.nanoTime();
    Await.until("scheduled", 60, () -> projects().size(), now -> now == count);
    Await.until(
        "all say so",
        120,
        () ->
            client
                .resources(EtcdBackupSchedule.class)
                .inNamespace("services")
                .list()
                .getItems()
                .stream()
                .allMatch(one -> one.getStatus() != null && one.getStatus().lastBackup() != null));
    long stored = System.nanoTime();
    operator.stop(Duration.ZERO);
    operator = newOperator();
    operator.start();
    Await.until("scheduled after a restart", 60, () -> projects().size(), now -> now == count);
    long restarted = System.nanoTime();
    schedules().delete();
    Await.until("forgotten", 60, this::projects, List.of()::equals);
    System.out.printf(
        "%d resources: created in %d ms, backed up and said so %d ms later, scheduled %d ms after a"
            + " restart began, forgotten in %d ms%n",
        count,
        (created - begun) / 1_000_000,
        (stored - created) / 1_000_000,
        (restarted - stored) / 1_000_000,
        (System.nanoTime() - restarted) / 1_000_000);
  }

  /** The suspicion that a resource which is deleted while its status is written stays scheduled. */
  @Test
  void whatIsDeletedWhileItsStatusIsWrittenIsNotScheduledAnyMore() throws Exception {
    for (int round = 0; round < 15; round++) {
      List<CompletableFuture<Void>> deletions = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String name = "r" + round + "-" + i;
        create(
            i % 2 == 0
                ? schedule(name, "intervalSeconds: 1")
                : coreos(name, "backupIntervalInSecond: 1")
                    .replace("cray-bss/", name + "/")
                    .replace("namespace:", "finalizers: [backup-operator-periodic], namespace:"));
        boolean own = i % 2 == 0;
        int wait = round * 20;
        deletions.add(
            CompletableFuture.runAsync(
                () -> {
                  try {
                    Await.until("scheduled", () -> projects().contains(name));
                    Thread.sleep(wait); // NOPMD: the moment of the deletion is what is varied
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                  if (own) {
                    schedules().withName(name).delete();
                  } else { // by force: the finalizer goes first
                    backups().withName(name).patch(MERGE, "{\"metadata\": {\"finalizers\": null}}");
                    backups().withName(name).delete();
                  }
                }));
      }
      CompletableFuture.allOf(deletions.toArray(CompletableFuture[]::new)).join();
    }
    Await.until("none is left", this::projects, List.of()::equals);
    Thread.sleep(1500); // NOPMD: longer than an interval, in which a late event would come
    assertThat(projects()).isEmpty();
  }

  private String status(String name, String type) {
    return find(name, type).map(Condition::getStatus).orElse("");
  }

  private String reason(String name, String type) {
    return find(name, type).map(Condition::getReason).orElse("");
  }

  private String message(String name, String type) {
    return find(name, type).map(Condition::getMessage).orElse("");
  }

  private Optional<Condition> find(String name, String type) {
    EtcdBackupScheduleStatus status = schedules().withName(name).get().getStatus();
    return status == null || status.conditions() == null
        ? Optional.empty()
        : status.conditions().stream().filter(one -> one.getType().equals(type)).findFirst();
  }
}
