package dev.etcdbackup.schedule;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupLock;
import dev.etcdbackup.IncompleteListingException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.schedule.FailedRun.Reason;
import dev.etcdbackup.service.BackupCopier;
import dev.etcdbackup.service.BackupCopierBuilder;
import dev.etcdbackup.service.BackupRequest;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.CopyReport;
import dev.etcdbackup.service.NamingStrategy;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listing or a backup of one cluster, which a worker thread executes. */
final class Run implements Supplier<RunOutcome> {
  private static final Logger LOG = LoggerFactory.getLogger(BackupScheduler.class);

  private final SchedulerContext with;
  private final ScheduledCluster cluster;
  private final Order order;
  private @Nullable Thread worker; // guarded by this
  private boolean cancelled; // guarded by this
  private volatile boolean lockLost;
  private @Nullable SeriesState seen; // by the last listing

  /**
   * The parameters of a run.
   *
   * @param lookOnly whether to list the project only
   * @param request the request that caused the run; null when the schedule did
   * @param early the backups that earlier listings contained although their times were in the
   *     future
   * @param mayPrune whether pruning is allowed, which it is not for some time after a clock jump
   * @param copyOnly whether to copy to the second stores only, which lacked backups after the last
   *     run
   */
  record Order(
      boolean lookOnly,
      @Nullable Request request,
      Set<BackupKey> early,
      boolean mayPrune,
      boolean copyOnly) {}

  Run(SchedulerContext with, ScheduledCluster cluster, Order order) {
    this.with = with;
    this.cluster = cluster;
    this.order = order;
  }

  ScheduledCluster cluster() {
    return cluster;
  }

  Order order() {
    return order;
  }

  /** Cancels the run. After this it commits nothing, unless it has committed already. */
  synchronized void cancel() {
    cancelled = true;
    if (worker != null) {
      worker.interrupt();
    }
  }

  @Override
  public RunOutcome get() {
    synchronized (this) {
      if (cancelled) {
        return RunOutcome.cancelled();
      }
      worker = Thread.currentThread();
    }
    try {
      return order.lookOnly() ? look() : runLocked();
    } catch (Exception e) {
      return failed(e, Reason.of(e));
    } catch (Error e) {
      return failed(new IllegalStateException(e.toString(), e), Reason.OTHER);
    } finally {
      endInterrupts();
    }
  }

  private RunOutcome look() throws BackupException {
    List<Backup> listing = listing();
    List<FailedRun> failures = new ArrayList<>();
    for (FailureLog.Recorded one :
        with.failures().recall(listing.stream().map(Backup::stored).toList())) {
      failures.add(FailedRun.recorded(cluster.project(), one));
    }
    return RunOutcome.looked(view(listing), failures);
  }

  /** Lists the backups of the project and their marks. */
  private List<Backup> listing() throws BackupException {
    List<Backup> listing =
        new ArrayList<>(with.service().listReadable(cluster.project(), this::onIncomplete));
    listing.addAll(with.guard().marks(cluster.project()));
    with.failures().flush(cluster.project()); // the store works
    return listing;
  }

  /** A backup is taken all the same. Pruning lists again, fails and reports this. */
  private void onIncomplete(IncompleteListingException e) {
    LOG.debug("{}: {}", cluster.project(), FailedRun.text(e));
  }

  private RunOutcome runLocked() throws BackupException {
    Optional<BackupLock.Held> held;
    try {
      held = with.lock().tryAcquire(cluster.project(), this::onLockLost);
    } catch (IOException e) {
      return failed(e, Reason.LOCK);
    }
    if (held.isEmpty()) {
      return RunOutcome.busy();
    }
    try {
      return runHolding(held.get());
    } finally {
      endInterrupts(); // releasing the lock must not be interrupted
      release(held.get());
    }
  }

  /** A lock that cannot be released does not make a stored backup a failed one. */
  private void release(BackupLock.Held held) {
    try {
      held.close();
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      LOG.error("the lock of {} could not be released", cluster.project(), e);
    }
  }

