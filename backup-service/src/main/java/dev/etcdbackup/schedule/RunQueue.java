package dev.etcdbackup.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides which runs are started and when. Starts no threads and is not thread-safe.
 *
 * <p>Requested runs come first, then the listings of clusters that have not been listed yet, then
 * the due runs in the order of the age of the newest backups. Failing clusters use at most half of
 * the slots.
 */
final class RunQueue {
  /**
   * The interval between requests for a held lock. etcd needs half a second to expire the lock of a
   * failed holder, so it is acquired within 1 second.
   */
  private static final Duration LOCK_POLL = Duration.ofMillis(250);

  private static final Duration NO_PRUNING_AFTER_JUMP = Duration.ofHours(1);

  /**
   * The maximum time between two checks while nothing changes; a clock that is slewed meanwhile
   * deviates by at most 0.3 s.
   */
  private static final Duration QUIET = Duration.ofMinutes(10);

  /**
   * Orders failing clusters last, so that their retries do not use the staggered starts of others.
   */
  private static final Comparator<ClusterState> OLDEST_FIRST =
      Comparator.comparing(ClusterState::isFailing)
          .thenComparing(ClusterState::newestOrNever)
          .thenComparing(one -> one.cluster().project());

  private final int concurrency;
  private final Duration startStagger;
  private final Backoff backoff;
  private final Map<String, ClusterState> clusters = new LinkedHashMap<>();
  private final Map<String, Run> running = new HashMap<>();
  private final ClockJumpDetector clockJumps = new ClockJumpDetector();
  private @Nullable Long staggerUntil; // nanos: the earliest start of another overdue run
  private @Nullable Long
      noPruningUntil; // nanos: the end of the time without pruning after a clock jump
  private @Nullable Long quietUntil; // nanos: no run starts before this unless something changes

  RunQueue(int concurrency, Duration startStagger, Backoff backoff) {
    this.concurrency = concurrency;
    this.startStagger = startStagger;
    this.backoff = backoff;
  }

  Collection<ClusterState> clusters() {
    return clusters.values();
  }

  Optional<ClusterState> find(String project) {
    return Optional.ofNullable(clusters.get(project));
  }

  Collection<Run> running() {
    return running.values();
  }

  void put(ScheduledCluster cluster, Instant now, long nanos) {
    quietUntil = null;
    ClusterState state = clusters.get(cluster.project());
    if (state == null) {
      clusters.put(cluster.project(), new ClusterState(cluster, now, nanos));
    } else {
      state.change(cluster, nanos);
    }
  }

  /** Removes a cluster. The caller cancels its active run, if there is one. */
  Optional<ClusterState> remove(String project) {
    return Optional.ofNullable(clusters.remove(project));
  }

  Optional<Run> running(String project) {
    return Optional.ofNullable(running.get(project));
  }

  /** Adds a requested run; returns false when there is no such cluster. */
  boolean request(String project, Request request) {
    quietUntil = null;
    ClusterState state = clusters.get(project);
    return state != null && state.requests().add(request);
  }

  /** Causes a project to be listed again. */
  void forget(String project, long nanos) {
    quietUntil = null;
    find(project).ifPresent(state -> state.forget(nanos));
  }

  /** Starts the runs that are to be started now. */
  List<Run> begin(SchedulerContext with, Instant now, long nanos) {
    if (clockJumps.jumped(now, nanos)) {
      quietUntil = null;
      noPruningUntil = nanos + NO_PRUNING_AFTER_JUMP.toNanos();
      clusters.values().stream().filter(one -> !one.isRunning()).forEach(one -> one.forget(nanos));
    }
    return isQuiet(nanos) ? List.of() : beginReady(with, now, nanos);
  }

  private List<Run> beginReady(SchedulerContext with, Instant now, long nanos) {
    List<ClusterState> ready = new ArrayList<>();
    for (ClusterState state : clusters.values()) {
      if (state.isReady(now, nanos) && !running.containsKey(state.cluster().project())) {
        ready.add(state);
      }
    }
    ready.sort(Comparator.comparing(RunQueue::rank).thenComparing(OLDEST_FIRST));
    List<Run> begun = new ArrayList<>();
    for (ClusterState state : ready) {
      if (hasSlotFor(state) && !waitsForStagger(state, nanos)) {
        begun.add(begin(state, with, now, nanos));
      } else if (rank(state) < 2 && running.size() >= concurrency) {
        break;
      }
    }
    return begun;
  }

