package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.kubernetes.recovery.RestoreState;
import dev.etcdbackup.kubernetes.recovery.RestoreStep;
import dev.etcdbackup.operator.coreos.AnnotatedProgress;
import dev.etcdbackup.operator.coreos.EtcdBackup;
import dev.etcdbackup.operator.coreos.EtcdRestore;
import dev.etcdbackup.operator.coreos.EtcdRestoreStatus;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The resources of the archived etcd operator on a real API server. */
@Tag("server")
@Timeout(180)
class OldResourcesOnApiServerTest extends OnApiServer {
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
    operator = newOperator();
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
    operator = newOperator();

    operator.start();

    Await.until(
        "caught up",
        () -> {
          var status = backups().withName("once").get().getStatus();
          return status != null && status.succeeded();
        });
    assertThat(backends.bucket("etcd-backup").list("cray-bss")).containsExactly(first);
  }

  /** What was renamed: the new resource is there before the old one is gone. */
  @Test
  void aResourceThatWasRefusedIsScheduledWhenTheOtherOneIsGone() throws Exception {
    create(coreos("first", "backupIntervalInSecond: 3600"));
    Await.until("stored", () -> raw("first"), now -> Boolean.TRUE.equals(now.get("succeeded")));
    create(coreos("second", "backupIntervalInSecond: 3600"));
    Await.until("refused", () -> raw("second"), now -> now.containsKey("Reason"));
    assertThat(raw("second").get("Reason"))
        .isEqualTo("cray-bss is backed up there by EtcdBackup services/first already");

    backups().withName("first").delete();

    Await.until("scheduled", this::projects, List.of("cray-bss")::equals);
    Await.until("said", () -> raw("second"), now -> !now.containsKey("Reason"));
  }

  @Test
  void whatIsTakenOnceAndMakesNoSenseSaysWhy() throws Exception {
    create(coreos("up", "timeoutInSecond: 60").replace("cray-bss/etcd.backup", "../manual"));
    create(
        coreos("secret", "timeoutInSecond: 60")
            .replace("s3:", "clientTLSSecret: ../../other/secrets/x, s3:"));
    Await.until("refused", () -> raw("up"), now -> now.containsKey("Reason"));
    assertThat(raw("up").get("Reason")).isEqualTo("project '..' must not have the segment '..'");
    Await.until("refused", () -> raw("secret"), now -> now.containsKey("Reason"));
    assertThat(raw("secret").get("Reason").toString()).contains("the name of a Secret must be");
  }

  @Test
  void aRestoreIsATaskThatIsDoneOnce() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    List<String> seen = new ArrayList<>();
    operator.stop(Duration.ZERO);
    operator =
        newOperator(
            new FakeRestorer(
                (order, progress) -> {
                  seen.add(order.owner() + " " + order.statefulSet() + " " + order.backup());
                  if (calls.incrementAndGet() > 1) {
                    throw new IOException("the members are not healthy");
                  }
                }));
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
            new FakeRestorer(
                (order, progress) -> {
                  begun.countDown();
                  new CountDownLatch(1).await();
                }));
    operator.start();
    create(restore("cray-bss-etcd"));
    begun.await();

    operator.stop(Duration.ZERO);

    assertThat(restored("cray-bss-etcd")).isNull();
    operator = newOperator(new FakeRestorer((order, progress) -> {}));
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

    create(coreos("wrong", "maxBackups: many")); // which must not hide the others

    ApiServer.apply(client, ApiServer.definitions());
    operator = newOperator();
    operator.start();

    Await.until("taken over", () -> backups().withName("p").get().getStatus().succeeded());
    assertThat(raw("p")).doesNotContainKey("Reason").containsEntry("etcdRevision", 42);
    assertThat(backups().withName("p").get().getSpec().abs().get("path").asText())
        .isEqualTo("kept");
    Await.until("refused", () -> raw("wrong"), now -> now.containsKey("Reason"));
    assertThat(raw("wrong").get("Reason"))
        .isEqualTo("spec.backupPolicy.maxBackups has a value of a wrong type");
    assertThat(
            client.getKubernetesSerialization().asJson(backups().withName("wrong").get().getSpec()))
        .contains("\"maxBackups\":\"many\"", "cray-bss");
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

  private List<EtcdBackup> allBackups() {
    return client.resources(EtcdBackup.class).inNamespace("services").list().getItems();
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
}
