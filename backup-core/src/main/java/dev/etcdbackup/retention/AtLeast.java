package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A policy that keeps a minimum number of backups, even when another policy keeps fewer. */
record AtLeast(RetentionPolicy policy, int count) implements RetentionPolicy {
  AtLeast {
    Objects.requireNonNull(policy, "policy");
    if (count < 1) {
      throw new IllegalArgumentException("at least must keep at least 1, not " + count);
    }
  }

  @Override
  public Map<Backup, String> keep(List<Backup> newestFirst, Instant now) {
    Map<Backup, String> reasons = new HashMap<>(policy.keep(newestFirst, now));
    String reason = "at least " + count;
    for (Backup backup : newestFirst) {
      if (reasons.size() >= count) {
        break;
      }
      reasons.putIfAbsent(backup, reason);
    }
    return reasons;
  }

  /** {@code within 30d at least 3}, {@code (last 7 or daily 7) at least 3}. */
  @Override
  public String toString() {
    boolean joined = policy instanceof UnionPolicy || policy instanceof ChainedPolicy;
    return (joined ? "(" + policy + ")" : policy.toString()) + " at least " + count;
  }
}