  /** Returns the nanoseconds until the next run has to be started unless something changes. */
  long nanosUntilNext(Instant now, long nanos) {
    if (quietUntil == null || !isQuiet(nanos)) {
      long wait = QUIET.toNanos();
      for (ClusterState state : clusters.values()) {
        if (!state.isReady(now, nanos)) {
          wait = Math.min(wait, state.nanosUntilReady(now, nanos, wait));
        } else if (waitsForStagger(state, nanos) && staggerUntil != null) {
          wait = Math.min(wait, staggerUntil - nanos);
        } // otherwise it waits until another run ends
      }
      quietUntil = nanos + Math.max(wait, 0);
    }
    return quietUntil - nanos;
  }

  private boolean isQuiet(long nanos) {
    return quietUntil != null && quietUntil - nanos > 0;
  }

  /**
   * Records the outcome of a run, which keeps its slot until it is {@linkplain #release released}.
   *
   * @return the failure, if the run failed
   */
  Optional<FailedRun> ended(Run run, RunOutcome outcome, Instant now, long nanos) {
    String project = run.cluster().project();
    quietUntil = null;
    ClusterState state = clusters.get(project);
    if (state == null) { // removed in the meantime
      return Optional.empty();
    }
    state.ended();
    if (outcome.copies() != null && state.cluster() == run.cluster()) {
      state.copied(outcome.copies(), now, nanos);
    }
    boolean current = state.cluster() == run.cluster();
    switch (outcome.kind()) {
      case LOOKED, UNCHANGED, STORED -> {
        if (outcome.kind() == RunOutcome.Kind.UNCHANGED) {
          state.confirm(now);
        }
        state.recall(outcome.recorded());
        SeriesState view = outcome.view();
        if (view != null && current) {
          state.learn(view, now, outcome.kind() == RunOutcome.Kind.STORED);
        }
      }
      case COPIED -> {}
      case FAILED -> {
        if (run.order().copyOnly()) {
          return Optional.empty();
        }
        if (outcome.view() != null && current) {
          state.see(outcome.view());
        }
        return Optional.of(failed(state, run, outcome, now, nanos));
      }
      default -> {}
    }
    return Optional.empty();
  }

  /** Gives the slot of a run that has ended to others. */
  void release(Run run) {
    quietUntil = null;
    running.remove(run.cluster().project(), run);
  }

  /**
   * Postpones a run because another process holds the lock. Returns true the first time for a
   * point.
   */
  boolean postpone(Run run, long nanos) {
    ClusterState state = clusters.get(run.cluster().project());
    Request request = run.order().request();
    if (state == null) {
      return false;
    }
    if (request != null) {
      state.requests().addFirst(request);
    }
    return state.postpone(LOCK_POLL, nanos);
  }

  private FailedRun failed(
      ClusterState state, Run run, RunOutcome outcome, Instant now, long nanos) {
    int attempt = state.countFailure();
    Optional<Instant> nextTry = Optional.empty();
    if (run.order().request() == null && state.cluster() == run.cluster()) {
      state.retry(outcome.blamed(), backoff.after(attempt), now, nanos);
      nextTry = state.nextTry(now, nanos);
    }
    FailedRun failure =
        new FailedRun(
            run.cluster().project(), now, outcome.blamed(), outcome.thrown(), attempt, nextTry);
    state.note(failure);
    return failure;
  }

  private Run begin(ClusterState state, SchedulerContext with, Instant now, long nanos) {
    if (isStaggered(state)) {
      staggerUntil = nanos + startStagger.toNanos();
    }
    boolean mayPrune = noPruningUntil == null || nanos - noPruningUntil >= 0;
    Run run = new Run(with, state.cluster(), state.begin(mayPrune, now, nanos));
    running.put(state.cluster().project(), run);
    return run;
  }

  private boolean hasSlotFor(ClusterState state) {
    if (running.size() >= concurrency) {
      return false;
    }
    if (!state.isFailing()) {
      return true;
    }
    long failing =
        running.keySet().stream()
            .map(clusters::get)
            .filter(one -> one != null && one.isFailing())
            .count();
    return failing < Math.max(1, concurrency / 2);
  }

  private boolean waitsForStagger(ClusterState state, long nanos) {
    return isStaggered(state) && staggerUntil != null && staggerUntil - nanos > 0;
  }

  /** A cluster that waits for a lock is not staggered again when it requests the lock. */
  private static boolean isStaggered(ClusterState state) {
    return rank(state) == 2 && state.isCatchingUp() && !state.isWaitingForLock();
  }

  private static int rank(ClusterState state) {
    if (!state.requests().isEmpty()) {
      return 0;
    }
    return state.isKnown() ? 2 : 1;
  }
}
