package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A policy that keeps what one policy keeps and, of the older backups, what another one keeps. */
record ChainedPolicy(RetentionPolicy first, RetentionPolicy next) implements RetentionPolicy {
  ChainedPolicy {
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(next, "next");
  }

  @Override
  public Map<Backup, String> keep(List<Backup> newestFirst, Instant now) {
    Map<Backup, String> reasons = new HashMap<>(first.keep(newestFirst, now));
    int older = newestFirst.size();
    while (older > 0 && !reasons.containsKey(newestFirst.get(older - 1))) {
      older--;
    }
    next.keep(newestFirst.subList(older, newestFirst.size()), now).forEach(reasons::putIfAbsent);
    return reasons;
  }

  @Override
  public String toString() {
    return text(first) + " then " + text(next);
  }

  private static String text(RetentionPolicy part) {
    return part instanceof UnionPolicy ? "(" + part + ")" : part.toString();
  }
}
