package dev.etcdbackup.operator;

import com.sun.net.httpserver.HttpServer;
import dev.etcdbackup.operator.coreos.EtcdBackup;
import dev.etcdbackup.operator.restore.EtcdRestore;
import dev.etcdbackup.operator.restore.StatefulSetRestorer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The process of {@link OperatorCanaryTest}: resources of all kinds whose Secrets fail in all ways.
 * Prints what the resources and the events say in the end; what is logged meanwhile is printed too.
 */
final class OperatorCanaryRun {
  static final String END = "canary: the end";
  private static final String KEY = "canary-secret-key-51c2";
  private static final String SESSION = "canary-session-3e90";
  private static final String PASSWORD = "canary-password-a7d4";
  private static final String PEM = "canary-private-key-08fb";
  private static final String URL = "canary-url-9b17";
  static final String[] CANARIES = {KEY, SESSION, PASSWORD, PEM, URL, encoded(KEY), encoded(PEM)};

  private static final String NAMESPACE = "services";

  private final KubernetesMockServer api =
      new KubernetesMockServer(
          new Context(),
          new MockWebServer(),
          new HashMap<>(),
          new KubernetesCrudDispatcher(),
          false);
  private final KubernetesClient client;
  private final String refusing;

  private OperatorCanaryRun(String refusing) {
    this.refusing = refusing;
    api.init();
    this.client = api.createClient();
  }

