package dev.etcdbackup.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state of one cluster in a scheduler. Not thread-safe. */
final class ClusterState {
  private static final Logger LOG = LoggerFactory.getLogger(BackupScheduler.class);
  private static final int MAX_COUNTED =
      1000; // missed points counted at once; further ones are not counted
  private static final int REMEMBERED_DAYS = 31;
  private static final Duration FAR = Duration.ofHours(1);

  private ScheduledCluster cluster;
  private final Instant addedAt;
  private boolean known;
  private SeriesState view = SeriesState.NONE;

  /** The first point without a backup, in the past or the future; null when there is none. */
  private @Nullable Instant due;

  /** The point after {@link #due}, which ends the time for its backup. */
  private @Nullable Instant following;

  private boolean catchingUp;
  private boolean waitsForFollowing;
  private long notBefore; // nanos: the earliest time of the next scheduled run
  private long lockedUntil; // nanos: the earliest time of the next request for the lock
  private int attempts;
  private boolean failing;
  private boolean running;
  private boolean waitingForLock;
  private boolean scheduleFailed;
  private long missed;
  private @Nullable Instant lastSuccess;
  private @Nullable Instant unchangedAt; // when the cluster was last known to be as in its backup
  private @Nullable FailedRun lastFailure;
  private final SecondStoreState copies = new SecondStoreState();
  private final SortedMap<LocalDate, String> failedDays = new TreeMap<>();
  private final Deque<Request> requests = new ArrayDeque<>();

  ClusterState(ScheduledCluster cluster, Instant addedAt, long nanos) {
    this.cluster = cluster;
    this.addedAt = addedAt;
    this.notBefore = nanos;
    this.lockedUntil = nanos;
    this.known = !cluster.automated();
  }

  ScheduledCluster cluster() {
    return cluster;
  }

  Deque<Request> requests() {
    return requests;
  }

  SortedMap<LocalDate, String> failedDays() {
    return failedDays;
  }

  Instant since() {
    return cluster.since().orElse(addedAt);
  }

  boolean isKnown() {
    return known;
  }

  boolean isFailing() {
    return failing;
  }

  boolean isCatchingUp() {
    return catchingUp;
  }

  /** Returns whether another process held the lock since the cluster became due. */
  boolean isWaitingForLock() {
    return waitingForLock;
  }

  /** Changes the configuration; the project has to be listed again. */
  void change(ScheduledCluster changed, long nanos) {
    copies.forget();
    cluster = changed;
    due = null;
    following = null;
    scheduleFailed = false;
    forget(nanos);
  }

  /** Discards what was listed before; the project has to be listed again. */
  void forget(long nanos) {
    known = !cluster.automated();
    notBefore = nanos;
  }

  /** Returns when the newest backup was taken; clusters without one sort first. */
  Instant newestOrNever() {
    return view.newest().orElse(Instant.MIN);
  }

  /** Returns whether a run can be started now. */
  boolean isReady(Instant now, long nanos) {
    if (running || nanos - lockedUntil < 0) {
      return false;
    }
    advance(now);
    return !requests.isEmpty() || isDue(now, nanos) || (known && copies.isDue(nanos));
  }

  /** Returns whether the project is to be listed or backed up. */
  private boolean isDue(Instant now, long nanos) {
    return nanos - notBefore >= 0 && (!known || (isOverdue(now) && !waitsForFollowing));
  }

  /** Returns whether a point of the schedule has passed without a backup. */
  boolean isOverdue(Instant now) {
    return due != null && !due.isAfter(now);
  }

  /**
   * Returns the time until a run may be started unless something changes, at most {@code longest}.
   */
  long nanosUntilReady(Instant now, long nanos, long longest) {
    if (running) {
      return longest;
    }
    long wait = Math.max(0, lockedUntil - nanos);
    if (requests.isEmpty()) {
      wait = Math.max(wait, notBefore - nanos);
      if (known) {
        Instant at = waitsForFollowing ? following : due;
        Duration until = at == null ? FAR : Duration.between(now, at);
        if (!until.isNegative()) {
          wait = until.compareTo(FAR) >= 0 ? longest : Math.max(wait, until.toNanos());
        }
        wait = Math.min(wait, Math.max(lockedUntil - nanos, copies.nanosUntilDue(nanos, longest)));
      }
    }
    return Math.min(wait, longest);
  }

  Run.Order begin(boolean mayPrune, Instant now, long nanos) {
    running = true;
    Request request = requests.poll();
    boolean copyOnly = request == null && known && !isDue(now, nanos);
    if (copyOnly) {
      copies.begin(nanos);
    }
    boolean deletes = mayPrune && (!copyOnly || view.anomalies().isEmpty());
    return new Run.Order(request == null && !known, request, view.early(), deletes, copyOnly);
  }

  /** Records which second stores lack backups, and why. */
  void copied(Map<String, String> lacking, Instant now, long nanos) {
    copies.copied(lacking, now, nanos);
  }

  /** What is known of the second stores, a line each. */
  List<String> copyRemarks(Instant now) {
    return copies.remarks(now);
  }

  /** Records that a run has ended, successfully or not. */
  void ended() {
    running = false;
  }

