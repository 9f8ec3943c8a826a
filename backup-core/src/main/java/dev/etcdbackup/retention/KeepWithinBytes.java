package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.internal.SizeText;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A policy that keeps the newest backup and of the others, from the newest to the oldest, each that
 * fits into the rest of a total size. One that does not fit uses up nothing, so deleting it changes
 * nothing for the others.
 */
record KeepWithinBytes(long bytes) implements RetentionPolicy {
  KeepWithinBytes {
    if (bytes < 1) {
      throw new IllegalArgumentException("within-bytes must be at least 1, not " + bytes);
    }
  }

  @Override
  public Map<Backup, String> keep(List<Backup> newestFirst, Instant now) {
    String reason = toString();
    Map<Backup, String> reasons = new HashMap<>();
    long left = bytes;
    for (Backup backup : newestFirst) {
      long size = backup.stored().size();
      if (reasons.isEmpty() || size <= left) {
        reasons.put(backup, reason);
        left -= size; // at least -Long.MAX_VALUE + 1, and negative only after the newest
      }
    }
    return reasons;
  }

  /** {@code within-bytes 500GiB}. */
  @Override
  public String toString() {
    return "within-bytes " + SizeText.exact(bytes);
  }
}
