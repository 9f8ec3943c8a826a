package dev.etcdbackup.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.etcdbackup.kubernetes.BackupEvents;
import dev.etcdbackup.kubernetes.EtcdSecrets;
import dev.etcdbackup.schedule.ClusterStatus;
import dev.etcdbackup.schedule.Schedule;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With an API server that takes events, and nothing else. */
@Tag("slow")
@Timeout(60)
class ScheduledResourcesTest {
  private final BlockingQueue<Event> written = new LinkedBlockingQueue<>();
  private final BlockingQueue<Owner> ended = new LinkedBlockingQueue<>();
  private final FakeBackends backends = new FakeBackends();
  private HttpServer api;
  private KubernetesClient client;
  private BackupEvents events;
  private ScheduledResources scheduled;

  @BeforeEach
  void start() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext(
        "/apis/events.k8s.io/v1/namespaces/services/events",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          written.add(Serialization.unmarshal(new String(body, UTF_8), Event.class));
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(201, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    api.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(Config.empty())
                    .withMasterUrl("http://127.0.0.1:" + api.getAddress().getPort())
                    .build())
            .build();
    events = BackupEvents.of(client, "etcdbackup.dev/operator", "pod-0");
    scheduled = new ScheduledResources(backends, FakeBackends::scheduler, events);
    scheduled.onChange(ended::add);
  }

  @AfterEach
  void stop() {
    scheduled.close();
    events.close();
    client.close();
    api.stop(0);
  }

  @Test
  void whatBecomesOfARunIsAnEventOfItsResource() throws Exception {
    Owner good = owner("good");
    Owner bad = owner("bad");
    scheduled.schedule(good, "1", target("good", "http://a:2379"));
    scheduled.schedule(bad, "1", target("bad", FakeBackends.DEAD));

    List<Event> both = List.of(next(written), next(written));
    assertThat(both)
        .extracting(
            one -> one.getRegarding().getUid() + " " + one.getType() + " " + one.getReason())
        .containsExactlyInAnyOrder("uid-good Normal BackupStored", "uid-bad Warning BackupFailed");
    assertThat(both)
        .allSatisfy(
            one -> {
              assertThat(one.getRegarding().getKind()).isEqualTo("EtcdBackupSchedule");
              assertThat(one.getRegarding().getApiVersion()).isEqualTo("etcdbackup.dev/v1alpha1");
              assertThat(one.getReportingInstance()).isEqualTo("pod-0");
            });
  }

  @Test
  void whenAResourceIsToldThatARunEndedTheStatusHasIt() throws Exception {
    Owner owner = owner("a");
    Target target = target("a", "http://a:2379");
    Progress progress = scheduled.schedule(owner, "1", target).orElseThrow();

    while (progress.last().isEmpty()) { // the first run only looks at what the store has
      assertThat(next(ended)).isEqualTo(owner);
      progress = scheduled.schedule(owner, "1", target).orElseThrow();
    }

    assertThat(progress.cluster().flatMap(ClusterStatus::lastSuccess)).isPresent();
  }

  @Test
  void aProjectBelongsToOneResource() {
    scheduled.schedule(owner("a"), "1", target("p", "http://a:2379"));
    assertThatThrownBy(() -> scheduled.schedule(owner("b"), "1", target("p", "http://b:2379")))
        .isInstanceOf(ProjectTakenException.class)
        .hasMessage("p is backed up there by EtcdBackupSchedule services/a already");
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    return Optional.ofNullable(queue.poll(30, TimeUnit.SECONDS)).orElseThrow();
  }

  @Test
  void aPlaceBelongsToTheOldestAndToTheNextWhenItIsFree() throws Exception {
    Owner old = owner("old", "2026-01-01T00:00:00Z");
    Owner young = owner("young", "2026-01-01T00:00:01Z");
    scheduled.schedule(young, "1", target("p", "http://b:2379")); // seen first, after a restart

    scheduled.schedule(old, "1", target("p", "http://a:2379"));

    while (!next(ended).equals(young)) {} // it is looked at again, and refused
    assertThatThrownBy(() -> scheduled.schedule(young, "1", target("p", "http://b:2379")))
        .hasMessage("p is backed up there by EtcdBackupSchedule services/old already");
    scheduled.unschedule(young); // as for all that is refused
    assertThat(scheduled.status()).hasSize(1);
    ended.clear();
    scheduled.deleted(old);
    while (!next(ended).equals(young)) {}
    assertThat(scheduled.schedule(young, "1", target("p", "http://b:2379"))).isPresent();
  }

