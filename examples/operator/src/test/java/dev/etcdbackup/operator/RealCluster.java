package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.etcd.LiveMember;
import dev.etcdbackup.operator.restore.EtcdRestore;
import dev.etcdbackup.operator.restore.EtcdRestoreStatus;
import dev.etcdbackup.operator.restore.ProcessRestorer;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.kubernetes.EtcdPods;
import dev.etcdbackup.testkit.kubernetes.TestKubelet;
import dev.etcdbackup.testkit.s3.S3Server;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A cluster of three real etcds in the pods of a StatefulSet, with a backup on an S3 server whose
 * authority is in the store's Secret alone, behind an API server that grants the rights that are
 * delivered and no more.
 */
abstract class RealCluster extends OnApiServer {
  static final String SET = "cray-bss-etcd";
  static final String BUCKET = "etcd-backup";
  private static final Logger REQUESTS = Logger.getLogger("io.fabric8.mockwebserver");

  static {
    REQUESTS.setLevel(Level.WARNING); // it logs each request
  }

  @TempDir Path directory;

  private final KubernetesMockServer coreKinds =
      new KubernetesMockServer(
          new Context(),
          new MockWebServer(),
          new HashMap<>(),
          new KubernetesCrudDispatcher(),
          false);
  final ScheduledExecutorService kubeletThread = Executors.newSingleThreadScheduledExecutor();
  private final AtomicReference<Throwable> kubeletFailure = new AtomicReference<>();
  KubernetesClient core;
  ApiFront front;
  KubernetesClient restricted;
  S3Server s3;
  EtcdPods pods;
  ToolContainer jobs;
  TestKubelet kubelet;
  SecretBackends stores;

  @BeforeEach
  void startCluster() throws Exception {
    coreKinds.init();
    core = coreKinds.createClient();
    s3 = S3Server.embeddedTls();
    pods = new EtcdPods(EtcdBinaries.all().get(0), directory, SET, 3);
    jobs = new ToolContainer(core, "services", directory);
    kubelet =
        new TestKubelet(
            core, "services", Files.createDirectory(directory.resolve("volumes")), pods, jobs);
    front = new ApiFront(client, core);
    front.allow(Rights.ofBoth());
    restricted = front.client();
    stores = new SecretBackends(restricted);
    operator.stop(Duration.ZERO);
    operator =
        BackupOperator.builder(restricted)
            .backends(stores)
            .restorer(ProcessRestorer.of(restricted, pods))
            .build();
    operator.start();
  }

  @AfterEach
  void stopCluster() {
    kubeletThread.shutdownNow();
    if (pods != null) {
      pods.close();
      stores.close();
    }
    if (s3 != null) {
      s3.close();
    }
    operator.stop(Duration.ZERO);
    if (front != null) {
      restricted.close();
      front.close();
    }
    core.close();
    coreKinds.destroy();
  }

  /** The cluster acts by itself from now on. */
  void runKubelet() {
    Runnable sync =
        () -> {
          try {
            kubelet.sync();
          } catch (IOException | RuntimeException e) {
            kubeletFailure.compareAndSet(null, e);
            throw new IllegalStateException(e); // it is not called again
          }
        };
    var unused = kubeletThread.scheduleWithFixedDelay(sync, 0, 20, TimeUnit.MILLISECONDS);
  }

  private void secret(Map<String, String> entries) {
    Map<String, String> data = new HashMap<>();
    entries.forEach(
        (key, value) ->
            data.put(
                key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
    core.secrets()
        .inNamespace("services")
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName("aws")
                .endMetadata()
                .withData(data)
                .build())
        .create();
  }

  private void createBucket() {
    try (S3Client direct =
        S3Clients.forRgw(s3.endpoint())
            .region(s3.region())
            .caPem(s3.caPem().orElseThrow())
            .credentials(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(s3.accessKey(), s3.secretKey())))
            .build()) {
      direct.createBucket(bucket -> bucket.bucket(BUCKET));
    }
  }

  /** Three members that have lost their quorum, with a backup of an older value of a key. */
  BackupKey lostQuorum() throws Exception {
    createBucket();
    secret(
        Map.of(
            "accessKeyId", s3.accessKey(),
            "secretAccessKey", s3.secretKey(),
            "ca.crt", Files.readString(s3.caPem().orElseThrow())));
    core.resource(READER.formatted("Deployment")).create();
    core.resource(READER.formatted("DaemonSet")).create();
    core.resource(STATEFUL_SET).create();
    kubelet.sync();
    kubelet.sync();
    awaitWrites();
    pods.etcdctl(0, "put", "day", "one");
    StoreAddress address =
        new StoreAddress(s3.endpoint().toString(), null, BUCKET, "", "services", "aws");
    BackupKey key =
        BackupService.builder(stores.store(address))
            .build()
            .backUp(SET, EtcdSnapshotSource.builder(EtcdConnection.to(pods.clientUrls())).build())
            .key();
    pods.etcdctl(0, "put", "day", "two");
    pods.kill(1);
    pods.kill(2);
    return key;
  }

  void awaitWrites() throws Exception {
    Await.until(
        "all members accept writes",
        60,
        () -> {
          try {
            for (int i = 0; i < 3; i++) {
              try (LiveMember member =
                  LiveMember.of(EtcdConnection.to(pods.clientUrl(i)), Duration.ofSeconds(2))) {
                member.checkWrites("ready");
              }
            }
            return "yes";
          } catch (SourceException e) {
            return e.getMessage() + pods.logs();
          }
        },
        "yes"::equals);
  }

  /** Asks for a restore of the newest backup. */
  void createRestore() {
    create(
        """
        apiVersion: etcdbackup.dev/v1alpha1
        kind: EtcdRestore
        metadata: {name: r, namespace: services}
        spec:
          statefulSet: %s
          approvedBy: operations
          restart: [deployment/reader, daemonset/reader]
          from:
            store: {bucket: %s, endpoint: "%s", secret: aws}
        """
            .formatted(SET, BUCKET, s3.endpoint()));
  }

  String phase() {
    assertThat(kubeletFailure.get()).isNull();
    EtcdRestoreStatus status =
        client.resources(EtcdRestore.class).inNamespace("services").withName("r").get().getStatus();
    return status == null ? "" : status.phase() + " " + status.step() + ": " + status.message();
  }

  private static final String STATEFUL_SET =
      """
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: %1$s, namespace: services}
      spec:
        replicas: 3
        serviceName: %1$s-headless
        podManagementPolicy: Parallel
        selector: {matchLabels: {app: %1$s}}
        template:
          metadata: {labels: {app: %1$s}}
          spec:
            containers:
              - name: etcd
                image: etcd:3.5
                args: [--data-dir, /var/lib/etcd/data]
                volumeMounts: [{name: data, mountPath: /var/lib/etcd}]
        volumeClaimTemplates:
          - metadata: {name: data}
            spec:
              accessModes: [ReadWriteOnce]
              resources: {requests: {storage: 1Gi}}
      """
          .formatted(SET);

  static final String READER =
      """
      {"apiVersion": "apps/v1", "kind": "%s", "metadata": {"name": "reader", "namespace": "services"},
       "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}}}}}
      """;
}