  public static void main(String[] args) throws Exception {
    HttpServer bucket =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    bucket.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          byte[] answer =
              "<Error><Code>AccessDenied</Code></Error>".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(403, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    bucket.start();
    try {
      new OperatorCanaryRun("http://127.0.0.1:" + bucket.getAddress().getPort()).run();
      System.out.println(END);
    } catch (Throwable e) {
      e.printStackTrace(System.out);
    }
    System.exit(0); // whatever threads are left
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private void run() throws Exception {
    secret("keys", Map.of("accessKeyId", "id", "secretAccessKey", KEY, "sessionToken", SESSION));
    secret("half", Map.of("secretAccessKey", KEY));
    secret("files", Map.of("credentials", "[default\naws_secret_access_key = " + KEY));
    secret("authority", Map.of("accessKeyId", "id", "secretAccessKey", KEY, "ca.crt", PEM));
    secret("proxy", Map.of("proxy", "http://user:" + URL + "@127.0.0.1:1"));
    secret("user", Map.of("username", "root", "password", PASSWORD));
    secret("tls", Map.of("ca.crt", PEM, "tls.crt", PEM, "tls.key", PEM));
    create(StatefulSet.class, STATEFUL_SET);
    try (BackupOperator operator =
        BackupOperator.builder(client)
            .schedulers(FakeBackends::scheduler)
            .restorer(new StatefulSetRestorer(client, "image"))
            .build()) {
      operator.start();
      int number = 0;
      for (String store : List.of("keys", "half", "files", "authority", "proxy", "missing")) {
        for (String etcd : List.of("userSecret: user", "tlsSecret: tls")) {
          create(EtcdBackupSchedule.class, schedule("s" + number++, store, etcd));
        }
        create(EtcdBackup.class, coreos("once-" + store, store, "timeoutInSecond: 5"));
        create(EtcdBackup.class, coreos("often-" + store, store, "backupIntervalInSecond: 3600"));
        create(dev.etcdbackup.operator.coreos.EtcdRestore.class, oldRestore("old-" + store, store));
        create(EtcdRestore.class, restore("shown-" + store, store, "backup: etcd.backup", ""));
        create(EtcdRestore.class, restore("chosen-" + store, store, "", ""));
        create(
            EtcdRestore.class,
            restore("done-" + store, store, "backup: etcd.backup", "approvedBy: operations"));
      }
      awaitStatuses();
    } // which writes the events that are left
    print(EtcdBackupSchedule.class);
    print(EtcdBackup.class);
    print(EtcdRestore.class);
    print(dev.etcdbackup.operator.coreos.EtcdRestore.class);
    System.out.println(
        Serialization.asYaml(
            client.events().v1().events().inNamespace(NAMESPACE).list().getItems()));
  }

  private void awaitStatuses() throws Exception {
    awaitStatuses(EtcdRestore.class);
    awaitStatuses(dev.etcdbackup.operator.coreos.EtcdRestore.class);
    awaitStatuses(EtcdBackup.class);
    awaitStatuses(EtcdBackupSchedule.class);
  }

  private <R extends CustomResource<?, ?>> void awaitStatuses(Class<R> type) throws Exception {
    Await.until("all say what became of them", 60, () -> unfinished(type), List::isEmpty);
  }

  /** The resources that do not say yet what became of them. */
  private <R extends CustomResource<?, ?>> List<String> unfinished(Class<R> type) {
    return client.resources(type).inNamespace(NAMESPACE).list().getItems().stream()
        .filter(
            one -> {
              String status = one.getStatus() == null ? "" : Serialization.asJson(one.getStatus());
              return !status.matches(
                  ".*(AwaitingApproval|Failed|\"[Rr]eason\"|\"status\":\"False\").*");
            })
        .map(one -> one.getMetadata().getName() + " " + Serialization.asJson(one.getStatus()))
        .toList();
  }

  private <R extends HasMetadata> void print(Class<R> type) {
    System.out.println(
        Serialization.asYaml(client.resources(type).inNamespace(NAMESPACE).list().getItems()));
  }

  private <R extends HasMetadata> void create(Class<R> type, String yaml) {
    client.resource(Serialization.unmarshal(yaml, type)).create();
  }

  private void secret(String name, Map<String, String> entries) {
    Map<String, String> data = new HashMap<>();
    entries.forEach((key, value) -> data.put(key, encoded(value)));
    client
        .secrets()
        .inNamespace(NAMESPACE)
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withData(data)
                .build())
        .create();
  }

  private String schedule(String name, String store, String etcd) {
    String scheme = etcd.startsWith("tls") ? "https" : "http";
    return """
    apiVersion: etcdbackup.dev/v1alpha1
    kind: EtcdBackupSchedule
    metadata: {name: %s, namespace: services, uid: uid-%s}
    spec:
      etcd: {endpoints: ["%s://127.0.0.1:1"], %s}
      store: {bucket: b, endpoint: "%s", secret: %s}
      schedule: {intervalSeconds: 3600}
    """
        .formatted(name, name, scheme, etcd, refusing, store);
  }

  private String coreos(String name, String store, String policy) {
    return """
    apiVersion: etcd.database.coreos.com/v1beta2
    kind: EtcdBackup
    metadata: {name: %s, namespace: services, uid: uid-%s}
    spec: {storageType: S3, etcdEndpoints: ["https://127.0.0.1:1"], clientTLSSecret: tls, backupPolicy: {%s},
           s3: {path: b/%s/etcd.backup, awsSecret: %s, endpoint: "%s", forcePathStyle: true}}
    """
        .formatted(name, name, policy, name, store, refusing);
  }

  private String oldRestore(String name, String store) {
    return """
    apiVersion: etcd.database.coreos.com/v1beta2
    kind: EtcdRestore
    metadata: {name: %s, namespace: services, uid: uid-%s}
    spec: {backupStorageType: S3, etcdCluster: {name: p},
           s3: {path: b/p/etcd.backup, awsSecret: %s, endpoint: "%s"}}
    """
        .formatted(name, name, store, refusing);
  }

  private String restore(String name, String store, String from, String more) {
    return """
    apiVersion: etcdbackup.dev/v1alpha1
    kind: EtcdRestore
    metadata: {name: %s, namespace: services, uid: uid-%s}
    spec:
      statefulSet: p
      etcd: {userSecret: user}
      from:
        store: {bucket: b, endpoint: "%s", secret: %s}
    %s%s"""
        .formatted(name, name, refusing, store, from.indent(4), more.indent(2));
  }

  private static final String STATEFUL_SET =
      """
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: p, namespace: services}
      spec:
        replicas: 1
        serviceName: p
        selector: {matchLabels: {app: p}}
        template:
          spec:
            containers:
              - {name: etcd, args: [--data-dir, /data], volumeMounts: [{name: data, mountPath: /data}]}
        volumeClaimTemplates: [{metadata: {name: data}, spec: {}}]
      """;
}
