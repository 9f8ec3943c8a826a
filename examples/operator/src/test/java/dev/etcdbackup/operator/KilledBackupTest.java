package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.faults.FaultProxy;
import dev.etcdbackup.testkit.faults.Faults;
import dev.etcdbackup.testkit.faults.Operation;
import dev.etcdbackup.testkit.s3.S3Server;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The operator as it is delivered, killed by SIGKILL in the middle of a backup. The next process
 * takes it once and says so, and nothing is lost or taken twice.
 */
@Tag("server")
@Tag("night") // twenty processes
@Timeout(900)
class KilledBackupTest extends OnApiServer {
  private static final String BUCKET = "etcd-backup";

  @TempDir private Path directory;

  private final KubernetesMockServer others =
      new KubernetesMockServer(
          new Context(),
          new MockWebServer(),
          new HashMap<>(),
          new KubernetesCrudDispatcher(),
          false);
  private KubernetesClient core;
  private ApiFront front;
  private EtcdServer etcd;
  private S3Server s3;
  private FaultProxy proxy;
  private S3Client direct;
  private Process process;

  @BeforeEach
  void startServers() throws Exception {
    operator.stop(Duration.ZERO);
    others.init();
    core = others.createClient();
    front = new ApiFront(client, core);
    front.allow(Rights.ofOperator());
    etcd = EtcdServer.start();
    etcd.put("a", "b");
    s3 = S3Server.embedded();
    proxy = FaultProxy.s3(s3.endpoint());
    direct =
        S3Clients.forRgw(s3.endpoint())
            .region(s3.region())
            .credentials(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(s3.accessKey(), s3.secretKey())))
            .build();
    direct.createBucket(bucket -> bucket.bucket(BUCKET));
    core.secrets()
        .inNamespace("services")
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName("aws")
                .endMetadata()
                .addToData("accessKeyId", encoded(s3.accessKey()))
                .addToData("secretAccessKey", encoded(s3.secretKey()))
                .build())
        .create();
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @AfterEach
  void stopServers() throws Exception {
    if (process != null) {
      kill();
    }
    direct.close();
    proxy.close();
    s3.close();
    etcd.close();
    front.close();
    core.close();
    others.destroy();
  }

  private void startProcess() throws Exception {
    process = KillableOperator.start(OperatorMain.class, front.url(), directory);
  }

  private void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  private List<String> stored(String project) throws Exception {
    return S3BackupStore.builder(direct, BUCKET).build().list(project).stream()
        .map(one -> one.key().toString())
        .toList();
  }

  private String own(String name, String more) {
    return """
    apiVersion: etcdbackup.dev/v1alpha1
    kind: EtcdBackupSchedule
    metadata: {name: %s, namespace: services}
    spec:
      etcd: {endpoints: ["%s"]}
      store: {bucket: %s, endpoint: "%s", secret: aws}
      schedule: {%s
    """
        .formatted(name, etcd.endpoint(), BUCKET, proxy.endpoint(), more);
  }

  /** Kills a process at a point of S3, and has the next one end the work. */
  private void killedAt(String name, Fault fault) throws Exception {
    proxy.add(fault);
    create(own(name, "intervalSeconds: 3600}"));
    startProcess();
    fault.awaitFired(1, Duration.ofSeconds(60));
    kill();
    fault.end();
    saidByTheNext(name);
  }

  private void killedAt(String name, Predicate<ApiFront.Call> point, boolean done)
      throws Exception {
    AtomicBoolean once = new AtomicBoolean();
    CountDownLatch reached = new CountDownLatch(1);
    front.behave(
        call -> {
          if (point.test(call) && once.compareAndSet(false, true)) {
            if (done) {
              call.ask().body().readAllBytes();
            }
            reached.countDown();
            process.onExit().join();
          } else {
            call.pass();
          }
        });
    create(own(name, "intervalSeconds: 3600}"));
    startProcess();
    assertThat(reached.await(60, TimeUnit.SECONDS)).as(name).isTrue();
    kill();
    front.behave(ApiFront.Call::pass);
    saidByTheNext(name);
  }

  private void saidByTheNext(String name) throws Exception {
    startProcess();
    Await.until(
        name,
        60,
        () -> schedules().withName(name).get().getStatus(),
        now -> now != null && now.lastBackup() != null);
    kill();
    assertThat(stored(name))
        .as(name)
        .containsExactly(schedules().withName(name).get().getStatus().lastBackup());
    schedules().withName(name).delete();
  }

  @Test
  void aBackupIsTakenOnceAndSaidWhereverTheOperatorIsKilled() throws Exception {
    killedAt("before-list", Faults.on(Operation.LIST).of("before-list").call(1).stall());
    killedAt("listed", Faults.on(Operation.LIST).of("listed").call(1).inReply().stall());
    killedAt("before-find", Faults.on(Operation.FIND).of("before-find").call(1).stall());
    killedAt("before-put", Faults.on(Operation.PUT).of("before-put").call(1).stall());
    killedAt("in-put", Faults.on(Operation.PUT).of("in-put").call(1).afterBytes(5000).stall());
    killedAt("put", Faults.on(Operation.PUT).of("put/").call(1).inReply().stall());
    killedAt("secret", call -> call.right().equals("/secrets get"), false);
    killedAt("event", call -> call.right().equals("events.k8s.io/events create"), true);
    killedAt("status", call -> call.right().endsWith("/status update"), false);
    killedAt(
        "status-stored",
        call -> call.right().endsWith("/status update") && call.body().contains("lastBackup"),
        false);
    killedAt(
        "status-written",
        call -> call.right().endsWith("/status update") && call.body().contains("lastBackup"),
        true);
    assertThat(front.refused()).isEmpty();
  }

  @Test
  void aKilledPruneIsEndedByTheNextProcess() throws Exception {
    Fault before = proxy.add(Faults.on(Operation.DELETE).call(1).stall());
    create(own("p", "intervalSeconds: 2}\n  retention: {last: 1}"));
    startProcess();
    before.awaitFired(1, Duration.ofSeconds(60));
    kill();
    before.end();
    Fault after = proxy.add(Faults.on(Operation.DELETE).call(2).inReply().stall());
    startProcess();
    after.awaitFired(1, Duration.ofSeconds(60));
    kill();
    after.end();
    assertThat(stored("p")).isNotEmpty();
    startProcess();
    String last = schedules().withName("p").get().getStatus().lastBackup();
    Await.until(
        "goes on",
        60,
        () -> schedules().withName("p").get().getStatus().lastBackup(),
        now -> !last.equals(now));
    Await.until("pruned", 60, () -> stored("p").size(), now -> now == 1);
  }

  /** One that is taken once has a name of its own, so that the next process finds it. */
  @Test
  void aBackupThatIsTakenOnceIsFoundByTheNextProcess() throws Exception {
    Fault stored = proxy.add(Faults.on(Operation.PUT).of("/manual").call(1).inReply().stall());
    create(
        coreos("once", "timeoutInSecond: 60")
            .replace("etcd.backup", "manual")
            .replace("http://10.0.0.1:2379", etcd.endpoint().toString())
            .replace("http://rgw:8080", proxy.endpoint().toString()));
    startProcess();
    stored.awaitFired(1, Duration.ofSeconds(60));
    kill();
    stored.end();
    startProcess();
    Await.until(
        "said",
        60,
        () -> backups().withName("once").get().getStatus(),
        now -> now != null && now.succeeded());
    assertThat(stored("cray-bss")).containsExactly("cray-bss/manual");
  }
}
