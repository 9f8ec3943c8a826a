package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.kubernetes.recovery.RestoreState;
import dev.etcdbackup.kubernetes.recovery.RestoreStep;
import dev.etcdbackup.operator.coreos.EtcdBackup;
import dev.etcdbackup.operator.coreos.EtcdRestore;
import dev.etcdbackup.operator.coreos.EtcdRestoreStatus;
import dev.etcdbackup.schedule.ClusterStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The operator and its definitions on a real API server. */
@Tag("server")
@Timeout(180)
class OperatorOnApiServerTest {
  private static ApiServer server;

  private final FakeBackends backends = new FakeBackends();
  private KubernetesClient client;
  private BackupOperator operator;

  @BeforeAll
  static void startServer() throws Exception {
    server = ApiServer.start();
    try (KubernetesClient client = server.client()) {
      ApiServer.apply(client, ApiServer.definitions());
    }
  }

  @AfterAll
  static void stopServer() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void startOperator() {
    client = server.client();
    operator = newOperator(Restores.NONE);
    operator.start();
  }

  @AfterEach
  void stopOperator() throws Exception {
    operator.stop(Duration.ZERO);
    deleteAll(EtcdBackupSchedule.class);
    deleteAll(EtcdBackup.class);
    deleteAll(EtcdRestore.class);
    client.close();
  }

  private <R extends HasMetadata> void deleteAll(Class<R> type) throws Exception {
    client
        .resources(type)
        .inAnyNamespace()
        .list()
        .getItems()
        .forEach(
            one -> {
              client.resource(one).patch(MERGE, "{\"metadata\": {\"finalizers\": null}}");
              client.resource(one).delete();
            });
    Await.until(
        "deleted", () -> client.resources(type).inAnyNamespace().list().getItems().isEmpty());
  }

  private BackupOperator newOperator(Restorer restorer) {
    return BackupOperator.builder(client)
        .backends(backends)
        .schedulers(FakeBackends::scheduler)
        .restorer(restorer)
        .build();
  }