  private RunOutcome runHolding(BackupLock.Held held) throws BackupException {
    Request request = order.request();
    if (request != null && request.naming().isPresent()) {
      return RunOutcome.stored(backUp(request.naming().get(), held), null, null);
    }
    if (order.copyOnly()) {
      return RunOutcome.copied(copyToSecondStores(true, held));
    }
    List<Backup> listing = listing();
    SeriesState view = view(listing);
    if (request == null && !isDue(view)) {
      return RunOutcome.looked(view);
    }
    if (request == null && isUnchanged(listing, view)) {
      return RunOutcome.unchanged(view);
    }
    BackupResult result;
    try {
      result = backUp(cluster.naming(), held);
    } catch (BackupExistsException e) { // taken in the same second by who does not use the lock
      SeriesState now = view(listing());
      if (request == null && !isDue(now)) {
        return RunOutcome.looked(now);
      }
      throw e;
    }
    List<Anomaly> anomalies = tidyUp(result, listing, view.anomalies(), held);
    Map<String, String> copies = copyToSecondStores(anomalies.isEmpty(), held);
    check(result, held);
    return RunOutcome.stored(
        result, view.with(result.backup().time().orElseThrow(), anomalies), copies);
  }

  /** Returns whether another backup would be the same as the newest. */
  private boolean isUnchanged(List<Backup> listing, SeriesState view) {
    UnchangedCheck check = cluster.unchanged().orElse(null);
    if (check == null || !view.anomalies().isEmpty()) {
      return false;
    }
    Instant now = with.clock().instant();
    Backup newest =
        listing.stream()
            .filter(one -> one.series().equals(Optional.of(cluster.series())))
            .filter(one -> one.time().equals(view.newest()) && !view.early().contains(one.key()))
            .max(Backup.OLDEST_FIRST)
            .orElse(null);
    Instant next = cluster.nextDue(now).orElse(Instant.MAX);
    if (newest == null
        || next.isAfter(newest.time().orElseThrow().plus(cluster.unchangedMaxAge()))) {
      return false;
    }
    try {
      return check.isUnchanged(newest);
    } catch (IOException | RuntimeException | LinkageError | StackOverflowError e) {
      LOG.warn(
          "{} is backed up, because it is not known whether it changed since {}: {}",
          cluster.project(),
          newest.key(),
          FailureText.of(e));
      return false;
    }
  }

  private BackupResult backUp(NamingStrategy naming, BackupLock.Held held) throws BackupException {
    String project = cluster.project();
    with.listeners().started(project);
    BackupRequest.Builder request =
        BackupRequest.builder(project, cluster.source())
            .naming(naming)
            .timeout(cluster.timeout())
            .progress((bytes, total) -> with.listeners().progress(project, bytes, total))
            .beforeCommit(() -> requireHeld(held));
    cluster.encodings().ifPresent(request::encodings);
    BackupResult result = with.service().backUp(request.build());
    with.listeners().succeeded(project, result);
    return result;
  }

  /** Returns whether there is no backup since the latest point of the schedule. */
  private boolean isDue(SeriesState view) {
    Instant now = with.clock().instant();
    return view.newest()
        .map(newest -> newest.isAfter(now) ? now : newest)
        .flatMap(cluster::nextDue)
        .map(due -> !due.isAfter(now))
        .orElse(view.newest().isEmpty());
  }

  private void requireHeld(BackupLock.Held held) throws BackupException {
    if (lockLost || !held.confirm()) {
      lockLost = true;
      throw new SourceException(
          "the lock of " + cluster.project() + " was lost before the commit; nothing was stored");
    }
  }

  /**
   * Checks for anomalies and prunes after a backup. A failure here does not affect the stored
   * backup.
   */
  private List<Anomaly> tidyUp(
      BackupResult result, List<Backup> before, List<Anomaly> known, BackupLock.Held held) {
    String project = cluster.project();
    List<Anomaly> anomalies = known;
    try {
      anomalies = anomalies(result, before);
      if (!anomalies.isEmpty()) {
        with.listeners().suspicious(project, anomalies);
        return anomalies;
      }
      RetentionPolicy retention = cluster.retention().orElse(null);
      if (retention != null && order.mayPrune() && held.confirm()) {
        with.listeners().pruned(project, with.service().pruneAfter(result, retention));
      }
    } catch (BackupException e) {
      with.listeners().pruneFailed(project, e);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      LOG.error("{} was stored, but {} could not be pruned", result.key(), project, e);
    }
    return anomalies;
  }

