package dev.etcdbackup.kubernetes;

import com.sun.net.httpserver.HttpServer;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.kubernetes.recovery.EtcdStatefulSet;
import dev.etcdbackup.kubernetes.recovery.RestoreTool;
import dev.etcdbackup.kubernetes.recovery.StatefulSetRestore;
import dev.etcdbackup.recovery.Approval;
import dev.etcdbackup.schedule.ClusterStatus;
import dev.etcdbackup.schedule.FailedRun;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** The process of {@link KubernetesCanaryTest}. Prints what everything returns or throws. */
final class KubernetesCanaryRun {
  static final String END = "canary: the end";
  private static final String KEY = "canary-secret-key-51c2";
  private static final String SESSION = "canary-session-3e90";
  private static final String PASSWORD = "canary-password-a7d4";
  private static final String PEM = "canary-private-key-08fb";
  private static final String URL = "canary-url-9b17";
  static final String[] CANARIES = {KEY, SESSION, PASSWORD, PEM, URL, encoded(KEY), encoded(PEM)};

  private static final String NAMESPACE = "services";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final MockApi api = MockApi.start();
  private final KubernetesClient client = api.newClient();
  private final List<String> failures = new ArrayList<>();
  private final String refusing;

  private KubernetesCanaryRun(String refusing) {
    this.refusing = refusing;
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
    KubernetesCanaryRun run =
        new KubernetesCanaryRun("http://127.0.0.1:" + bucket.getAddress().getPort());
    run.stores();
    run.clusters();
    run.restore();
    run.status();
    System.out.println(END);
    System.exit(0);
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private void stores() throws Exception {
    Map<String, String> keys =
        Map.of(
            "bucket", "b",
            "endpoint", refusing,
            "accessKeyId", "id",
            "secretAccessKey", KEY,
            "sessionToken", SESSION);
    secret("good", keys);
    try (KubernetesStore watched =
        KubernetesStore.builder(client, NAMESPACE).secret("good").open(PATIENCE)) {
      call(() -> watched.list("p"));
      secret("good", Map.of("credentials", "[default\naws_secret_access_key = " + KEY));
      await(watched);
      call(watched::problem);
      call(() -> watched.list("p"));
    }
    store(keys, Map.of());
    store(Map.of("credentials", "[default\naws_secret_access_key = " + KEY), Map.of());
    store(Map.of("credentials", "[other]\naws_secret_access_key = " + KEY), Map.of());
    store(Map.of("secretAccessKey", KEY), Map.of());
    store(keys, Map.of("endpoint", "http://user:" + URL + "@127.0.0.1:1"));
    store(keys, Map.of("endpoint", "http://127.0.0.1:1"));
    store(keys, Map.of("proxy", "http://user:" + URL + "@127.0.0.1:1"));
    store(keys, Map.of("ca.crt", PEM));
    store(keys, Map.of("bucket", ""));
  }

  private void store(Map<String, String> entries, Map<String, String> others) throws Exception {
    Map<String, String> all = new HashMap<>(Map.of("bucket", "b", "endpoint", refusing));
    all.putAll(entries);
    all.putAll(others);
    secret("s3", all);
    try (KubernetesStore store =
        KubernetesStore.builder(client, NAMESPACE)
            .secret("s3")
            .openUnwatched(Duration.ofMinutes(1))) {
      call(() -> store.list("p"));
      call(store::problem);
      call(store::toString);
    }
    call(() -> new StoreSettings(all, Map.of()));
  }

  private void clusters() {
    secret("etcd", Map.of("username", "root", "password", PASSWORD));
    secret("tls", Map.of("ca.crt", PEM, "tls.crt", PEM, "tls.key", PEM));
    client
        .secrets()
        .inNamespace(NAMESPACE)
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName("broken")
                .withNamespace(NAMESPACE)
                .endMetadata()
                .withData(Map.of("ca.crt", PEM + "%", "password", PASSWORD + "%"))
                .build())
        .create();
    for (EtcdSecrets secrets :
        List.of(
            EtcdSecrets.tls("tls"),
            EtcdSecrets.tls("broken"),
            EtcdSecrets.none().withLogin("etcd"),
            EtcdSecrets.none().withUser("root", "etcd", null),
            EtcdSecrets.none().withUser("root", "broken", null),
            EtcdSecrets.tls("tls").withLogin("etcd"))) {
      boolean tls = secrets.names().contains("tls") || secrets.names().contains("broken");
      List<URI> endpoints = List.of(URI.create((tls ? "https" : "http") + "://127.0.0.1:1"));
      call(secrets::toString);
      call(() -> secrets.connect(client, NAMESPACE, endpoints));
      call(() -> secrets.source(client, NAMESPACE, endpoints, PATIENCE).open());
      call(
          () ->
              new DiscoveredCluster(
                  "p",
                  "layout",
                  "StatefulSet",
                  NAMESPACE,
                  "p",
                  "uid",
                  Map.of(),
                  Map.of(),
                  endpoints,
                  secrets));
    }
  }

