package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.Series;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
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
    next.keep(olderThan(reasons, newestFirst), now).forEach(reasons::putIfAbsent);
    return reasons;
  }

  @Override
  public Map<Backup, String> keepInProject(Map<Series, List<Backup>> newestFirst, Instant now) {
    Map<Backup, String> reasons = new HashMap<>(first.keepInProject(newestFirst, now));
    Map<Series, List<Backup>> older = new LinkedHashMap<>();
    newestFirst.forEach((series, backups) -> older.put(series, olderThan(reasons, backups)));
    next.keepInProject(Collections.unmodifiableMap(older), now).forEach(reasons::putIfAbsent);
    return reasons;
  }

  /** The backups of a series that are older than all that are kept. */
  private static List<Backup> olderThan(Map<Backup, String> kept, List<Backup> newestFirst) {
    int older = newestFirst.size();
    while (older > 0 && !kept.containsKey(newestFirst.get(older - 1))) {
      older--;
    }
    return newestFirst.subList(older, newestFirst.size());
  }

  @Override
  public String toString() {
    return text(first) + " then " + text(next);
  }

  private static String text(RetentionPolicy part) {
    return part instanceof UnionPolicy ? "(" + part + ")" : part.toString();
  }
}