  /** As all are that one file of manifests has. */
  @Test
  void ofTwoThatWereCreatedInTheSameSecondTheNamesDecideAndNotTheOrder() {
    Owner a = owner("a");
    Owner b = owner("b");
    scheduled.schedule(b, "1", target("p", "http://b:2379")); // seen first, after a restart
    assertThat(scheduled.schedule(a, "1", target("p", "http://a:2379"))).isPresent();
    assertThatThrownBy(() -> scheduled.schedule(b, "1", target("p", "http://b:2379")))
        .isInstanceOf(ProjectTakenException.class)
        .hasMessage("p is backed up there by EtcdBackupSchedule services/a already");
  }

  /** The API server's own data were restored from a backup. */
  @Test
  void whatWasDeletedIsScheduledAgainWhenTheApiServerHasItAgain() {
    Owner a = owner("a");
    Target target = target("p", "http://a:2379");
    scheduled.deleted(a);

    scheduled.readmit(a, () -> false);
    assertThat(scheduled.schedule(a, "1", target)).isEmpty();
    scheduled.readmit(a, () -> true);
    assertThat(scheduled.schedule(a, "1", target)).isPresent();
    scheduled.readmit(
        a,
        () -> {
          throw new IllegalStateException("asked about a resource that was not deleted");
        });
  }

  @Test
  void whatIsRefusedOpensNoStore() {
    assertThatThrownBy(() -> scheduled.schedule(owner("a"), "1", target("..", "http://a:2379")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> backends.bucket("etcd-backup"))
        .isInstanceOf(NoSuchElementException.class);
  }

  /** Each namespace has a store, and namespaces come and go. */
  @Test
  void aStoreThatNothingIsStoredInAnyMoreIsReleased() throws Exception {
    Owner a = owner("a");
    Owner b = owner("b");
    Target target = target("p", "http://a:2379");
    scheduled.schedule(a, "1", target);
    scheduled.schedule(b, "1", target("q", "http://a:2379"));
    scheduled.deleted(a);
    assertThat(scheduled.status()).extracting(ClusterStatus::project).containsExactly("q");
    assertThat(backends.released()).isEmpty();

    scheduled.unschedule(b);

    assertThat(next(backends.released())).isSameAs(backends.in(target.store()));
    assertThat(scheduled.schedule(b, "1", target)).isPresent();
    scheduled.store(target.store()); // for a restore, which may go on
    scheduled.unschedule(b);
    assertThat(scheduled.status()).isEmpty();
    assertThat(backends.released()).isEmpty();
  }

  @Test
  void aSlashAtTheEndOfAnEndpointIsNoOtherPlace() {
    assertThat(new StoreAddress("http://rgw:8080/", null, "b", "", "n", null))
        .isEqualTo(new StoreAddress("http://rgw:8080", null, "b", "", "n", null));
  }

  private static Owner owner(String name) {
    return owner(name, "2026-01-01T00:00:00Z");
  }

  private static Owner owner(String name, String created) {
    return new Owner(
        "etcdbackup.dev/v1alpha1",
        "EtcdBackupSchedule",
        new ResourceID(name, "services"),
        "uid-" + name,
        created);
  }

  private static Target target(String project, String endpoint) {
    return new Target(
        new StoreAddress("http://rgw:8080", null, "etcd-backup", "", "services", null),
        project,
        "etcd.backup",
        false,
        new EtcdAddress(List.of(endpoint), "services", EtcdSecrets.none(), Duration.ofSeconds(30)),
        Schedule.every(Duration.ofHours(1)),
        Duration.ZERO,
        Optional.empty(),
        Duration.ofSeconds(30));
  }
}
