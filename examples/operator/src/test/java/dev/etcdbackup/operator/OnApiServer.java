package dev.etcdbackup.operator;

import dev.etcdbackup.operator.coreos.EtcdBackup;
import dev.etcdbackup.operator.restore.EtcdRestore;
import dev.etcdbackup.operator.restore.Restorer;
import dev.etcdbackup.schedule.ClusterStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The operator and its definitions on a real API server, which each class has for itself. */
abstract class OnApiServer {
  static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
  static ApiServer server;

  final FakeBackends backends = new FakeBackends();
  KubernetesClient client;
  BackupOperator operator;

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
    operator = newOperator();
    operator.start();
  }

  @AfterEach
  void stopOperator() throws Exception {
    operator.stop(Duration.ZERO);
    deleteAll(EtcdBackupSchedule.class);
    deleteAll(EtcdBackup.class);
    deleteAll(EtcdRestore.class);
    deleteAll(dev.etcdbackup.operator.coreos.EtcdRestore.class);
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

  BackupOperator newOperator() {
    return newOperator(Restorer.refusing("no restores here"));
  }

  BackupOperator newOperator(Restorer restorer) {
    return BackupOperator.builder(client)
        .backends(backends)
        .schedulers(FakeBackends::scheduler)
        .restorer(restorer)
        .build();
  }

  void create(String yaml) {
    client.resource(yaml).create();
  }

  static String schedule(String name, String when) {
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

  static String coreos(String name, String policy) {
    return """
    apiVersion: etcd.database.coreos.com/v1beta2
    kind: EtcdBackup
    metadata: {name: %s, namespace: services}
    spec: {storageType: S3, etcdEndpoints: ["http://10.0.0.1:2379"], backupPolicy: {%s},
           s3: {path: etcd-backup/cray-bss/etcd.backup, awsSecret: aws, endpoint: "http://rgw:8080", forcePathStyle: true}}
    """
        .formatted(name, policy);
  }

  NonNamespaceOperation<EtcdBackupSchedule, ?, Resource<EtcdBackupSchedule>> schedules() {
    return client.resources(EtcdBackupSchedule.class).inNamespace("services");
  }

  NonNamespaceOperation<EtcdBackup, ?, Resource<EtcdBackup>> backups() {
    return client.resources(EtcdBackup.class).inNamespace("services");
  }

  List<String> projects() {
    return operator.scheduled().status().stream().map(ClusterStatus::project).sorted().toList();
  }
}
