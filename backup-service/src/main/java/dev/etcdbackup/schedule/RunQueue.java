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
 * Decides what is begun when. Knows nothing of threads, and is not thread-safe.
 *
 * <p>What was asked for comes first, then the looks at the store of clusters not known yet, then
 * what is due, the oldest newest backup first. Failing clusters use at most half of the slots.
 */
final class RunQueue {
  /** With the half second etcd takes to notice, a dead holder's lock is taken within one. */
  private static final Duration LOCK_POLL = Duration.ofMillis(250);

  private static final Duration NO_PRUNING_AFTER_JUMP = Duration.ofHours(1);

  /**
   * How long nothing is looked at while nothing happens: a clock slewed meanwhile is off by 0.3 s.
   */
  private static final Duration QUIET = Duration.ofMinutes(10);

  /** Failing clusters come last, or their retries would use up the staggered starts of others. */
  private static final Comparator<ClusterState> OLDEST_FIRST =
      Comparator.comparing(ClusterState::isFailing)
          .thenComparing(ClusterState::newestOrNever)
          .thenComparing(one -> one.cluster().project());

  private final int concurrency;
  private final Duration startStagger;
  private final Backoff backoff;
  private final Map<String, ClusterState> entries = new LinkedHashMap<>();
  private final Map<String, Run> running = new HashMap<>();
  private final ClockJumpDetector clockJumps = new ClockJumpDetector();
  private @Nullable Long staggerUntil; // nanos: no earlier catch-up than this
  private @Nullable Long noPruningUntil; // nanos: the clock has jumped
  private @Nullable Long quietUntil; // nanos: nothing to begin before, unless something happens

  RunQueue(int concurrency, Duration startStagger, Backoff backoff) {
    this.concurrency = concurrency;
    this.startStagger = startStagger;
    this.backoff = backoff;
  }

  Collection<ClusterState> entries() {
    return entries.values();
  }

  Optional<ClusterState> find(String project) {
    return Optional.ofNullable(entries.get(project));
  }

  Collection<Run> running() {
    return running.values();
  }

  void put(ScheduledCluster cluster, Instant now, long nanos) {
    quietUntil = null;
    ClusterState entry = entries.get(cluster.project());
    if (entry == null) {
      entries.put(cluster.project(), new ClusterState(cluster, now, nanos));
    } else {
      entry.change(cluster, nanos);
    }
  }

  /** Forgets a cluster; its run under way, if any, is the caller's to cancel. */
  Optional<ClusterState> remove(String project) {
    return Optional.ofNullable(entries.remove(project));
  }

  Optional<Run> running(String project) {
    return Optional.ofNullable(running.get(project));
  }

  /** Takes note of something asked for; false when there is no such cluster. */
  boolean request(String project, Request request) {
    quietUntil = null;
    ClusterState entry = entries.get(project);
    return entry != null && entry.requests().add(request);
  }

  /** What is stored of a project has to be looked at anew. */
  void forget(String project, long nanos) {
    quietUntil = null;
    find(project).ifPresent(entry -> entry.forget(nanos));
  }

  /** Begins what is to be begun now. */
  List<Run> begin(SchedulerContext with, Instant now, long nanos) {
    if (clockJumps.jumped(now, nanos)) {
      quietUntil = null;
      noPruningUntil = nanos + NO_PRUNING_AFTER_JUMP.toNanos();
      entries.values().stream().filter(one -> !one.isRunning()).forEach(one -> one.forget(nanos));
    }
    return isQuiet(nanos) ? List.of() : beginReady(with, now, nanos);
  }

  private List<Run> beginReady(SchedulerContext with, Instant now, long nanos) {
    List<ClusterState> ready = new ArrayList<>();
    for (ClusterState entry : entries.values()) {
      if (entry.isReady(now, nanos) && !running.containsKey(entry.cluster().project())) {
        ready.add(entry);
      }
    }
    ready.sort(Comparator.comparing(RunQueue::rank).thenComparing(OLDEST_FIRST));
    List<Run> begun = new ArrayList<>();
    for (ClusterState entry : ready) {
      if (hasSlotFor(entry) && !waitsForStagger(entry, nanos)) {
        begun.add(begin(entry, with, nanos));
      } else if (rank(entry) < 2 && running.size() >= concurrency) {
        break;
      }
    }
    return begun;
  }

