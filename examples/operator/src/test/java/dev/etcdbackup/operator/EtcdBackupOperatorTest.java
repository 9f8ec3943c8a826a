package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.ClusterStatus;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.javaoperatorsdk.operator.Operator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Resources go in, backups and their status come out. */
@Tag("slow")
@Timeout(120)
class EtcdBackupOperatorTest {
  private static final String DEAD = "http://dead:2379";

  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private final EtcdBackupReconciler reconciler =
      new EtcdBackupReconciler(
          BackupScheduler.builder(store).retry(Duration.ofHours(1), Duration.ofHours(1)),
          EtcdBackupOperatorTest::source);
  private final KubernetesMockServer server =
      new KubernetesMockServer(
          new Context(),
          new MockWebServer(),
          new HashMap<>(),
          new KubernetesCrudDispatcher(),
          false);
  private KubernetesClient client;
  private Operator operator;

  private static SnapshotSource source(EtcdBackupSpec spec) {
    if (spec.members().contains(DEAD)) {
      return () -> {
        throw new SourceException(DEAD + " does not answer");
      };
    }
    return FixedSnapshotSource.of(TestSnapshots.bytes(3, 100));
  }

  @BeforeEach
  void start() {
    server.init();
    server.expectCustomResource(
        CustomResourceDefinitionContext.fromCustomResourceType(EtcdBackup.class));
    client = server.createClient();
    operator =
        new Operator(
            settings ->
                settings
                    .withKubernetesClient(client)
                    .withUseSSAToPatchPrimaryResource(false)); // not known to the mock server
    operator.register(reconciler);
    reconciler.scheduler().start();
    operator.start();
  }

  @AfterEach
  void stop() {
    operator.stop();
    reconciler.scheduler().close();
    server.destroy();
  }

  @Test
  void aResourceThatIsCreatedIsBackedUpAndToldSo() throws Exception {
    create("cray-bss", new EtcdBackupSpec(null, List.of("http://a:2379"), 3600L, 7, null));

    await(() -> status("cray-bss") != null && Boolean.TRUE.equals(status("cray-bss").succeeded()));

    EtcdBackupStatus status = status("cray-bss");
    String key = store.list("cray-bss").get(0).key().toString();
    assertThat(status.lastBackup()).isEqualTo(key).startsWith("cray-bss/etcd.backup_v");
    assertThat(status.reason()).isNull();
    assertThat(Instant.parse(status.lastSuccessDate()))
        .isEqualTo(Backup.of(store.list("cray-bss").get(0), ZoneOffset.UTC).time().orElseThrow());
    assertThat(scheduled()).extracting(ClusterStatus::project).containsExactly("cray-bss");
  }

  @Test
  void aResourceThatIsChangedIsScheduledAnew() throws Exception {
    create("a", new EtcdBackupSpec(null, List.of(DEAD), null, null, null));
    await(() -> status("a") != null && status("a").reason() != null);
    assertThat(status("a").succeeded()).isFalse();
    assertThat(status("a").reason()).contains("does not answer");

    backups()
        .withName("a")
        .edit(
            resource -> {
              resource.setSpec(new EtcdBackupSpec("b", List.of("http://a:2379"), 60L, null, null));
              return resource;
            });

    await(() -> Boolean.TRUE.equals(status("a").succeeded()));
    assertThat(status("a").reason()).isNull();
    assertThat(status("a").lastBackup()).startsWith("b/");
    assertThat(scheduled()).extracting(ClusterStatus::project).containsExactly("b");
    assertThat(store.list("a")).isEmpty();
  }

  @Test
  void aResourceThatIsDeletedIsBackedUpNoMoreAndItsBackupsStay() throws Exception {
    create("gone", new EtcdBackupSpec(null, List.of("http://a:2379"), 3600L, null, null));
    await(() -> status("gone") != null && status("gone").lastBackup() != null);
    assertThat(backups().withName("gone").get().getFinalizers()).hasSize(1);

    backups().withName("gone").delete();

    await(() -> scheduled().isEmpty());
    await(() -> backups().withName("gone").get() == null);
    assertThat(stored("gone")).hasSize(1);
  }

  @Test
  void whatCannotBeMeantIsSaidInTheStatus() throws Exception {
    create("empty", new EtcdBackupSpec(null, List.of(), null, null, null));
    await(() -> status("empty") != null);
    assertThat(status("empty").reason()).isEqualTo("spec.endpoints must name a member of etcd");

    create("first", new EtcdBackupSpec("p", List.of("http://a:2379"), null, null, null));
    await(() -> status("first") != null);
    create("second", new EtcdBackupSpec("p", List.of("http://a:2379"), null, null, null));
    await(() -> status("second") != null);
    assertThat(status("second").reason()).contains("project 'p' is backed up by").contains("first");
    assertThat(scheduled()).hasSize(1);
  }

  @Test
  void theDefinitionNamesWhatTheClassesHave() throws Exception {
    String yaml = Files.readString(Path.of("../operator/etcdbackups.yaml")).split("---\n", 2)[0];
    CustomResourceDefinition definition =
        Serialization.unmarshal(yaml, CustomResourceDefinition.class);
    var properties =
        definition.getSpec().getVersions().get(0).getSchema().getOpenAPIV3Schema().getProperties();
    assertThat(properties.get("spec").getProperties().keySet())
        .containsExactlyInAnyOrder(names(EtcdBackupSpec.class));
    assertThat(properties.get("status").getProperties().keySet())
        .containsExactlyInAnyOrder(names(EtcdBackupStatus.class));
    assertThat(definition.getMetadata().getName()).isEqualTo(new EtcdBackup().getCRDName());
  }

  private static String[] names(Class<? extends Record> type) {
    return Stream.of(type.getRecordComponents())
        .map(component -> component.getName())
        .toArray(String[]::new);
  }

  private MixedOperation<EtcdBackup, ?, Resource<EtcdBackup>> all() {
    return client.resources(EtcdBackup.class);
  }

  private NonNamespaceOperation<EtcdBackup, ?, Resource<EtcdBackup>> backups() {
    return all().inNamespace("services");
  }

  private void create(String name, EtcdBackupSpec spec) {
    EtcdBackup resource = new EtcdBackup();
    resource.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace("services").build());
    resource.setSpec(spec);
    backups().resource(resource).create();
  }

  private EtcdBackupStatus status(String name) {
    return backups().withName(name).get().getStatus();
  }

  private List<?> stored(String project) throws BackupException {
    return store.list(project);
  }

  private List<ClusterStatus> scheduled() {
    return reconciler.scheduler().status();
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.call()) {
      assertThat(System.nanoTime() - end).as("time is up").isNegative();
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
