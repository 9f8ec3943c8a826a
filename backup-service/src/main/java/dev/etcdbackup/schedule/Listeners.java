package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.CopyReport;
import dev.etcdbackup.service.PruneReport;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners of a scheduler, called one after another. Catches their exceptions. */
final class Listeners implements BackupListener {
  private static final Logger LOG = LoggerFactory.getLogger(BackupScheduler.class);

  private final List<BackupListener> all;
  private final LoggingListener log = new LoggingListener();
  private final Set<BackupListener> reported = ConcurrentHashMap.newKeySet();

  Listeners(List<BackupListener> all) {
    this.all = new CopyOnWriteArrayList<>(all);
    this.all.add(0, log);
  }

  void add(BackupListener listener) {
    all.add(listener);
  }

  /** Removes the state of a project that was removed. */
  void removed(String project) {
    log.removed(project);
  }

  @Override
  public void started(String project) {
    each(one -> one.started(project));
  }

  @Override
  public void progress(String project, long bytes, long total) {
    each(one -> one.progress(project, bytes, total));
  }

  @Override
  public void succeeded(String project, BackupResult result) {
    each(one -> one.succeeded(project, result));
  }

  @Override
  public void failed(FailedRun failure) {
    each(one -> one.failed(failure));
  }

  @Override
  public void skipped(String project, String reason) {
    each(one -> one.skipped(project, reason));
  }

  @Override
  public void ended(String project) {
    each(one -> one.ended(project));
  }

  @Override
  public void pruned(String project, PruneReport report) {
    each(one -> one.pruned(project, report));
  }

  @Override
  public void pruneFailed(String project, BackupException cause) {
    each(one -> one.pruneFailed(project, cause));
  }

  @Override
  public void suspicious(String project, List<Anomaly> anomalies) {
    each(one -> one.suspicious(project, anomalies));
  }

  @Override
  public void copied(String project, String store, CopyReport report) {
    each(one -> one.copied(project, store, report));
  }

  @Override
  public void copyFailed(String project, String store, BackupException cause) {
    each(one -> one.copyFailed(project, store, cause));
  }

  @Override
  public void checked(String project, CheckResult result) {
    each(one -> one.checked(project, result));
  }

  @Override
  public void checkFailed(String project, ScheduledCheck.Kind kind, Exception cause) {
    each(one -> one.checkFailed(project, kind, cause));
  }

  @Override
  public void lockLost(String project) {
    each(one -> one.lockLost(project));
  }

  private void each(Consumer<BackupListener> event) {
    for (BackupListener one : all) {
      try {
        event.accept(one);
      } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
        if (reported.add(one)) {
          LOG.warn(
              "listener {} threw an exception; further exceptions of it are not logged", one, e);
        }
      }
    }
  }
}
