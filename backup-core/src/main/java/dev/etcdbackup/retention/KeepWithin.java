package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.internal.DurationText;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A policy that keeps all backups that are not older than a duration. */
record KeepWithin(Duration age) implements RetentionPolicy {
  KeepWithin {
    if (age.isZero() || age.isNegative()) {
      throw new IllegalArgumentException("within must be more than zero, not " + age);
    }
  }

  @Override
  public Map<Backup, String> keep(List<Backup> newestFirst, Instant now) {
    String reason = toString();
    Map<Backup, String> reasons = new HashMap<>();
    for (Backup backup : newestFirst) {
      if (Duration.between(backup.time().orElseThrow(), now).compareTo(age) > 0) {
        break;
      }
      reasons.put(backup, reason);
    }
    return reasons;
  }

  /** {@code within 1d12h}. */
  @Override
  public String toString() {
    return "within " + DurationText.exact(age);
  }
}
