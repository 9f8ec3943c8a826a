package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.Series;
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
    fillUp(reasons, newestFirst);
    return reasons;
  }

  @Override
  public Map<Backup, String> keepInProject(Map<Series, List<Backup>> newestFirst, Instant now) {
    Map<Backup, String> reasons = new HashMap<>(policy.keepInProject(newestFirst, now));
    newestFirst.values().forEach(series -> fillUp(reasons, series));
    return reasons;
  }

  private void fillUp(Map<Backup, String> reasons, List<Backup> newestFirst) {
    String reason = "at least " + count;
    long kept = newestFirst.stream().filter(reasons::containsKey).count();
    for (Backup backup : newestFirst) {
      if (kept >= count) {
        break;
      }
      kept += reasons.putIfAbsent(backup, reason) == null ? 1 : 0;
    }
  }

  /** {@code within 30d at least 3}, {@code (last 7 or daily 7) at least 3}. */
  @Override
  public String toString() {
    boolean joined = policy instanceof UnionPolicy || policy instanceof ChainedPolicy;
    return (joined ? "(" + policy + ")" : policy.toString()) + " at least " + count;
  }
}
