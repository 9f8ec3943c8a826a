package dev.etcdbackup.kubernetes;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.schedule.Anomaly;
import dev.etcdbackup.schedule.BackupListener;
import dev.etcdbackup.schedule.CheckResult;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.schedule.ScheduledCheck;
import dev.etcdbackup.service.BackupResult;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener of a scheduler that writes Kubernetes Events ({@code events.k8s.io/v1}), so that
 * {@code kubectl describe} of a resource shows what became of its backups.
 *
 * <p>Written are backups that were stored or failed, suspicious backups, what could not be pruned
 * or copied, checks, and lost locks; the reasons are the constants of this class. What is repeated
 * within 1 hour is not written anew: the event that is there gets a series with a count, at most
 * once in 5 minutes. An object gets at most 25 new events an hour; more are dropped. So a cluster
 * that fails every few seconds costs at most 13 requests an hour.
 *
 * <p>Never delays a backup: one daemon thread sends the events, which ends when there has been
 * nothing to send for 5 seconds; 1,000 wait at most, more are dropped. An event that cannot be
 * written is lost, and logged at DEBUG. Thread-safe.
 *
 * <p>Needs the verbs {@code create} and {@code update} for {@code events} of {@code events.k8s.io}
 * in the namespaces of the objects.
 */
public final class BackupEvents implements BackupListener, AutoCloseable {
  /** Reason of an event: a backup was stored. */
  public static final String BACKUP_STORED = "BackupStored";

  /** Reason of a warning: a run failed. */
  public static final String BACKUP_FAILED = "BackupFailed";

  /** Reason of a warning: backups are suspicious, so the series is not pruned. */
  public static final String BACKUP_SUSPICIOUS = "BackupSuspicious";

  /** Reason of a warning: a series could not be pruned. */
  public static final String PRUNE_FAILED = "PruneFailed";

  /** Reason of a warning: backups could not be copied to a second store. */
  public static final String COPY_FAILED = "CopyFailed";

  /** Reason of an event: the newest backup was verified. */
  public static final String BACKUP_VERIFIED = "BackupVerified";

  /** Reason of an event: the newest backup was restored in a drill. */
  public static final String RESTORE_PROVEN = "RestoreProven";

  /** Reason of a warning: a check or a drill of the newest backup failed or was not possible. */
  public static final String CHECK_FAILED = "CheckFailed";

  /** Reason of a warning: the lock was lost during a run. */
  public static final String LOCK_LOST = "LockLost";

  private static final Logger LOG = LoggerFactory.getLogger(BackupEvents.class);
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
  private static final Duration REPEATED_WITHIN = Duration.ofHours(1);
  private static final Duration COUNTED_EVERY = Duration.ofMinutes(5);
  private static final int PER_HOUR = 25;
  private static final int LONGEST_NOTE = 1024; // what the API server takes
  private static final int MOST_WRITTEN = 10_000; // remembered events, some hundred bytes each

  private final KubernetesClient client;
  private final Function<String, Optional<ObjectReference>> regarding;
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

