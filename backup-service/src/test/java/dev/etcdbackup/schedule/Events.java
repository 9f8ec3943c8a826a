package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.PruneReport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Everything a listener heard, one line each. */
final class Events implements BackupListener {
  final List<String> all = Collections.synchronizedList(new ArrayList<>());
  final List<FailedRun> failures = Collections.synchronizedList(new ArrayList<>());

  @Override
  public void started(String project) {
    all.add("started " + project);
  }

  @Override
  public void progress(String project, long bytes, long total) {
    if (bytes == total) {
      all.add("moved " + project);
    }
  }

  @Override
  public void succeeded(String project, BackupResult result) {
    all.add("succeeded " + project);
  }

  @Override
  public void failed(FailedRun failure) {
    failures.add(failure);
    all.add("failed " + failure.project() + " " + failure.reason());
  }

  @Override
  public void skipped(String project, String reason) {
    all.add("skipped " + project + ": " + reason);
  }

  @Override
  public void pruned(String project, PruneReport report) {
    all.add("pruned " + project + " of " + report.deleted().size());
  }

  @Override
  public void pruneFailed(String project, BackupException cause) {
    all.add("not pruned " + project + ": " + cause.getMessage());
  }

  @Override
  public void suspicious(String project, List<Anomaly> anomalies) {
    all.add("suspicious " + project + " " + anomalies.size());
  }

  @Override
  public void lockLost(String project) {
    all.add("lock lost " + project);
  }
}
