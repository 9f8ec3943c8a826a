package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupKey;
import java.util.List;
import java.util.Objects;

/**
 * A backup that is stored, and yet may be that of a wiped or replaced cluster.
 *
 * <p>Immutable and thread-safe.
 *
 * @param key the backup
 * @param reasons why, one short line each, at least one: {@code has revision 12, the one before it
 *     71858}
 */
public record Anomaly(BackupKey key, List<String> reasons) {
  /** Checks the values. */
  public Anomaly {
    Objects.requireNonNull(key, "key");
    reasons = List.copyOf(reasons);
    if (reasons.isEmpty()) {
      throw new IllegalArgumentException("a suspicion has a reason");
    }
  }

  /** The key and the reasons, for people. */
  @Override
  public String toString() {
    return key + " " + String.join("; ", reasons);
  }
}
