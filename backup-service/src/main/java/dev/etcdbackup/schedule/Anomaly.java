package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupKey;
import java.util.List;
import java.util.Objects;

/**
 * A stored backup that may be of a wiped or replaced cluster, and the reasons for that assumption.
 *
 * <p>Immutable and thread-safe.
 *
 * @param key the key of the backup
 * @param reasons the reasons, at least one, one short line each, for example {@code has revision
 *     12, the one before it 71858}
 */
public record Anomaly(BackupKey key, List<String> reasons) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when there is no reason
   */
  public Anomaly {
    Objects.requireNonNull(key, "key");
    reasons = List.copyOf(reasons);
    if (reasons.isEmpty()) {
      throw new IllegalArgumentException("an anomaly must have at least one reason");
    }
  }

  /** Returns the key and the reasons, for people. */
  @Override
  public String toString() {
    return key + " " + String.join("; ", reasons);
  }
}
