package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.coverage.Coverage;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.NamingStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A scheduler that backs up clusters by their schedules.
 *
 * <p><b>What is due.</b> A cluster is due when its schedule has had a point since its newest
 * backup, and one without a backup is due at once. The scheduler keeps no state outside the store:
 * after a restart, in another replica and beside other tools, the next run follows from the stored
 * backups. One immediate run makes up for overdue points; missed points are counted and not
 * repeated. Several clusters that are found overdue are started one after another, 1 second apart
 * by default, in the order of the age of their newest backups: ten clusters within ten seconds.
 *
 * <p><b>A run</b> takes the lock of its project, lists the project, and if no other process has
 * backed it up meanwhile, backs it up, checks its series for {@linkplain AnomalyGuard anomalies},
 * and prunes it. Besides the backup that takes two listings and one look-up, and where there is a
 * retention policy two more listings, or three when something is deleted. Runs of one project never
 * overlap, and by default at most 4 runs are active in total. Clusters whose last run failed use at
 * most half of these slots, so they delay the others for no longer than their first timeout. After
 * a failure of the source, the store or the lock, the run is retried with a new snapshot, after a
 * random time up to a limit that doubles from 10 seconds to 5 minutes, but not after the next point
 * of the schedule. After any other failure, the next run is at that point.
 *
 * <p><b>Clocks.</b> The scheduler waits by the monotonic clock, for at most 30 seconds at a time,
 * and then reads the wall clock again. When the wall clock was set or the machine was suspended,
 * every project is listed again, and nothing is pruned during the following hour. When the clock is
 * set back, a backup may be taken later by at most that time, but not later than the next point of
 * the schedule.
 *
 * <p><b>Logging.</b> Backups that are stored or pruned are logged at INFO, failures at WARN with
 * the reason. A failure is logged when the state of a cluster changes, not for each retry. The
 * logger has the name of this class followed by {@code .runs}.
 *
 * <p>Thread-safe. Uses one thread for itself, one for each run and one for each transfer of a
 * snapshot, and more while backups are copied to a second store; they are daemon threads by
 * default. There are none before {@link #start()} and none after {@link #stop} has returned true.
 * The store, the sources and the lock remain the caller's.
 *
 * <p><b>Cost:</b> less than 1 KiB of heap for each cluster, and the memory of a listing during a
 * run. Measured with 1,000 clusters none of which was due: one thread, 2.4 MiB of live heap (1.7
 * with a single cluster), and in five minutes 0.32 s of CPU, 0.1 % of a core (0.30 s with a single
 * cluster); JDK 17, {@code IdleScheduler} of the benchmarks.
 */
public final class BackupScheduler implements AutoCloseable {
  // More than 400 lines, a third of which are the contract. The state of a cluster, the order of
  // runs and a run are in ClusterState, RunQueue and Run; this class holds the lock over them.
  private static final Logger LOG = LoggerFactory.getLogger(BackupScheduler.class);
  private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(30);

  private enum State {
    NEW,
    STARTED,
    STOPPED
  }

  private final SchedulerContext with;
  private final SchedulerRuntime runtime;
  private final RunQueue queue; // guarded by itself
  private State state = State.NEW; // guarded by queue
  private Instant lastTick = Instant.EPOCH; // guarded by queue

  BackupScheduler(SchedulerContext with, SchedulerRuntime runtime, RunQueue queue) {
    this.with = with;
    this.runtime = runtime;
    this.queue = queue;
  }

  /**
   * Returns a builder of a scheduler.
   *
   * @param store the store of the backups
   * @return a builder with every default set
   */
  public static SchedulerBuilder builder(BackupStore store) {
    return new SchedulerBuilder(store);
  }

  /**
   * Adds a cluster, or changes the one of the same project. May be called at any time. An active
   * run continues with the previous settings.
   *
   * @param cluster the cluster
   * @throws IllegalArgumentException when its names need an encoding that the scheduler does not
   *     have
   * @throws IllegalStateException when the scheduler was stopped
   */
  public void put(ScheduledCluster cluster) {
    with.service().requireEncodings(cluster.naming());
    synchronized (queue) {
      require(state != State.STOPPED, "the scheduler was stopped");
      queue.put(cluster, runtime.now(), runtime.nanoTime());
    }
    runtime.wake();
  }

  /**
   * Removes a cluster. An active run is cancelled and ends within about 1 second; requested runs
   * that have not started are cancelled too.
   *
   * @param project the project
   * @return whether the scheduler had such a cluster
   */
  public boolean remove(String project) {
    Optional<ClusterState> removed;
    List<Request> dropped = new ArrayList<>();
    synchronized (queue) {
      removed = queue.remove(project);
      removed.ifPresent(cluster -> dropped.addAll(cluster.requests()));
      queue.running(project).ifPresent(Run::cancel);
    }
    with.listeners().removed(project);
    dropped.forEach(request -> cancel(request, project + " was removed"));
    return removed.isPresent();
  }

  /**
   * Starts the scheduler. Does nothing when it is started already.
   *
   * @throws IllegalStateException when it was stopped
   */
  public void start() {
    synchronized (queue) {
      require(state != State.STOPPED, "the scheduler was stopped");
      if (state == State.STARTED) {
        return;
      }
      state = State.STARTED;
    }
    try {
      runtime.start(this::tick);
    } catch (RuntimeException | Error e) { // no thread can be started
      synchronized (queue) {
        state = state == State.STARTED ? State.NEW : state;
      }
      throw e;
    }
  }

  /**
   * Stops the scheduler permanently. Starts no further runs, lets active runs continue for the
   * grace period, then cancels them and waits until they have ended, which takes about 1 second. A
   * cancelled run stores nothing, unless the store completes its commit at that moment. An
   * interrupt ends the grace period, and the interrupt status is set when this returns. Must not be
   * called from a listener. Stopping again waits again, with its own grace period.
   *
   * @param grace the grace period, 0 or more; more than one year is treated as one year
   * @return whether every thread has ended. False only after another 15 seconds or a second
   *     interrupt, when a source, a store or a listener does not react to an interrupt
   * @throws IllegalArgumentException when the grace period is negative
   */
  public boolean stop(Duration grace) {
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace must be 0 or more, not " + grace);
    }
    List<Request> dropped = new ArrayList<>();
    synchronized (queue) {
      state = State.STOPPED;
      for (ClusterState cluster : queue.clusters()) {
        dropped.addAll(cluster.requests());
        cluster.requests().clear();
      }
    }
    dropped.forEach(request -> cancel(request, "the scheduler was stopped"));
    Duration year = Duration.ofDays(365);
    boolean ended = runtime.stop(grace.compareTo(year) > 0 ? year : grace, this::cancelRuns);
    if (!ended) {
      LOG.warn(
          "the scheduler was stopped, but a run did not end within 15 seconds of being cancelled");
    }
    return ended;
  }

  /** Stops the scheduler with a grace period of 10 seconds. */
  @Override
  public void close() {
    stop(Duration.ofSeconds(10));
  }

  /**
   * Requests a backup of a cluster now, independently of its schedule, under the names of its
   * series. It has priority over due runs, and waits for an active run of the project and for the
   * lock. It is not retried. The schedule continues from this backup. Does not block.
   *
   * @param project the project
   * @return the result. Fails with the exception of the backup, or with a {@link
   *     CancellationException} when the cluster is removed or the scheduler is stopped before the
   *     backup is stored. Completed on a worker thread, or on the one that removes the cluster or
   *     stops the scheduler, after the last call of the listeners
   * @throws IllegalArgumentException when there is no such cluster
   * @throws IllegalStateException when the scheduler does not run
   */
  public CompletableFuture<BackupResult> trigger(String project) {
    Request request = Request.scheduled();
    submit(Map.of(project, request));
    return request.answer();
  }

  /**
   * Requests manual backups of several projects now, for example before an upgrade. Each backup is
   * named {@code CONTEXT.backup_yyyy-MM-dd-HH:mm:ss} with the time of this call in UTC, like those
   * of the bulk scripts for the etcd operator. Such backups are never pruned. They are taken like
   * those of {@link #trigger}; a failure of one project does not affect the others. Does not block.
   *
   * @param projects the projects; each is backed up once, in this order
   * @param context the purpose, for example {@code pre_upgrade}. Older tools look for the time
   *     after the second {@code _} of the name, so the context must contain {@code _}, preferably
   *     exactly once
   * @return the result of each project, completed when all are done. Fails only when it is
   *     cancelled, which does not cancel the backups
   * @throws IllegalArgumentException when the context has no {@code _} or cannot be in a name, or
   *     there is no such cluster; nothing was started
   * @throws IllegalStateException when the scheduler does not run
   */
  public CompletableFuture<ManualBackups> backUpNow(Collection<String> projects, String context) {
    String name = ManualBackups.name(context, runtime.now());
    NamingStrategy naming = NamingStrategy.manual(name);
    Map<String, Request> requests = new LinkedHashMap<>();
    for (String project : new LinkedHashSet<>(projects)) {
      BackupKey.of(project, name);
      requests.put(project, Request.named(naming));
    }
    submit(requests);
    return ManualBackups.of(name, requests);
  }

  /**
   * Requests manual backups of all projects now, including those that are not automated.
   *
   * @param context the purpose
   * @return as {@link #backUpNow(Collection, String)}
   */
  public CompletableFuture<ManualBackups> backUpNow(String context) {
    return backUpNow(projects(), context);
  }

  /**
   * Returns the status of every cluster as the scheduler last saw it, in the order in which the
   * clusters were added. Does not access the store.
   *
   * @return the clusters
   */
  public List<ClusterStatus> status() {
    Instant now = runtime.now();
    synchronized (queue) {
      return queue.clusters().stream().map(cluster -> cluster.status(now)).toList();
    }
  }

  /**
   * Returns the current coverage of all clusters and of the last 14 days. Blocks: lists the whole
   * store and then the notes of each cluster, and reads each note, on the calling thread. When the
   * store cannot be listed, the state of every automated cluster is unknown. A cluster whose
   * schedule throws is shown as one that should be backed up every hour.
   *
   * @return the clusters in the order in which they were added, then the other projects in the
   *     store
   */
  public Coverage coverage() {
    List<CoverageView.Known> known;
    Instant now = runtime.now();
    synchronized (queue) {
      known = queue.clusters().stream().map(cluster -> CoverageView.known(cluster, now)).toList();
    }
    return new CoverageView(with, now).of(known);
  }

  /**
   * Accepts a suspicious backup and the older ones of its series, so that the series is pruned
   * again; see {@link AnomalyGuard}. Takes effect at the next run.
   *
   * @param key the backup
   * @throws IllegalArgumentException when the backup is of kind changes or other
   * @throws BackupException when the backup does not exist, or the store failed
   */
  public void accept(BackupKey key) throws BackupException {
    with.guard().accept(key);
    synchronized (queue) {
      queue.forget(key.project(), runtime.nanoTime());
    }
    runtime.wake();
  }

  /**
   * Adds a listener, for example one that updates metrics. May be called at any time; the listener
   * receives the events from then on.
   *
   * @param listener the listener
   */
  public void addListener(BackupListener listener) {
    with.listeners().add(Objects.requireNonNull(listener, "listener"));
  }

  /**
   * Starts the runs that are due, and returns the nanoseconds until the next one unless something
   * changes.
   */
  long tick() {
    List<Run> begun = List.of();
    long wait = LONGEST_WAIT;
    synchronized (queue) {
      if (state == State.STARTED) {
        Instant now = runtime.now();
        lastTick = now;
        long nanos = runtime.nanoTime();
        begun = queue.begin(with, now, nanos);
        wait = Math.min(queue.nanosUntilNext(now, nanos), LONGEST_WAIT);
      }
    }
    for (Run run : begun) {
      try {
        runtime.execute(run, outcome -> ended(run, outcome));
      } catch (RejectedExecutionException stoppedJustNow) {
        ended(run, RunOutcome.cancelled());
      } catch (RuntimeException | Error e) { // no thread can be started
        Exception why =
            new IllegalStateException("the run could not be started: " + FailureText.of(e), e);
        ended(run, RunOutcome.failed(why, FailedRun.Reason.OTHER, null));
      }
    }
    return wait;
  }

  private void ended(Run run, RunOutcome outcome) {
    Optional<FailedRun> failure;
    boolean postponed = false;
    boolean firstTime = false;
    synchronized (queue) {
      long nanos = runtime.nanoTime();
      failure = queue.ended(run, outcome, nowOrBefore(), nanos);
      if (outcome.kind() == RunOutcome.Kind.BUSY && state == State.STARTED) {
        postponed = queue.find(run.cluster().project()).isPresent();
        firstTime = queue.postpone(run, nanos);
      }
    }
    try {
      report(run, outcome, failure, firstTime);
    } finally {
      synchronized (queue) {
        queue.release(run); // the next run of the project does not overlap with these calls
      }
      runtime.wake();
    }
    Request request = run.order().request();
    if (request != null && !postponed) {
      answer(request, outcome, run.cluster().project());
    }
  }

  private void report(Run run, RunOutcome outcome, Optional<FailedRun> failure, boolean firstTime) {
    String project = run.cluster().project();
    failure.ifPresent(with.listeners()::failed);
    if (firstTime) {
      with.listeners().skipped(project, "another process holds its lock; waiting for it");
    } else if (outcome.kind() == RunOutcome.Kind.LOOKED && !run.order().lookOnly()) {
      with.listeners().skipped(project, "another process has backed it up");
    } else if (outcome.kind() == RunOutcome.Kind.UNCHANGED) {
      with.listeners().skipped(project, "unchanged since its newest backup, which verifies");
    }
    with.listeners().ended(project);
  }

  /** Returns the time, or that of the last tick when the clock of the application fails. */
  private Instant nowOrBefore() {
    try {
      return runtime.now();
    } catch (RuntimeException e) {
      LOG.warn("the clock failed: {}", FailureText.of(e));
      return lastTick;
    }
  }

  private static void answer(Request request, RunOutcome outcome, String project) {
    switch (outcome.kind()) {
      case STORED -> request.answer().complete(outcome.stored());
      case FAILED -> request.answer().completeExceptionally(outcome.thrown());
      default -> cancel(request, "the run of " + project + " was cancelled");
    }
  }

  private static void cancel(Request request, String why) {
    request.answer().completeExceptionally(new CancellationException(why));
  }

  private void submit(Map<String, Request> requests) {
    synchronized (queue) {
      require(state == State.STARTED, "the scheduler is not running");
      requireKnown(requests.keySet());
      requests.forEach(queue::request);
    }
    runtime.wake();
  }

  private void requireKnown(Collection<String> projects) {
    synchronized (queue) {
      for (String project : projects) {
        if (queue.find(project).isEmpty()) {
          throw new IllegalArgumentException("there is no cluster of project '" + project + "'");
        }
      }
    }
  }

  private Set<String> projects() {
    synchronized (queue) {
      Set<String> all = new LinkedHashSet<>();
      queue.clusters().forEach(state -> all.add(state.cluster().project()));
      return all;
    }
  }

  private void cancelRuns() {
    synchronized (queue) {
      queue.running().forEach(Run::cancel);
    }
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalStateException(otherwise);
    }
  }
}