  /** How long nothing will have to be begun, unless something happens. */
  long nanosUntilNext(Instant now, long nanos) {
    if (quietUntil == null || !isQuiet(nanos)) {
      long wait = QUIET.toNanos();
      for (ClusterState entry : entries.values()) {
        if (!entry.isReady(now, nanos)) {
          wait = Math.min(wait, entry.nanosUntilReady(now, nanos, wait));
        } else if (waitsForStagger(entry, nanos) && staggerUntil != null) {
          wait = Math.min(wait, staggerUntil - nanos);
        } // else it waits for a run to end
      }
      quietUntil = nanos + Math.max(wait, 0);
    }
    return quietUntil - nanos;
  }

  private boolean isQuiet(long nanos) {
    return quietUntil != null && quietUntil - nanos > 0;
  }

  /**
   * Takes note of how a run ended.
   *
   * @return the failure, if it is one
   */
  Optional<FailedRun> ended(Run run, Outcome outcome, Instant now, long nanos) {
    String project = run.cluster().project();
    quietUntil = null;
    running.remove(project);
    ClusterState entry = entries.get(project);
    if (entry == null) { // removed in the meantime
      return Optional.empty();
    }
    entry.ended();
    boolean current = entry.cluster() == run.cluster();
    switch (outcome.kind()) {
      case LOOKED, STORED -> {
        SeriesState view = outcome.view();
        if (view != null && current) {
          entry.learn(view, now, outcome.kind() == Outcome.Kind.STORED);
        }
      }
      case FAILED -> {
        return Optional.of(failed(entry, run, outcome, now, nanos));
      }
      default -> {}
    }
    return Optional.empty();
  }

  /** Puts a run off because another process holds the lock. True the first time for a point. */
  boolean postpone(Run run, long nanos) {
    ClusterState entry = entries.get(run.cluster().project());
    Request request = run.order().request();
    if (entry == null) {
      return false;
    }
    if (request != null) {
      entry.requests().addFirst(request);
    }
    return entry.postpone(LOCK_POLL, nanos);
  }

  private FailedRun failed(ClusterState entry, Run run, Outcome outcome, Instant now, long nanos) {
    int attempt = entry.countFailure();
    Optional<Instant> nextTry = Optional.empty();
    if (run.order().request() == null && entry.cluster() == run.cluster()) {
      entry.retry(outcome.blamed(), backoff.after(attempt), now, nanos);
      nextTry = entry.nextTry(now, nanos);
    }
    FailedRun failure =
        new FailedRun(
            run.cluster().project(), now, outcome.blamed(), outcome.thrown(), attempt, nextTry);
    entry.note(failure);
    return failure;
  }

  private Run begin(ClusterState entry, SchedulerContext with, long nanos) {
    if (isStaggered(entry)) {
      staggerUntil = nanos + startStagger.toNanos();
    }
    boolean mayPrune = noPruningUntil == null || nanos - noPruningUntil >= 0;
    Run run = new Run(with, entry.cluster(), entry.begin(mayPrune));
    running.put(entry.cluster().project(), run);
    return run;
  }

  private boolean hasSlotFor(ClusterState entry) {
    if (running.size() >= concurrency) {
      return false;
    }
    if (!entry.isFailing()) {
      return true;
    }
    long failing =
        running.keySet().stream()
            .map(entries::get)
            .filter(one -> one != null && one.isFailing())
            .count();
    return failing < Math.max(1, concurrency / 2);
  }

  private boolean waitsForStagger(ClusterState entry, long nanos) {
    return isStaggered(entry) && staggerUntil != null && staggerUntil - nanos > 0;
  }

  /** A cluster that waits for a lock is not staggered again when it requests the lock. */
  private static boolean isStaggered(ClusterState entry) {
    return rank(entry) == 2 && entry.isCatchingUp() && !entry.isWaitingForLock();
  }

  private static int rank(ClusterState entry) {
    if (!entry.requests().isEmpty()) {
      return 0;
    }
    return entry.isKnown() ? 2 : 1;
  }
}