  /** Restorers. */
  private static final class Restores {
    static final Restorer NONE = (owner, cluster, store, service, key) -> {};
  }

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
  }

  private void refused(String why, String yaml) {
    assertThatThrownBy(() -> create(yaml))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining(why);
  }

  @Test
  void aPeriodicBackupOfTheOldOperatorGoesOnWithItsFieldsAndItsFinalizerIsRemoved()
      throws Exception {
    create(
        coreos(
                "cray-bss-etcd-cluster-periodic-backup",
                "backupIntervalInSecond: 86400, maxBackups: 7")
            .replace("namespace:", "finalizers: [backup-operator-periodic], namespace:"));

    Await.until("stored", () -> raw(), now -> Boolean.TRUE.equals(now.get("succeeded")));

    assertThat(raw())
        .containsOnlyKeys("succeeded", "etcdRevision", "lastSuccessDate", "lastExecutionDate")
        .containsEntry("etcdRevision", 42);
    assertThat(backends.bucket("etcd-backup").list("cray-bss").get(0).key().toString())
        .matches("cray-bss/etcd\\.backup_v\\d+_\\d{4}-\\d\\d-\\d\\d-\\d\\d:\\d\\d:\\d\\d");
    assertThat(projects()).containsExactly("cray-bss");

    backups().withName("cray-bss-etcd-cluster-periodic-backup").delete();
    Await.until("gone", this::allBackups, List::isEmpty);
    Await.until("unscheduled", this::projects, List.of()::equals);
    assertThat(backends.bucket("etcd-backup").list("cray-bss")).hasSize(1);
  }

  private Map<String, Object> raw() {
    return raw(allBackups().get(0).getMetadata().getName());
  }

  private Map<String, Object> raw(String name) {
    GenericKubernetesResource one =
        client
            .genericKubernetesResources("etcd.database.coreos.com/v1beta2", "EtcdBackup")
            .inNamespace("services")
            .withName(name)
            .get();
    Map<String, Object> status = one.get("status");
    return status == null ? Map.of() : status;
  }

  @Test
  void whatTheOldOperatorWouldNotHaveRefusedSaysWhy() throws Exception {
    create(
        coreos("insecure", "backupIntervalInSecond: 60")
            .replace("storageType:", "insecureSkipVerify: true, storageType:"));
    Await.until("refused", () -> raw(), now -> now.containsKey("Reason"));
    assertThat(raw())
        .containsEntry("succeeded", false)
        .hasEntrySatisfying(
            "Reason",
            why -> assertThat(why.toString()).contains("certificates are always verified"));
    backups().withName("insecure").delete();
    Await.until("gone", this::allBackups, List::isEmpty);

    create(
        coreos("flat", "backupIntervalInSecond: 60")
            .replace("etcd-backup/cray-bss/etcd.backup", "bucket/etcd.backup"));
    Await.until("refused", () -> raw(), now -> now.containsKey("Reason"));
    assertThat(raw().get("Reason").toString()).contains("must be BUCKET/PROJECT/NAME");
    assertThat(projects()).isEmpty();
  }

  @Test
  void aBackupThatIsTakenOnceHasItsExactNameAndIsNeverTakenAgain() throws Exception {
    create(coreos("once", "timeoutInSecond: 60").replace("etcd.backup", "before-upgrade"));
    Await.until("stored", () -> raw(), now -> Boolean.TRUE.equals(now.get("succeeded")));
    List<StoredBackup> stored = backends.bucket("etcd-backup").list("cray-bss");
    assertThat(stored).extracting(one -> one.key().name()).containsExactly("before-upgrade");

    operator.stop(Duration.ZERO);
    operator = newOperator(Restores.NONE);
    operator.start();
    create(coreos("again", "timeoutInSecond: 60").replace("etcd.backup", "other"));
    Await.until("stored", () -> backends.bucket("etcd-backup").list("cray-bss").size() == 2);
    assertThat(backends.bucket("etcd-backup").list("cray-bss")).contains(stored.get(0));
  }

  @Test
  void aProcessThatEndedBeforeItCouldSaySoIsCaughtUpWithAndAnOlderObjectIsNotReplaced()
      throws Exception {
    create(coreos("once", "timeoutInSecond: 60").replace("etcd.backup", "before-upgrade"));
    Await.until("stored", () -> raw(), now -> Boolean.TRUE.equals(now.get("succeeded")));
    StoredBackup first = backends.bucket("etcd-backup").list("cray-bss").get(0);
    operator.stop(Duration.ZERO);
    EtcdBackup resource = backups().withName("once").get();
    resource.setStatus(null);
    client.resource(resource).updateStatus(); // as if it had not been written
    create(coreos("later", "timeoutInSecond: 60").replace("etcd.backup", "before-upgrade"));
    operator = newOperator(Restores.NONE);

    operator.start();

    Await.until(
        "caught up",
        () -> {
          var status = backups().withName("once").get().getStatus();
          return status != null && status.succeeded();
        });
    assertThat(backends.bucket("etcd-backup").list("cray-bss")).containsExactly(first);
  }

  @Test
  void aRestoreIsATaskThatIsDoneOnce() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    List<String> seen = new ArrayList<>();
    operator.stop(Duration.ZERO);
    operator =
        newOperator(
            (owner, cluster, store, service, key) -> {
              seen.add(owner + " " + cluster + " " + key);
              if (calls.incrementAndGet() > 1) {
                throw new IOException("the members are not healthy");
              }
            });
    operator.start();
    create(restore("cray-bss-etcd"));
    Await.until("restored", () -> restored("cray-bss-etcd"), Objects::nonNull);
    assertThat(seen)
        .containsExactly(
            "EtcdRestore services/cray-bss-etcd cray-bss-etcd"
                + " cray-bss/etcd.backup_v1_2020-01-30-20:45:48");
    assertThat(restored("cray-bss-etcd").succeeded()).isTrue();

    client
        .resources(EtcdRestore.class)
        .inNamespace("services")
        .withName("cray-bss-etcd")
        .patch(MERGE, "{\"metadata\": {\"labels\": {\"a\": \"b\"}}}");
    create(restore("other"));
    Await.until("failed", () -> restored("other"), Objects::nonNull);
    assertThat(restored("other").succeeded()).isFalse();
    assertThat(restored("other").reason()).isEqualTo("the members are not healthy");
    assertThat(calls).hasValue(2);
  }

  @Test
  void aRestoreThatTheEndOfTheProcessInterruptedBeginsAgain() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    operator.stop(Duration.ZERO);
    operator =
        newOperator(
            (owner, cluster, store, service, key) -> {
              begun.countDown();
              new CountDownLatch(1).await();
            });
    operator.start();
    create(restore("cray-bss-etcd"));
    begun.await();

    operator.stop(Duration.ZERO);

    assertThat(restored("cray-bss-etcd")).isNull();
    operator = newOperator(Restores.NONE);
    operator.start();
    Await.until("restored", () -> restored("cray-bss-etcd"), Objects::nonNull);
    assertThat(restored("cray-bss-etcd").succeeded()).isTrue();
  }

  private EtcdRestoreStatus restored(String name) {
    return client
        .resources(EtcdRestore.class)
        .inNamespace("services")
        .withName(name)
        .get()
        .getStatus();
  }

  @Test
  void howFarARestoreIsStandsInAnAnnotationOfThisResourceAlone() throws Exception {
    operator.stop(Duration.ZERO); // which would finish it
    create(restore("cray-bss-etcd"));
    EtcdRestore resource =
        client.resources(EtcdRestore.class).inNamespace("services").withName("cray-bss-etcd").get();
    AnnotatedProgress progress = new AnnotatedProgress(client, Owner.of(resource));
    assertThat(progress.load()).isEmpty();
    RestoreState state =
        new RestoreState(
            "20260101-000000",
            RestoreStep.SWAP_VOLUMES,
            "EtcdRestore services/cray-bss-etcd",
            3,
            Optional.of(BackupKey.parse("cray-bss/a \"quoted\" name")),
            Optional.empty(),
            Instant.parse("2026-01-01T00:00:00Z"),
            1,
            "waiting");

    progress.save(state);

    assertThat(progress.load()).contains(state);
    assertThat(restored("cray-bss-etcd")).isNull();
    client.resource(resource).delete();
    create(restore("cray-bss-etcd")); // another resource of that name
    assertThatThrownBy(() -> progress.save(state)).isInstanceOf(IOException.class);
    assertThatThrownBy(progress::load).hasMessageContaining("was deleted");
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

  /**
   * The etcd operator's own definitions have no schema and no status subresource; what it stored is
   * taken over when ours are applied.
   */
  @Test
  void theDefinitionsOfTheOldOperatorAreReplacedWithTheirResourcesInPlace() throws Exception {
    operator.stop(Duration.ZERO);
    for (CustomResourceDefinition ours : ApiServer.definitions()) {
      if (ours.getSpec().getGroup().equals("etcd.database.coreos.com")) {
        client.resource(ours).delete();
        Await.until("deleted", () -> client.resource(ours).get() == null);
        ApiServer.apply(client, old(ours));
      }
    }
    create(
        coreos("p", "backupIntervalInSecond: 86400, maxBackups: 7")
                .replace("namespace:", "finalizers: [backup-operator-periodic], namespace:")
                .replace("spec: {", "spec: {abs: {path: kept}, unknown: 1, ")
            + "status: {succeeded: false, Reason: timed out, lastSuccessDate:"
            + " \"2020-01-30T20:45:48Z\"}\n");
    create(
        coreos("done", "timeoutInSecond: 60").replace("etcd.backup", "manual")
            + "status: {succeeded: true, etcdRevision: 7, etcdVersion: 3.3.12, lastSuccessDate:"
            + " \"2020-01-30T20:45:48Z\"}\n");

    ApiServer.apply(client, ApiServer.definitions());
    operator = newOperator(Restores.NONE);
    operator.start();

    Await.until("taken over", () -> backups().withName("p").get().getStatus().succeeded());
    assertThat(raw("p")).doesNotContainKey("Reason").containsEntry("etcdRevision", 42);
    assertThat(backups().withName("p").get().getSpec().abs().get("path").asText())
        .isEqualTo("kept");
    assertThat(raw("done"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "succeeded",
                true,
                "etcdRevision",
                7,
                "etcdVersion",
                "3.3.12",
                "lastSuccessDate",
                "2020-01-30T20:45:48Z"));
    assertThat(backends.bucket("etcd-backup").list("cray-bss")).hasSize(1); // of p alone
  }

  private static CustomResourceDefinition old(CustomResourceDefinition ours) {
    return new CustomResourceDefinitionBuilder(ours)
        .editSpec()
        .withPreserveUnknownFields(null)
        .editFirstVersion()
        .withSubresources(null)
        .withAdditionalPrinterColumns()
        .withNewSchema()
        .withNewOpenAPIV3Schema()
        .withType("object")
        .withXKubernetesPreserveUnknownFields(true)
        .endOpenAPIV3Schema()
        .endSchema()
        .endVersion()
        .endSpec()
        .build();
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
    operator = newOperator(Restores.NONE);
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

  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

  private void create(String yaml) {
    client.resource(yaml).create();
  }

  private static String schedule(String name, String when) {
    return """
    apiVersion: etcdbackup.dev/v1alpha1
    kind: EtcdBackupSchedule
    metadata: {name: %s, namespace: services}
    spec:
      etcd: {endpoints: ["http://a:2379"]}
      store: {bucket: etcd-backup, endpoint: "http://rgw:8080"}
      schedule: {%s}
    """
        .formatted(name, when);
  }

  private static String coreos(String name, String policy) {
    return """
    apiVersion: etcd.database.coreos.com/v1beta2
    kind: EtcdBackup
    metadata: {name: %s, namespace: services}
    spec: {storageType: S3, etcdEndpoints: ["http://10.0.0.1:2379"], backupPolicy: {%s},
           s3: {path: etcd-backup/cray-bss/etcd.backup, awsSecret: aws, endpoint: "http://rgw:8080", forcePathStyle: true}}
    """
        .formatted(name, policy);
  }

  private static String restore(String name) {
    return """
    apiVersion: etcd.database.coreos.com/v1beta2
    kind: EtcdRestore
    metadata: {name: %s, namespace: services}
    spec: {backupStorageType: S3, etcdCluster: {name: cray-bss-etcd},
           s3: {path: "etcd-backup/cray-bss/etcd.backup_v1_2020-01-30-20:45:48", awsSecret: aws, endpoint: "http://rgw:8080"}}
    """
        .formatted(name);
  }

  private NonNamespaceOperation<EtcdBackupSchedule, ?, Resource<EtcdBackupSchedule>> schedules() {
    return client.resources(EtcdBackupSchedule.class).inNamespace("services");
  }

  private NonNamespaceOperation<EtcdBackup, ?, Resource<EtcdBackup>> backups() {
    return client.resources(EtcdBackup.class).inNamespace("services");
  }

  private List<EtcdBackup> allBackups() {
    return client.resources(EtcdBackup.class).inNamespace("services").list().getItems();
  }

  private List<String> projects() {
    return operator.scheduled().status().stream().map(ClusterStatus::project).sorted().toList();
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
