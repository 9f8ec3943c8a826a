package dev.etcdbackup.cli;

import dev.etcdbackup.internal.FailureText;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Records the changes of a project until its thread is interrupted. A recorder reports and retries
 * what it expects; what it does not, such as too little memory, ends it, and it begins again after
 * a pause.
 *
 * @param recorder begins to record, and returns only by an exception
 * @param pause how long to wait before it begins again
 */
record LastingRecording(
    String project, Recorder recorder, Duration pause, RunLog log, ChangeMetrics metrics)
    implements Runnable {
  /** Records until the thread is interrupted. */
  interface Recorder {
    void run() throws InterruptedException;
  }

  @Override
  public void run() {
    try {
      while (true) {
        try {
          recorder.run();
        } catch (RuntimeException | Error e) {
          metrics.failed(project);
          log.line("failed", project, "recording changes: " + FailureText.of(e));
        }
        TimeUnit.MILLISECONDS.sleep(pause.toMillis());
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