  /** What a restore would create, with everything that a Secret may have of a store. */
  private void restore() {
    Map<String, String> all = new HashMap<>();
    for (StoreEntry entry : StoreEntry.values()) {
      all.put(entry.names().get(0), KEY);
    }
    all.put("endpoint", URL);
    all.put("ca.crt", PEM);
    secret("store", all);
    StatefulSet set =
        Serialization.unmarshal(
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
            """,
            StatefulSet.class);
    client.apps().statefulSets().inNamespace(NAMESPACE).resource(set).create();
    client
        .persistentVolumeClaims()
        .inNamespace(NAMESPACE)
        .resource(
            new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName("data-p-0")
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .build())
        .create();
    RestoreTool tool =
        RestoreTool.builder("image", "s3://b")
            .credentialsFrom("s3")
            .storeSecret(client.secrets().inNamespace(NAMESPACE).withName("store").get())
            .build();
    call(() -> tool);
    StatefulSetRestore restore =
        StatefulSetRestore.builder(client, EtcdStatefulSet.builder(NAMESPACE, "p").build(), tool)
            .build();
    call(() -> restore.preview(BackupKey.parse("p/etcd.backup")).text());
    call(() -> restore.begin(Approval.by("operations"), BackupKey.parse("p/etcd.backup")));
  }

  /** Whatever failed is what events and conditions say. */
  private void status() {
    Instant now = Instant.parse("2026-11-28T10:00:00Z");
    EtcdBackupConditions conditions = EtcdBackupConditions.of(null, 1L, now);
    BackupEvents events =
        BackupEvents.of(
            client,
            "etcdbackup.dev/operator",
            "pod",
            project ->
                Optional.of(
                    new ObjectReferenceBuilder()
                        .withKind("EtcdBackupSchedule")
                        .withNamespace(NAMESPACE)
                        .withName(project)
                        .withUid("uid-" + project)
                        .build()));
    for (int i = 0; i < failures.size(); i++) {
      FailedRun failure =
          new FailedRun(
              "p" + i,
              now,
              FailedRun.Reason.SOURCE,
              new SourceException(failures.get(i)),
              1,
              Optional.empty());
      events.failed(failure);
      ClusterStatus status =
          new ClusterStatus(
              "p",
              true,
              true,
              false,
              Optional.empty(),
              Optional.empty(),
              Duration.ZERO,
              0,
              Optional.empty(),
              Optional.of(failure),
              List.of(),
              Optional.empty());
      call(() -> Serialization.asYaml(conditions.backups(status).list()));
    }
    events.close();
    call(
        () ->
            Serialization.asYaml(
                client.events().v1().events().inNamespace(NAMESPACE).list().getItems()));
  }

  private void call(Callable<?> call) {
    try {
      System.out.println(call.call());
    } catch (Exception e) {
      failures.add(String.valueOf(e.getMessage()));
      e.printStackTrace(System.out);
    }
  }

  private static void await(KubernetesStore store) throws InterruptedException {
    while (store.problem().isEmpty()) {
      Thread.sleep(20); // NOPMD: ends with the test's timeout
    }
  }

  private void secret(String name, Map<String, String> entries) {
    Map<String, String> encoded = new HashMap<>();
    entries.forEach((key, value) -> encoded.put(key, encoded(value)));
    Secret secret =
        new SecretBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(NAMESPACE)
            .endMetadata()
            .withData(encoded)
            .build();
    var secrets = client.secrets().inNamespace(NAMESPACE);
    if (secrets.withName(name).get() == null) {
      secrets.resource(secret).create();
    } else {
      secrets.resource(secret).update();
    }
  }
}
