package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Resources that are longer, larger or gone sooner than others. */
@Tag("server")
@Timeout(180)
class OddResourcesTest extends OnApiServer {
  private static String inProject(String name, String project) {
    return schedule(name, "intervalSeconds: 3600")
        .replace("etcd: {", "project: \"" + project + "\"\n  etcd: {");
  }

  private String ready(String name) {
    EtcdBackupScheduleStatus status = schedules().withName(name).get().getStatus();
    return status == null || status.conditions() == null
        ? ""
        : status.conditions().stream()
            .filter(one -> one.getType().equals("Ready"))
            .map(Condition::getReason)
            .findFirst()
            .orElse("");
  }

  private String lastBackup(String name) {
    EtcdBackupScheduleStatus status = schedules().withName(name).get().getStatus();
    return status == null || status.lastBackup() == null ? "" : status.lastBackup();
  }

  @Test
  void namesOfAnyLengthAndLanguageAreBackedUpOrRefusedWithAReason() throws Exception {
    String longest = "a".repeat(253);
    create(schedule(longest, "intervalSeconds: 3600"));
    create(inProject("unicode", "ключ-🔑"));
    create(inProject("too-long", "🔑".repeat(253)));
    create(inProject("hidden", "a\\u200b\\u0007"));
    create(schedule("zone", "cron: 'CRON_TZ=Europe/Berlin 0 3 * * *'"));

    Await.until("stored", () -> lastBackup(longest), now -> now.startsWith(longest + "/"));
    Await.until("stored", () -> lastBackup("unicode"), now -> now.startsWith("ключ-🔑/"));
    Await.until("refused", () -> ready("too-long"), "InvalidSpec"::equals);
    Await.until("refused", () -> ready("hidden"), "InvalidSpec"::equals);
    Await.until("refused", () -> ready("zone"), "InvalidSpec"::equals);
  }

  /** The resource with a reason that quotes it would be more than etcd stores. */
  @Test
  void aHugeSpecIsRefusedWithAReasonThatFits() throws Exception {
    create(
        coreos("huge", "backupIntervalInSecond: 60")
            .replace("etcd-backup/cray-bss/etcd.backup", "x".repeat(900_000)));
    create(
        """
        apiVersion: etcd.database.coreos.com/v1beta2
        kind: EtcdRestore
        metadata: {name: huge, namespace: services}
        spec: {backupStorageType: S3, etcdCluster: {name: a}, s3: {path: %s, endpoint: "http://rgw:8080"}}
        """
            .formatted("x".repeat(900_000)));
    Await.until(
        "refused",
        () -> backups().withName("huge").get().getStatus(),
        now -> now != null && now.reason() != null && now.reason().startsWith("spec.s3.path must"));
    Await.until(
        "refused",
        () ->
            client
                .resources(dev.etcdbackup.operator.coreos.EtcdRestore.class)
                .inNamespace("services")
                .withName("huge")
                .get()
                .getStatus(),
        now -> now != null && !now.succeeded());
  }

  @Test
  void whatIsDeletedChangedOrSuspendedDuringABackupStoresNothingMore() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    backends.beforeEachSnapshot(goOn::await);
    for (String name : List.of("deleted", "finalized", "changed", "suspended")) {
      create(schedule(name, "intervalSeconds: 3600"));
    }
    schedules()
        .withName("finalized")
        .patch(MERGE, "{\"metadata\": {\"finalizers\": [\"example.com/others\"]}}");
    Await.until(
        "running",
        () -> operator.scheduled().status().stream().filter(one -> one.running()).count(),
        now -> now == 4);

    schedules().withName("deleted").delete();
    schedules().withName("finalized").delete();
    schedules().withName("changed").patch(MERGE, "{\"spec\": {\"project\": \"other\"}}");
    schedules().withName("suspended").patch(MERGE, "{\"spec\": {\"suspend\": true}}");
    Await.until("left", this::projects, List.of("other")::equals);
    goOn.countDown();

    Await.until("stored", () -> lastBackup("changed"), now -> now.startsWith("other/"));
    assertThat(ready("suspended")).isEqualTo("Suspended");
    for (String name : List.of("deleted", "finalized", "changed", "suspended")) {
      assertThat(backends.bucket("etcd-backup").list(name)).isEmpty();
    }
    schedules().withName("suspended").patch(MERGE, "{\"spec\": {\"suspend\": false}}");
    Await.until("stored", () -> lastBackup("suspended"), now -> now.startsWith("suspended/"));
  }
}
