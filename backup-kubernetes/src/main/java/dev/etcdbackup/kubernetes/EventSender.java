package dev.etcdbackup.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends Kubernetes Events on a thread of its own, within the limits of {@link BackupEvents}. */
final class EventSender {
  private static final Logger LOG = LoggerFactory.getLogger(BackupEvents.class);
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
  private static final Duration REPEATED_WITHIN = Duration.ofHours(1);
  private static final Duration COUNTED_EVERY = Duration.ofMinutes(5);
  private static final int PER_HOUR = 25;
  private static final int LONGEST_NOTE = 1024; // in bytes, what the API server takes
  private static final int LONGEST_NAME = 253;
  private static final String CUT = "…";
  private static final int MOST_WRITTEN = 10_000; // remembered events, some hundred bytes each

  private final KubernetesClient client;
  private final String controller;
  private final String instance;
  private final InstantSource clock;
  private final ThreadPoolExecutor sender;
  private final Map<Key, Written> written = new LinkedHashMap<>(); // oldest first; sender's
  private final Map<String, Budget> budgets = new LinkedHashMap<>(); // by object; sender's

  /** What makes two events the same. */
  private record Key(String object, String type, String reason, String note) {}

  /** An event that was written. */
  private static final class Written {
    private Event event;
    private final Instant first;
    private Instant sent;
    private int count = 1;

    private Written(Event event, Instant first) {
      this.event = event;
      this.first = first;
      this.sent = first;
    }
  }

  /** The new events of an object in an hour. */
  private static final class Budget {
    private final Instant since;
    private int used;

    private Budget(Instant since) {
      this.since = since;
    }
  }

  EventSender(KubernetesClient client, String controller, String instance, InstantSource clock) {
    this.client = ApiCall.impatient(client);
    this.controller = Objects.requireNonNull(controller, "controller");
    this.instance = Objects.requireNonNull(instance, "instance");
    this.clock = clock;
    this.sender =
        new ThreadPoolExecutor(
            1, 1, 5, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1000), EventSender::newThread);
    sender.allowCoreThreadTimeOut(true);
  }

  /** See {@link BackupEvents#write}. */
  void write(ObjectReference object, String type, String reason, String note) {
    String text = cut(note);
    Instant now = clock.instant();
    try {
      sender.execute(() -> send(object, type, reason, text, now));
    } catch (RejectedExecutionException fullOrClosed) {
      LOG.debug("an event {} of {} is dropped", reason, object.getName());
    }
  }

  /** See {@link BackupEvents#close}. */
  void close() {
    sender.shutdown();
    try {
      if (!sender.awaitTermination(5, TimeUnit.SECONDS)) {
        sender.shutdownNow();
      }
    } catch (InterruptedException e) {
      sender.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private void send(ObjectReference object, String type, String reason, String note, Instant now) {
    String id = Objects.requireNonNullElse(object.getUid(), "") + "/" + object.getName();
    Key key = new Key(id, type, reason, note);
    @Nullable Written before = written.get(key);
    try {
      if (before != null
          && now.isBefore(before.first.plus(REPEATED_WITHIN))
          && count(before, now)) {
        return;
      }
      if (isWithinBudget(id, now)) {
        written.remove(key);
        written.put(key, new Written(create(object, type, reason, note, now), now));
        forgetOld();
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("an event {} of {} was not written: {}", reason, object.getName(), e.getMessage());
    }
  }

  /** Counts an event that is repeated; false when the API server has deleted it meanwhile. */
  private boolean count(Written event, Instant now) throws IOException {
    event.count++;
    if (now.isBefore(event.sent.plus(COUNTED_EVERY)) && event.count > 2) {
      return true; // goes with a later one
    }
    event.sent = now;
    Event counted =
        new EventBuilder(event.event)
            .withNewSeries()
            .withCount(event.count)
            .withLastObservedTime(new MicroTime(MICROS.format(now)))
            .endSeries()
            .build();
    try {
      event.event =
          ApiCall.of(
              "event " + counted.getMetadata().getName(),
              () ->
                  client
                      .events()
                      .v1()
                      .events()
                      .inNamespace(counted.getMetadata().getNamespace())
                      .resource(counted)
                      .update());
      return true;
    } catch (ApiCall.Refused e) {
      if (e.isNotFound()) {
        return false;
      }
      throw e;
    }
  }

  private Event create(ObjectReference object, String type, String reason, String note, Instant now)
      throws IOException {
    String namespace = Objects.requireNonNullElse(object.getNamespace(), "default");
    String name = name(object.getName(), now, note);
    Event event =
        new EventBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(namespace)
            .endMetadata()
            .withEventTime(new MicroTime(MICROS.format(now)))
            .withReportingController(controller)
            .withReportingInstance(instance)
            .withAction("Backup")
            .withType(type)
            .withReason(reason)
            .withNote(note)
            .withRegarding(object)
            .build();
    return ApiCall.of(
        "event " + name,
        () -> client.events().v1().events().inNamespace(namespace).resource(event).create());
  }

  /** A name of its own that begins with the object's, as far as there is room for that. */
  private static String name(String object, Instant now, String note) {
    String end =
        ".%x%09d%x".formatted(now.getEpochSecond(), now.getNano(), note.hashCode()); // unsigned
    int room = Math.min(object.length(), LONGEST_NAME - end.length());
    return object.substring(0, room).replaceAll("[-.]+$", "") + end;
  }

  private static String cut(String note) {
    if (note.getBytes(UTF_8).length <= LONGEST_NOTE) {
      return note;
    }
    int room = LONGEST_NOTE - CUT.getBytes(UTF_8).length;
    int end = 0;
    while (true) {
      int next = note.offsetByCodePoints(end, 1);
      room -= note.substring(end, next).getBytes(UTF_8).length;
      if (room < 0) {
        return note.substring(0, end) + CUT;
      }
      end = next;
    }
  }

  private boolean isWithinBudget(String object, Instant now) {
    Budget budget = budgets.get(object);
    if (budget == null || !now.isBefore(budget.since.plus(Duration.ofHours(1)))) {
      budgets.remove(object);
      budget = new Budget(now);
      budgets.put(object, budget);
    }
    budget.used++;
    return budget.used <= PER_HOUR;
  }

  private void forgetOld() {
    while (written.size() > MOST_WRITTEN) {
      written.remove(written.keySet().iterator().next());
    }
    while (budgets.size() > MOST_WRITTEN) {
      budgets.remove(budgets.keySet().iterator().next());
    }
  }

  private static Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "etcd-backup-events");
    thread.setDaemon(true);
    return thread;
  }
}
