package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupKey;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The result of a scheduled check of a backup.
 *
 * <p>Immutable and thread-safe.
 *
 * @param kind what was checked
 * @param key the backup
 * @param problems what was found, one line each; empty when the backup is good
 * @param took how long it took: for a drill the time to restore (RTO)
 * @param age how old the backup was when the check began: for a drill what would have been lost
 *     (RPO), besides the time to the next backup
 */
public record CheckResult(
    ScheduledCheck.Kind kind, BackupKey key, List<String> problems, Duration took, Duration age) {
  /** Copies the list. */
  public CheckResult {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(key, "key");
    problems = List.copyOf(problems);
    Objects.requireNonNull(took, "took");
    Objects.requireNonNull(age, "age");
  }

  /**
   * Returns whether the backup is good.
   *
   * @return true when no problem was found
   */
  public boolean ok() {
    return problems.isEmpty();
  }
}
