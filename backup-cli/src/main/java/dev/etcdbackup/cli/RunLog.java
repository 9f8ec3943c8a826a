package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.internal.DurationText;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.schedule.Anomaly;
import dev.etcdbackup.schedule.BackupListener;
import dev.etcdbackup.schedule.CheckResult;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.schedule.ScheduledCheck;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.CopyReport;
import dev.etcdbackup.service.PruneReport;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Prints a line for each thing that the scheduler does. Thread-safe. */
final class RunLog implements BackupListener {
  private final Output output;
  private final Set<String> underWay = new TreeSet<>(); // guarded by this

  RunLog(Output output) {
    this.output = output;
  }

  /** A line as {@code -o json} shows it. */
  record LineJson(String at, String event, String project, String message) {}

  synchronized void line(String event, String project, String message) {
    String at = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    if (output.isJson()) {
      output.jsonLine(new LineJson(at, event, project, message));
    } else {
      output.line(at + " " + event + (project.isEmpty() ? "" : " " + project) + " " + message);
    }
    output.flush();
  }

  /** The projects whose backup has begun and not ended. */
  synchronized Set<String> underWay() {
    return new TreeSet<>(underWay);
  }

  @Override
  public synchronized void started(String project) {
    underWay.add(project);
    line("started", project, "backup");
  }

  @Override
  public synchronized void succeeded(String project, BackupResult result) {
    underWay.remove(project);
    double mib = result.digest().size() / 1024.0 / 1024.0;
    double seconds = result.duration().toMillis() / 1e3;
    String took = String.format(Locale.ROOT, ", %.1f MiB in %.1f s", mib, seconds);
    line("stored", project, result.key() + took);
  }

  @Override
  public synchronized void failed(FailedRun failure) {
    underWay.remove(failure.project());
    String next =
        failure.nextTry().map(at -> "; next try " + at.truncatedTo(ChronoUnit.SECONDS)).orElse("");
    line(
        "failed",
        failure.project(),
        failure.reason() + ", try " + failure.attempt() + ": " + failure.message() + next);
  }

  @Override
  public synchronized void skipped(String project, String reason) {
    underWay.remove(project); // another process may have been faster
    line("skipped", project, reason);
  }

  @Override
  public void pruned(String project, PruneReport report) {
    report.deleted().forEach(key -> line("pruned", project, key.toString()));
    report.refused().forEach((key, why) -> line("unpruned", project, key + ": " + why));
  }

  @Override
  public void pruneFailed(String project, BackupException cause) {
    line("unpruned", project, String.valueOf(cause.getMessage()));
  }

  @Override
  public void suspicious(String project, List<Anomaly> anomalies) {
    anomalies.forEach(
        one -> line("suspicious", project, one + "; not pruned until 'accept " + one.key() + "'"));
  }

  @Override
  public void copied(String project, String store, CopyReport report) {
    for (CopyReport.Copied one : report.copies()) {
      switch (one.outcome()) {
        case COPIED -> line("copied", project, one.key() + " to " + store);
        case PRESENT -> {}
        default -> line("uncopied", project, one.key() + " to " + store + ": " + one.detail());
      }
    }
  }

  @Override
  public void copyFailed(String project, String store, BackupException cause) {
    line("uncopied", project, "to " + store + ": " + cause.getMessage());
  }

  @Override
  public void checked(String project, CheckResult result) {
    String of = result.kind() + " of " + result.key();
    if (result.ok()) {
      line("checked", project, of + " passed in " + DurationText.format(result.took()));
    } else {
      line("bad", project, of + " found: " + String.join("; ", result.problems()));
    }
  }

  @Override
  public void checkFailed(String project, ScheduledCheck.Kind kind, Exception cause) {
    line("unchecked", project, kind + " could not be made: " + FailureText.of(cause));
  }

  @Override
  public void lockLost(String project) {
    line("lock-lost", project, "the run in progress stores nothing");
  }
}