  /**
   * Copies the backups of the project. A failure here does not affect the stored backup; when it is
   * tried again, it is not reported again.
   *
   * @return why each store lacks backups; empty when it has them all
   */
  private Map<String, String> copyToSecondStores(boolean mayDelete, BackupLock.Held held) {
    String project = cluster.project();
    Map<String, String> lacking = new LinkedHashMap<>();
    for (SecondStore second : cluster.secondStores()) {
      lacking.put(second.name(), "nothing was copied");
      try {
        if (!held.confirm()) {
          return lacking;
        }
        BackupCopierBuilder builder =
            with.service()
                .copierTo(second.store())
                .parallelism(1)
                .timeout(cluster.timeout())
                .sizeOnly();
        second.serverSide().ifPresent(builder::serverSide);
        BackupCopier copier = builder.build();
        boolean prune = second.retention().isPresent() && mayDelete && order.mayPrune();
        CopyReport report =
            prune ? copier.mirror(project, second.retention().get()) : copier.mirror(project);
        lacking.put(second.name(), SecondStoreState.problem(report));
        if (!order.copyOnly() || report.count(CopyReport.Outcome.COPIED) > 0) {
          with.listeners().copied(project, second.name(), report);
        }
      } catch (BackupException e) {
        lacking.put(second.name(), FailedRun.text(e));
        if (!order.copyOnly()) {
          with.listeners().copyFailed(project, second.name(), e);
        }
      } catch (RuntimeException | LinkageError | StackOverflowError e) {
        LOG.error("{} could not be copied to {}", project, second.name(), e);
      }
    }
    return lacking;
  }

  /** Makes the checks that are due. A failure here does not affect the stored backup. */
  private void check(BackupResult result, BackupLock.Held held) {
    try {
      if (held.confirm()) {
        new Checks(with, cluster).run(result.backup());
      }
    } catch (BackupException | RuntimeException | LinkageError | StackOverflowError e) {
      LOG.error("{} was stored, but checks of {} failed", result.key(), cluster.project(), e);
    }
  }

  private List<Anomaly> anomalies(BackupResult result, List<Backup> before) throws BackupException {
    Instant now = with.clock().instant();
    List<Backup> listing = new ArrayList<>(before);
    listing.add(result.backup());
    with.guard()
        .noteCluster(result.backup(), result.info().clusterId(), before)
        .ifPresent(mark -> listing.add(mark.asListed(cluster.series())));
    List<Anomaly> found = AnomalyGuard.inspect(listing, cluster.series(), now);
    if (found.isEmpty() || !found.stream().allMatch(cluster.acceptance())) {
      return found;
    }
    with.guard().accept(found.get(found.size() - 1).key());
    return List.of();
  }

  private SeriesState view(List<Backup> listing) {
    SeriesState state = SeriesState.of(listing, cluster, order.early(), with.clock().instant());
    seen = state;
    return state;
  }

  private void onLockLost() {
    lockLost = true;
    with.listeners().lockLost(cluster.project());
    synchronized (this) {
      if (worker != null) {
        worker.interrupt();
      }
    }
  }

  private RunOutcome failed(Exception e, Reason blamed) {
    Reason reason = lockLost ? Reason.LOCK : blamed;
    synchronized (this) {
      if (cancelled && !lockLost) {
        return RunOutcome.cancelled();
      }
    }
    try {
      record(e, reason);
    } catch (RuntimeException notRecorded) { // of the clock, or the message of the exception
      LOG.debug("the failure of {} could not be recorded", cluster.project(), notRecorded);
    }
    return RunOutcome.failed(e, reason, seen);
  }

  /** Records a failure for the time after a restart; at once, unless it is the store that fails. */
  private void record(Exception e, Reason reason) {
    if (order.copyOnly()) { // which has its own times
      return;
    }
    String project = cluster.project();
    with.failures().note(project, reason, with.clock().instant(), FailedRun.text(e));
    if (reason == Reason.SOURCE || reason == Reason.OTHER) {
      with.failures().flush(project);
    }
  }

  /** Stops {@link #cancel} from interrupting this thread, and clears its interrupt status. */
  private synchronized void endInterrupts() {
    worker = null;
    Thread.interrupted();
  }
}