  boolean isRunning() {
    return running;
  }

  /** Records that a backup was skipped, because the cluster is unchanged. */
  void confirm(Instant now) {
    unchangedAt = now;
  }

  /** Records the result of a listing. */
  void learn(SeriesState seen, Instant now, boolean stored) {
    boolean news = !known;
    view = seen;
    known = true;
    failing = false;
    attempts = 0;
    if (stored) {
      lastSuccess = seen.newest().orElse(now);
    }
    Instant before = due;
    due = firstWithoutBackup(now);
    if (due == null || !due.equals(before)) {
      following = due == null ? null : next(due);
      news = true;
      onNewPoint();
    }
    if (news) {
      catchingUp = isOverdue(now);
    }
    comeBack(now);
    advance(now);
  }

  /** Records what a run listed that failed after it. */
  void see(SeriesState seen) {
    view = seen;
  }

  /** Decides when a scheduled run that failed is retried. */
  void retry(FailedRun.Reason reason, Duration delay, Instant now, long nanos) {
    notBefore = nanos + delay.toNanos();
    comeBack(now);
    boolean inTime = following == null || now.plus(delay).isBefore(following);
    if (known && (!reason.isRetryable() || !inTime)) {
      waitsForFollowing = true;
      notBefore = nanos;
      due = following == null ? null : due;
    }
  }

  /**
   * Records a failed attempt and returns the number of failed attempts since the backup was due.
   */
  int countFailure() {
    failing = true;
    return ++attempts;
  }

  /** Takes over the failures that other processes recorded, unless they are known already. */
  void recall(List<FailedRun> recorded) {
    for (FailedRun failure : recorded) {
      failedDays.putIfAbsent(day(failure.at()), failure.message());
      if (lastFailure == null || failure.at().isAfter(lastFailure.at())) {
        lastFailure = failure;
      }
    }
  }

  void note(FailedRun failure) {
    lastFailure = failure;
    failedDays.put(day(failure.at()), failure.message());
    while (failedDays.size() > REMEMBERED_DAYS) {
      failedDays.remove(failedDays.firstKey());
    }
  }

  /**
   * Postpones a run because another process holds the lock. Returns true the first time for a
   * point.
   */
  boolean postpone(Duration delay, long nanos) {
    lockedUntil = nanos + delay.toNanos();
    boolean first = !waitingForLock;
    waitingForLock = true;
    return first;
  }

  /** Returns when the next attempt is made, if that is known. */
  Optional<Instant> nextTry(Instant now, long nanos) {
    if (known && (due == null || waitsForFollowing)) {
      Optional<Instant> point = due == null ? Optional.empty() : Optional.ofNullable(following);
      return point.map(at -> at.isBefore(now) ? now : at); // it may have passed during the run
    }
    return Optional.of(now.plusNanos(Math.max(0, notBefore - nanos)));
  }

  ClusterStatus status(Instant now) {
    Duration overdue = due != null && isOverdue(now) ? Duration.between(due, now) : Duration.ZERO;
    return new ClusterStatus(
        cluster.project(),
        cluster.automated(),
        known,
        running,
        view.newest(),
        Optional.ofNullable(due),
        overdue,
        missed,
        Optional.ofNullable(lastSuccess),
        Optional.ofNullable(lastFailure),
        view.anomalies(),
        view.lastOpened());
  }

  private @Nullable Instant firstWithoutBackup(Instant now) {
    Optional<Instant> newest = view.newest();
    Instant unchanged = unchangedAt;
    if (newest.isPresent() && unchanged != null && unchanged.isAfter(newest.get())) {
      newest = Optional.of(unchanged);
    }
    if (newest.isPresent()) {
      return next(newest.get().isAfter(now) ? now : newest.get());
    }
    Instant first = addedAt.isAfter(now) ? now : addedAt;
    return cluster.firstRunAtOnce() && cluster.automated() ? first : next(first);
  }

  /**
   * Brings {@link #following} forward when the clock was set back since it was computed: what waits
   * for it is not to wait for a point of a far future.
   */
  private void comeBack(Instant now) {
    if (due != null && following != null) {
      Instant next = next(due.isAfter(now) ? due : now);
      following = next != null && next.isBefore(following) ? next : following;
    }
  }

  /** Counts the points that have passed before the backup of an earlier point was taken. */
  private void advance(Instant now) {
    for (int i = 0; following != null && !following.isAfter(now); i++) {
      missed++;
      following = i < MAX_COUNTED - 1 ? next(following) : next(now);
      onNewPoint();
    }
  }

  private void onNewPoint() {
    attempts = 0;
    waitsForFollowing = false;
    waitingForLock = false;
  }

  /** Returns the next point; null when there is none or the schedule fails. */
  private @Nullable Instant next(Instant after) {
    try {
      return cluster.nextDue(after).orElse(null);
    } catch (RuntimeException e) {
      if (!scheduleFailed) {
        LOG.error("{} is no longer backed up, because its schedule fails", cluster.project(), e);
      }
      scheduleFailed = true;
      return null;
    }
  }

  private static LocalDate day(Instant time) {
    return time.atOffset(ZoneOffset.UTC).toLocalDate();
  }
}
