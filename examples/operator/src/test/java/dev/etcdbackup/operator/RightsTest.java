package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.kubernetes.recovery.RestoreState;
import dev.etcdbackup.kubernetes.recovery.RestoreStep;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The rights that are delivered are those of the requests that the operator makes: to this API
 * server, which has no other kinds than its resources; those of the others are in the tests of the
 * library.
 */
@Tag("server")
@Timeout(120)
class RightsTest extends OnApiServer {
  private final Set<String> used = new ConcurrentSkipListSet<>();

  @Test
  void theRightsAreThoseOfTheRequests() throws Exception {
    operator.stop(Duration.ZERO);
    try (KubernetesClient recorded = recorded()) {
      operator =
          BackupOperator.builder(recorded)
              .backends(backends)
              .schedulers(FakeBackends::scheduler)
              .restorer(new FakeRestorer((order, progress) -> progress.save(state())))
              .build();
      operator.start();
      create(schedule("a", "intervalSeconds: 3600"));
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
      Await.until(
          "done",
          () -> {
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
          });
      backups().withName("b").delete();
      Await.until("gone", () -> backups().withName("b").get() == null);
      operator.stop(Duration.ZERO);
    }

    Set<String> granted = new TreeSet<>();
    for (String file : List.of("kustomize/rbac.yaml", "restore/rbac.yaml")) {
      granted.addAll(granted(Path.of("../../deploy", file)));
    }
    assertThat(granted).containsAll(used);
    assertThat(used)
        .contains(
            "etcdbackup.dev/etcdbackupschedules list",
            "etcdbackup.dev/etcdbackupschedules watch",
            "etcdbackup.dev/etcdbackupschedules/status update",
            "etcd.database.coreos.com/etcdbackups patch",
            "etcd.database.coreos.com/etcdbackups/status update",
            "etcd.database.coreos.com/etcdrestores patch",
            "events.k8s.io/events create");
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

  private KubernetesClient recorded() {
    return new KubernetesClientBuilder()
        .withConfig(client.getConfiguration())
        .withHttpClientBuilderConsumer(
            builder ->
                builder.addOrReplaceInterceptor(
                    "recorder",
                    new Interceptor() {
                      @Override
                      public void before(
                          BasicBuilder headers, HttpRequest request, RequestTags tags) {
                        used.add(right(request));
                      }
                    }))
        .build();
  }

  /** {@code GROUP/RESOURCE VERB}. */
  private static String right(HttpRequest request) {
    List<String> path = new ArrayList<>(List.of(request.uri().getPath().split("/", -1)));
    path.subList(0, 2).clear(); // the slash ahead, and apis
    String group = path.get(0);
    int at = path.get(2).equals("namespaces") ? 4 : 2;
    boolean named = path.size() > at + 1;
    String resource = path.get(at) + (path.size() > at + 2 ? "/" + path.get(at + 2) : "");
    String query = Objects.requireNonNullElse(request.uri().getQuery(), "");
    String verb =
        switch (request.method()) {
          case "GET" -> query.contains("watch=true") ? "watch" : named ? "get" : "list";
          case "PUT" -> "update";
          case "POST" -> "create";
          default -> request.method().toLowerCase(java.util.Locale.ROOT);
        };
    return group + "/" + resource + " " + verb;
  }

  private static Set<String> granted(Path file) throws IOException {
    Set<String> granted = new TreeSet<>();
    try (InputStream in = Files.newInputStream(file)) {
      for (Object one : (List<?>) new KubernetesSerialization().unmarshal(in)) {
        if (((HasMetadata) one) instanceof ClusterRole role) {
          role.getRules().forEach(rule -> granted.addAll(rights(rule)));
        }
      }
    }
    return granted;
  }

  private static List<String> rights(PolicyRule rule) {
    return rule.getResources().stream()
        .flatMap(
            resource ->
                rule.getVerbs().stream()
                    .map(verb -> rule.getApiGroups().get(0) + "/" + resource + " " + verb))
        .toList();
  }
}
