package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.kubernetes.recovery.RestoreState;
import dev.etcdbackup.kubernetes.recovery.RestoreStep;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The rights that are delivered are those of the requests that the operator makes: it can do all of
 * its work with them, and each of them is needed. Those of restores of a StatefulSet are in {@link
 * RestoreOfRealClusterTest}.
 */
@Tag("server")
@Timeout(120)
class RightsTest extends OnApiServer {
  private static final String SECRET = "http://s:2379";

  private final Set<String> written = ConcurrentHashMap.newKeySet();
  private final KubernetesMockServer others =
      new KubernetesMockServer(
          new Context(),
          new MockWebServer(),
          new HashMap<>(),
          new KubernetesCrudDispatcher(),
          false);

  @Test
  void theRightsAreThoseOfTheRequests() throws Exception {
    operator.stop(Duration.ZERO);
    others.init();
    try (KubernetesClient core = others.createClient();
        ApiFront front = new ApiFront(client, core);
        KubernetesClient restricted = front.client()) {
      front.allow(Rights.ofBoth());
      front.behave(this::conflictOnce);
      operator =
          BackupOperator.builder(restricted)
              .backends(withSecrets(restricted))
              .schedulers(
                  store ->
                      FakeBackends.scheduler(store)
                          .retry(Duration.ofMillis(100), Duration.ofMillis(100)))
              .restorer(
                  new FakeRestorer(
                      (order, progress) -> {
                        assertThat(progress.load()).isEmpty();
                        progress.save(state());
                      }))
              .build();
      operator.start();
      createAll();
      Await.until("done", this::allAreDone);
      backups().withName("b").delete();
      Await.until("gone", () -> backups().withName("b").get() == null);
      Await.until(
          "an event is counted", () -> front.used().contains("events.k8s.io/events update"));

      assertThat(front.refused()).isEmpty();
      assertThat(front.used()).containsAll(Rights.ofOperator());
      assertThat(front.used()).contains("etcd.database.coreos.com/etcdrestores patch");
      operator.stop(Duration.ZERO);
    } finally {
      others.destroy();
    }
  }

  private void createAll() {
    create(schedule("a", "intervalSeconds: 3600"));
    create(
        schedule("without-secret", "intervalSeconds: 3600")
            .replace(
                "etcd: {endpoints: [\"http://a:2379\"]",
                "etcd: {userSecret: user, endpoints: [\"" + SECRET + "\"]"));
    create(
        coreos("b", "backupIntervalInSecond: 3600")
            .replace("namespace:", "finalizers: [backup-operator-periodic], namespace:"));
    create(
        """
        apiVersion: etcd.database.coreos.com/v1beta2
        kind: EtcdRestore
        metadata: {name: c, namespace: services}
        spec: {backupStorageType: S3, etcdCluster: {name: c}, s3: {path: b/p/n, endpoint: "http://rgw:8080"}}
        """);
    create(
        """
        apiVersion: etcdbackup.dev/v1alpha1
        kind: EtcdRestore
        metadata: {name: d, namespace: services}
        spec: {statefulSet: d, approvedBy: me, from: {backup: n, store: {bucket: b, endpoint: "http://rgw:8080"}}}
        """);
  }

  private boolean allAreDone() {
    EtcdBackupSchedule a = schedules().withName("a").get();
    var b = backups().withName("b").get();
    var c =
        client
            .resources(dev.etcdbackup.operator.coreos.EtcdRestore.class)
            .inNamespace("services")
            .withName("c")
            .get();
    var d =
        client
            .resources(dev.etcdbackup.operator.restore.EtcdRestore.class)
            .inNamespace("services")
            .withName("d")
            .get();
    return a.getStatus() != null
        && a.getStatus().lastBackup() != null
        && b.getStatus() != null
        && c.getStatus() != null
        && d.getStatus() != null
        && "Succeeded".equals(d.getStatus().phase());
  }

  /** Others write to each resource just before it is written the first time. */
  private void conflictOnce(ApiFront.Call call) throws IOException, InterruptedException {
    boolean ofResource =
        call.path().endsWith("/status") || call.right().endsWith("/etcdbackups patch");
    if (ofResource && written.add(call.path())) {
      call.answer(409, "changed meanwhile");
    } else {
      call.pass();
    }
  }

  /** Clusters at one endpoint have a user in a Secret, which is not there. */
  private Backends withSecrets(KubernetesClient restricted) {
    SecretBackends secrets = new SecretBackends(restricted);
    return new Backends() {
      @Override
      public BackupStore store(StoreAddress address) {
        return backends.store(address);
      }

      @Override
      public SnapshotSource source(EtcdAddress address) {
        boolean named = address.endpoints().contains(SECRET);
        return named ? secrets.source(address) : backends.source(address);
      }

      @Override
      public void release(BackupStore store) {
        backends.release(store);
      }
    };
  }

  private static RestoreState state() {
    return new RestoreState(
        "20260101-000000",
        RestoreStep.DONE,
        "me",
        1,
        Optional.of(BackupKey.parse("p/n")),
        Optional.empty(),
        Instant.parse("2026-01-01T00:00:00Z"),
        1,
        "done");
  }
}
