package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.coverage.Coverage;
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
 * Backs clusters up by their schedules, for as long as it runs.
 *
 * <p><b>What is due.</b> A cluster is due when its schedule has had a point since its newest
 * backup, and one without a backup is due at once. So the store is all the state there is: after a
 * restart, in another replica and beside other tools the next run follows from what is stored. What
 * is overdue is made up for by one run, now; points missed are counted and not replayed. Several
 * clusters that are found overdue are begun one after another, a second apart by default, the one
 * with the oldest newest backup first: ten of them within ten seconds.
 *
 * <p><b>A run</b> takes the lock of its project, lists the project, and if no other process has
 * backed it up meanwhile, backs it up, looks for what the {@link AnomalyGuard} finds suspicious,
 * and prunes its series. That is two listings and a look-up beside the backup itself. There are
 * never two runs of one project at once, and at most four runs in all by default. Clusters whose
 * last run failed use at most half of these slots, so they delay the others for no longer than
 * their first timeout. A failure that may pass (the source, the store, the lock) is tried again,
 * each time with a new snapshot, after a random time that doubles from 10 seconds to 5 minutes at
 * most, and never past the next point of the schedule. Other failures wait for that point.
 *
 * <p><b>Clocks.</b> All waiting goes by the monotonic clock, 30 seconds at most at a time; then the
 * wall clock is looked at again. When it was set or the machine slept, every project is listed
 * again. Nothing is pruned in the hour after that. Set back by some time, a backup may come up to
 * that time later, but no later than a point of the schedule.
 *
 * <p><b>Logging.</b> Backups that are stored or pruned are logged at INFO, failures at WARN with
 * the reason: once when the state of a cluster changes, not for each retry. The logger has the name
 * of this class followed by {@code .runs}.
 *
 * <p>Thread-safe. Runs one thread of its own, one for each run and one for each snapshot that
 * moves, daemons by default; none before {@link #start()} and none after {@link #stop}. The store,
 * sources and lock remain the caller's.
 *
 * <p><b>What it costs:</b> less than 1 KiB of heap for each cluster, and what a listing takes
 * during a run. Measured with 1,000 clusters none of which was due: one thread, 2.4 MiB of live
 * heap (1.7 with a single cluster), and in five minutes 0.32 s of CPU, 0.1 % of a core (0.30 s with
 * a single cluster); JDK 17, {@code IdleScheduler} of the benchmarks.
 */
public final class BackupScheduler implements AutoCloseable {
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

  BackupScheduler(SchedulerContext with, SchedulerRuntime runtime, RunQueue queue) {
    this.with = with;
    this.runtime = runtime;
    this.queue = queue;
  }

  /**
   * Begins a scheduler.
   *
   * @param store where the backups go
   * @return a builder with every default set
   */
  public static SchedulerBuilder builder(BackupStore store) {
    return new SchedulerBuilder(store);
  }

  /**
   * Adds a cluster, or changes the one of the same project. May be called at any time. A run under
   * way goes on as it was begun.
   *
   * @param cluster the cluster
   * @throws IllegalArgumentException when its names ask for an encoding that the scheduler does not
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
   * Removes a cluster. A run of it under way is cancelled and ends within about a second; what was
   * asked for and not begun is cancelled too.
   *
   * @param project the project
   * @return whether there was such a cluster
   */
  public boolean remove(String project) {
    Optional<ClusterState> removed;
    List<Request> dropped = new ArrayList<>();
    synchronized (queue) {
      removed = queue.remove(project);
      removed.ifPresent(entry -> dropped.addAll(entry.requests()));
      queue.running(project).ifPresent(Run::cancel);
    }
    with.listeners().removed(project);
    dropped.forEach(request -> cancel(request, project + " was removed"));
    return removed.isPresent();
  }

  /**
   * Starts. Starting again does nothing.
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
    runtime.start(this::tick);
  }

  /**
   * Stops for good: begins nothing more, lets runs under way go on for the grace, then cancels them
   * and waits until they have ended, which they do within about a second. A cancelled run stores
   * nothing. An interrupt ends the grace. Not to be called from a listener. Stopping again does
   * nothing.
   *
   * @param grace how long, zero or more; a year at most counts
   * @return whether every thread has ended. False only after 15 seconds more, when a source, a
   *     store or a listener does not react to being interrupted
   */
  public boolean stop(Duration grace) {
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace must be 0 or more, not " + grace);
    }
    List<Request> dropped = new ArrayList<>();
    synchronized (queue) {
      state = State.STOPPED;
      for (ClusterState entry : queue.entries()) {
        dropped.addAll(entry.requests());
        entry.requests().clear();
      }
    }
    dropped.forEach(request -> cancel(request, "the scheduler was stopped"));
    Duration year = Duration.ofDays(365);
    boolean ended = runtime.stop(grace.compareTo(year) > 0 ? year : grace, this::cancelRuns);
    if (!ended) {
      LOG.warn("the scheduler was stopped, but a run does not end");
    }
    return ended;
  }

  /** Stops with a grace of ten seconds. */
  @Override
  public void close() {
    stop(Duration.ofSeconds(10));
  }

  /**
   * Backs a cluster up now, whatever its schedule says, under the names of its series. It comes
   * before everything that is due; a run of the project under way is waited for, as is the lock. It
   * is one try. The schedule goes on from the backup it makes.
   *
   * @param project the project
   * @return what became of it: fails with what the backup threw, or with a {@link
   *     CancellationException} when the cluster is removed or the scheduler stopped before it
   *     began. Completed by a worker's thread
   * @throws IllegalArgumentException when there is no such cluster
   * @throws IllegalStateException when the scheduler does not run
   */
  public CompletableFuture<BackupResult> trigger(String project) {
    Request request = Request.scheduled();
    submit(Map.of(project, request));
    return request.answer();
  }

  /**
   * Backs projects up now by hand, before an upgrade, say: each gets a backup {@code
   * CONTEXT.backup_yyyy-MM-dd-HH:mm:ss}, named by the time of this call in UTC, as the bulk scripts
   * around the etcd operator named theirs. Such backups are never pruned. They are taken like those
   * of {@link #trigger}; a failure of one does not stop the others.
   *
   * @param projects which ones; each once, in this order
   * @param context what they are for, {@code pre_upgrade} say. Older tools find the time behind the
   *     second {@code _} of the name, so it contains {@code _}, best exactly one
   * @return what became of each project, when all are done. Never fails but by being cancelled,
   *     which cancels nothing else
   * @throws IllegalArgumentException when the context has no {@code _} or cannot be in a name, or
   *     there is no such cluster; nothing was begun
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
   * Backs all projects up now by hand, those that are not automated included.
   *
   * @param context what they are for
   * @return as {@link #backUpNow(Collection, String)}
   */
  public CompletableFuture<ManualBackups> backUpNow(String context) {
    return backUpNow(projects(), context);
  }

  /**
   * What is remembered of every cluster, in the order they were added. Looks at nothing outside
   * this process.
   *
   * @return the clusters
   */
  public List<ClusterStatus> status() {
    Instant now = runtime.now();
    synchronized (queue) {
      return queue.entries().stream().map(entry -> entry.status(now)).toList();
    }
  }

  /**
   * How all clusters stand now, the last 14 days included. Lists the whole store; when it cannot be
   * listed, every automated cluster is unknown.
   *
   * @return the clusters in the order they were added, then what else is in the store
   */
  public Coverage coverage() {
    List<CoverageView.Known> known;
    Instant now = runtime.now();
    synchronized (queue) {
      known = queue.entries().stream().map(entry -> CoverageView.known(entry, now)).toList();
    }
    return new CoverageView(with, now).of(known);
  }

  /**
   * Accepts a suspicious backup and everything before it in its series, so that it is pruned again;
   * see {@link AnomalyGuard}. Takes effect at the next run.
   *
   * @param key the backup
   * @throws IllegalArgumentException when the backup is of kind other
   * @throws BackupException when there is none, or the store failed
   */
  public void accept(BackupKey key) throws BackupException {
    with.guard().accept(key);
    synchronized (queue) {
      queue.forget(key.project(), runtime.nanoTime());
    }
    runtime.wake();
  }

  /**
   * Adds a listener, for example one that counts for metrics. May be called at any time; it is
   * informed of what happens from then on.
   *
   * @param listener the listener
   */
  public void addListener(BackupListener listener) {
    with.listeners().add(Objects.requireNonNull(listener, "listener"));
  }

  /** Begins what is due; says for how many nanoseconds nothing will be, if nothing happens. */
  long tick() {
    List<Run> begun = List.of();
    long wait = LONGEST_WAIT;
    synchronized (queue) {
      if (state == State.STARTED) {
        Instant now = runtime.now();
        long nanos = runtime.nanoTime();
        begun = queue.begin(with, now, nanos);
        wait = Math.min(queue.nanosUntilNext(now, nanos), LONGEST_WAIT);
      }
    }
    for (Run run : begun) {
      try {
        runtime.execute(run, outcome -> ended(run, outcome));
      } catch (RejectedExecutionException stoppedJustNow) {
        ended(run, Outcome.cancelled());
      }
    }
    return wait;
  }

  private void ended(Run run, Outcome outcome) {
    Optional<FailedRun> failure;
    boolean postponed = false;
    boolean firstTime = false;
    synchronized (queue) {
      long nanos = runtime.nanoTime();
      failure = queue.ended(run, outcome, runtime.now(), nanos);
      if (outcome.kind() == Outcome.Kind.BUSY && state == State.STARTED) {
        postponed = queue.find(run.cluster().project()).isPresent();
        firstTime = queue.postpone(run, nanos);
      }
    }
    runtime.wake();
    String project = run.cluster().project();
    failure.ifPresent(with.listeners()::failed);
    if (firstTime) {
      with.listeners().skipped(project, "another process holds its lock; waiting for it");
    } else if (outcome.kind() == Outcome.Kind.LOOKED && !run.order().lookOnly()) {
      with.listeners().skipped(project, "another process has backed it up");
    }
    Request request = run.order().request();
    if (request != null && !postponed) {
      answer(request, outcome, project);
    }
  }

  private static void answer(Request request, Outcome outcome, String project) {
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
      require(state == State.STARTED, "the scheduler does not run");
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
      queue.entries().forEach(entry -> all.add(entry.cluster().project()));
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
