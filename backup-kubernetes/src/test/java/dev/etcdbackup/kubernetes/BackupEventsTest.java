package dev.etcdbackup.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.SourceException;
import dev.etcdbackup.schedule.FailedRun;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a scheduler reports becomes events, few of them. */
@Tag("server")
@Timeout(60)
class BackupEventsTest {
  private final MockApi api = MockApi.start();
  private final KubernetesClient client = api.newClient();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-28T10:00:00Z"));
  private final BackupEvents events = BackupEvents.of(client, BackupEventsTest::object, now::get);

  @AfterEach
  void stop() {
    events.close();
    client.close();
    api.close();
  }

  @Test
  void anEventIsOfTheObjectOfItsProject() {
    events.failed(failure("p", "no answer"));
    events.failed(failure("without", "no answer"));
    events.close();
    assertThat(written()).hasSize(1);
    Event event = written().get(0);
    assertThat(event.getRegarding().getName()).isEqualTo("p");
    assertThat(event.getType()).isEqualTo("Warning");
    assertThat(event.getReason()).isEqualTo(BackupEvents.BACKUP_FAILED);
    assertThat(event.getNote()).isEqualTo("no answer");
    assertThat(event.getEventTime().getTime()).isEqualTo("2026-11-28T10:00:00.000000Z");
    assertThat(event.getReportingController()).isEqualTo("etcdbackup.dev/test");
  }

  @Test
  void theListenersOfSeveralSchedulersShareTheLimits() {
    BackupEvents other = events.forProjects(project -> object("p"));
    for (int i = 0; i < 20; i++) {
      events.failed(failure("p", "no answer " + i));
      other.failed(failure("q", "no answer either " + i));
    }
    other.close();
    assertThat(written()).hasSize(25);
    assertThat(written()).allMatch(event -> event.getRegarding().getName().equals("p"));
  }

  @Test
  void whatIsRepeatedIsCounted() {
    for (int i = 0; i < 60; i++) { // for ten minutes
      events.failed(failure("p", "no answer"));
      now.updateAndGet(time -> time.plusSeconds(10));
    }
    events.close();
    assertThat(written()).hasSize(1);
    assertThat(written().get(0).getSeries().getCount()).isBetween(30, 60);
    assertThat(api.requests()).filteredOn(one -> !one.startsWith("GET")).hasSizeLessThan(5);
  }

  @Test
  void afterAnHourTheSameIsNewAgain() {
    events.failed(failure("p", "no answer"));
    now.updateAndGet(time -> time.plusSeconds(3601));
    events.failed(failure("p", "no answer"));
    events.close();
    assertThat(written()).hasSize(2);
  }

  /** The API server refuses a note of more than 1,024 bytes, and a name of more than 253. */
  @Test
  void aLongNoteAndALongNameAreCutToWhatTheApiServerTakes() {
    String longest = "a".repeat(224) + "-" + "b".repeat(28);
    events.failed(failure(longest, "x".repeat(5000)));
    events.failed(failure("q", "\uD83D\uDE00é".repeat(500)));
    events.failed(failure("r", "x".repeat(1024)));
    events.close();
    assertThat(written())
        .hasSize(3)
        .allSatisfy(
            event -> {
              assertThat(event.getMetadata().getName())
                  .hasSizeLessThanOrEqualTo(253)
                  .matches("[a-z0-9-]*[a-z0-9]\\.[a-z0-9]+");
              assertThat(event.getNote().getBytes(UTF_8)).hasSizeBetween(1016, 1024);
            });
    assertThat(written())
        .filteredOn(event -> event.getRegarding().getName().equals("q"))
        .allSatisfy(event -> assertThat(event.getNote()).doesNotContain("\uFFFD").endsWith("…"));
  }

  /** The API server deletes events, after an hour by default. */
  @Test
  void anEventThatIsGoneIsWrittenAnew() {
    api.answer(
        request ->
            "PUT".equals(request.getMethod())
                ? Optional.of(MockApi.status(404))
                : Optional.empty());
    events.failed(failure("p", "no answer"));
    now.updateAndGet(time -> time.plusSeconds(600));
    events.failed(failure("p", "no answer"));
    events.close();
    assertThat(written()).hasSize(2);
  }

  @Test
  void anObjectHasABudget() {
    for (int i = 0; i < 100; i++) {
      events.failed(failure("p", "failure " + i));
      events.failed(failure("q", "failure"));
    }
    events.close();
    assertThat(written()).filteredOn(one -> one.getRegarding().getName().equals("p")).hasSize(25);
    assertThat(written()).filteredOn(one -> one.getRegarding().getName().equals("q")).hasSize(1);
  }

  @Test
  void whatTheApiServerRefusesDisturbsNothing() {
    api.answer(request -> Optional.of(MockApi.status(500)));
    events.lockLost("p");
    events.close();
    events.lockLost("p"); // dropped
    api.answer(request -> Optional.empty());
    assertThat(written()).isEmpty();
  }

  private List<Event> written() {
    return client.events().v1().events().inNamespace("services").list().getItems();
  }

  private FailedRun failure(String project, String message) {
    return new FailedRun(
        project,
        now.get(),
        FailedRun.Reason.SOURCE,
        new SourceException(message),
        1,
        Optional.empty());
  }

  private static Optional<ObjectReference> object(String project) {
    return project.equals("without")
        ? Optional.empty()
        : Optional.of(
            new ObjectReferenceBuilder()
                .withApiVersion("etcdbackup.dev/v1alpha1")
                .withKind("EtcdBackup")
                .withNamespace("services")
                .withName(project)
                .withUid("uid-" + project)
                .build());
  }
}
