package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.CopyReport;
import dev.etcdbackup.service.PruneReport;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener that logs the events of a scheduler: stored and pruned backups at INFO, failures with
 * their reasons at WARN. A failure is logged at WARN when the state of a cluster changes, and at
 * DEBUG while it lasts. Thread-safe.
 */
final class LoggingListener implements BackupListener {
  private final Logger log;
  private final Map<String, FailedRun.Reason> failing = new ConcurrentHashMap<>();
  private final Map<String, List<Anomaly>> suspicious = new ConcurrentHashMap<>();
  private final Map<String, String> unpruned = new ConcurrentHashMap<>();
  private final Map<List<String>, String> uncopied = new ConcurrentHashMap<>();

  LoggingListener() {
    this(LoggerFactory.getLogger(BackupScheduler.class.getName() + ".runs"));
  }

  LoggingListener(Logger log) {
    this.log = log;
  }

  void removed(String project) {
    failing.remove(project);
    suspicious.remove(project);
    unpruned.remove(project);
    uncopied.keySet().removeIf(one -> one.get(0).equals(project));
  }

  @Override
  public void succeeded(String project, BackupResult result) {
    String after = failing.remove(project) == null ? "" : " after failed runs";
    log.info(
        "stored {}{}, {} bytes in {} ms",
        result.key(),
        after,
        result.digest().size(),
        result.duration().toMillis());
  }

  @Override
  public void failed(FailedRun failure) {
    String project = failure.project();
    String next = failure.nextTry().map(at -> "; next try at " + at).orElse("");
    if (failing.put(project, failure.reason()) == failure.reason()) {
      log.debug("{} is still not backed up: {}{}", project, failure.message(), next);
    } else {
      log.warn(
          "{} is not backed up ({} failed): {}{}",
          project,
          failure.reason(),
          failure.message(),
          next);
    }
  }

  @Override
  public void pruned(String project, PruneReport report) {
    suspicious.remove(project);
    if (!report.deleted().isEmpty()) {
      log.info("pruned {} of {}: {}", report.deleted().size(), project, report.deleted());
    }
    if (report.refused().isEmpty()) {
      unpruned.remove(project);
    } else {
      unpruned(project, "the store refused to delete " + report.refused());
    }
  }

  @Override
  public void pruneFailed(String project, BackupException cause) {
    unpruned(project, String.valueOf(cause.getMessage()));
  }

  @Override
  public void suspicious(String project, List<Anomaly> anomalies) {
    List<Anomaly> before = suspicious.getOrDefault(project, List.of());
    suspicious.put(project, anomalies);
    for (Anomaly one : anomalies) {
      if (!before.contains(one)) {
        log.warn("{} is not pruned until this backup is accepted: {}", project, one);
      }
    }
  }

  @Override
  public void copied(String project, String store, CopyReport report) {
    int copied = report.count(CopyReport.Outcome.COPIED);
    if (copied > 0) {
      log.info("copied {} backups of {} to {}", copied, project, store);
    }
    if (report.ok()) {
      uncopied.remove(List.of(project, store));
      return;
    }
    CopyReport.Copied first =
        report.copies().stream()
            .filter(
                one ->
                    one.outcome() != CopyReport.Outcome.COPIED
                        && one.outcome() != CopyReport.Outcome.PRESENT)
            .findFirst()
            .orElseThrow();
    uncopied(project, store, first.key() + ": " + first.detail());
  }

  @Override
  public void copyFailed(String project, String store, BackupException cause) {
    uncopied(project, store, String.valueOf(cause.getMessage()));
  }

  private void uncopied(String project, String store, String why) {
    if (why.equals(uncopied.put(List.of(project, store), why))) {
      log.debug("{} is still not copied to {}: {}", project, store, why);
    } else {
      log.warn("{} is not copied to {}: {}", project, store, why);
    }
  }

  @Override
  public void lockLost(String project) {
    log.warn("the lock of {} was lost; the run stores nothing", project);
  }

  private void unpruned(String project, String why) {
    if (why.equals(unpruned.put(project, why))) {
      log.debug("{} is still not pruned: {}", project, why);
    } else {
      log.warn("{} is not pruned: {}", project, why);
    }
  }
}