  private BackupEvents(
      KubernetesClient client,
      Function<String, Optional<ObjectReference>> regarding,
      String controller,
      String instance,
      InstantSource clock) {
    this.client = ApiCall.impatient(client);
    this.regarding = Objects.requireNonNull(regarding, "regarding");
    this.controller = Objects.requireNonNull(controller, "controller");
    this.instance = Objects.requireNonNull(instance, "instance");
    this.clock = clock;
    this.sender =
        new ThreadPoolExecutor(
            1, 1, 5, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1000), BackupEvents::newThread);
    sender.allowCoreThreadTimeOut(true);
  }

  /**
   * Returns a listener.
   *
   * @param client how to reach the API server; not closed by the listener
   * @param controller the name of the operator, for example {@code etcdbackup.dev/operator}
   * @param instance the name of this process, for example that of its pod; 128 characters at most
   * @param regarding returns the object of a project, with its namespace and UID; empty for a
   *     project without one, whose events are not written. Called on the threads of runs
   * @return the listener
   */
  public static BackupEvents of(
      KubernetesClient client,
      String controller,
      String instance,
      Function<String, Optional<ObjectReference>> regarding) {
    return new BackupEvents(client, regarding, controller, instance, InstantSource.system());
  }

  /** With another clock, for tests. */
  static BackupEvents of(
      KubernetesClient client,
      Function<String, Optional<ObjectReference>> regarding,
      InstantSource clock) {
    return new BackupEvents(client, regarding, "etcdbackup.dev/test", "test-0", clock);
  }

  @Override
  public void succeeded(String project, BackupResult result) {
    write(project, "Normal", BACKUP_STORED, "stored " + result.key());
  }

  @Override
  public void failed(FailedRun failure) {
    write(failure.project(), "Warning", BACKUP_FAILED, failure.message());
  }

  @Override
  public void suspicious(String project, List<Anomaly> anomalies) {
    write(project, "Warning", BACKUP_SUSPICIOUS, "not pruned: " + anomalies.get(0));
  }

  @Override
  public void pruneFailed(String project, BackupException cause) {
    write(project, "Warning", PRUNE_FAILED, String.valueOf(cause.getMessage()));
  }

  @Override
  public void copyFailed(String project, String store, BackupException cause) {
    write(project, "Warning", COPY_FAILED, "to " + store + ": " + cause.getMessage());
  }

  @Override
  public void checked(String project, CheckResult result) {
    if (!result.ok()) {
      write(
          project,
          "Warning",
          CHECK_FAILED,
          result.kind() + " of " + result.key() + ": " + String.join("; ", result.problems()));
      return;
    }
    boolean drill = result.kind() == ScheduledCheck.Kind.DRILL;
    write(
        project,
        "Normal",
        drill ? RESTORE_PROVEN : BACKUP_VERIFIED,
        (drill ? "restored " : "verified ") + result.key());
  }

  @Override
  public void checkFailed(String project, ScheduledCheck.Kind kind, Exception cause) {
    write(project, "Warning", CHECK_FAILED, "no " + kind + " was possible: " + cause.getMessage());
  }

  @Override
  public void lockLost(String project) {
    write(project, "Warning", LOCK_LOST, "the lock was lost during a backup, which is given up");
  }

  /**
   * Writes an event of the application's own, with the same limits. Returns at once.
   *
   * @param object the object, with its namespace and UID
   * @param type {@code Normal} or {@code Warning}
   * @param reason a reason in CamelCase
   * @param note one line for people; cut after 1,024 characters
   */
  public void write(ObjectReference object, String type, String reason, String note) {
    String text = note.length() <= LONGEST_NOTE ? note : note.substring(0, LONGEST_NOTE - 1) + "…";
    Instant now = clock.instant();
    try {
      sender.execute(() -> send(object, type, reason, text, now));
    } catch (RejectedExecutionException fullOrClosed) {
      LOG.debug("an event {} of {} is dropped", reason, object.getName());
    }
  }

  /**
   * Sends what waits, for 5 seconds at most, and ends the thread. Events after this are dropped.
   * Closing again does nothing.
   */
  @Override
  public void close() {
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

  private void write(String project, String type, String reason, String note) {
    regarding.apply(project).ifPresent(object -> write(object, type, reason, note));
  }

  private void send(ObjectReference object, String type, String reason, String note, Instant now) {
    String id = Objects.requireNonNullElse(object.getUid(), "") + "/" + object.getName();
    Key key = new Key(id, type, reason, note);
    @Nullable Written before = written.get(key);
    try {
      if (before != null && now.isBefore(before.first.plus(REPEATED_WITHIN))) {
        count(before, now);
      } else if (isWithinBudget(id, now)) {
        written.remove(key);
        written.put(key, new Written(create(object, type, reason, note, now), now));
        forgetOld();
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("an event {} of {} was not written: {}", reason, object.getName(), e.getMessage());
    }
  }

  private void count(Written event, Instant now) throws IOException {
    event.count++;
    if (now.isBefore(event.sent.plus(COUNTED_EVERY)) && event.count > 2) {
      return; // goes with a later one
    }
    event.sent = now;
    Event counted =
        new EventBuilder(event.event)
            .withNewSeries()
            .withCount(event.count)
            .withLastObservedTime(new MicroTime(MICROS.format(now)))
            .endSeries()
            .build();
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
  }

  private Event create(ObjectReference object, String type, String reason, String note, Instant now)
      throws IOException {
    String namespace = Objects.requireNonNullElse(object.getNamespace(), "default");
    String name =
        "%s.%x%09d".formatted(object.getName(), now.getEpochSecond(), now.getNano())
            + Integer.toHexString(note.hashCode());
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
