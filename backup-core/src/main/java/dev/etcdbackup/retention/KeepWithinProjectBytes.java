package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.Series;
import dev.etcdbackup.internal.SizeText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A policy that keeps the newest backup of each series of a project and of the others, from the
 * newest to the oldest, each that fits into what these leave of a total size. One that does not fit
 * uses up nothing, so deleting it changes nothing for the others.
 */
record KeepWithinProjectBytes(long bytes) implements RetentionPolicy {
  KeepWithinProjectBytes {
    if (bytes < 1) {
      throw new IllegalArgumentException("within-project-bytes must be at least 1, not " + bytes);
    }
  }

  @Override
  public Map<Backup, String> keep(List<Backup> newestFirst, Instant now) {
    return keepOf(List.of(newestFirst));
  }

  @Override
  public Map<Backup, String> keepInProject(Map<Series, List<Backup>> newestFirst, Instant now) {
    return keepOf(newestFirst.values());
  }

  private Map<Backup, String> keepOf(Iterable<List<Backup>> allSeries) {
    String reason = toString();
    Map<Backup, String> reasons = new HashMap<>();
    List<Backup> others = new ArrayList<>();
    long left = bytes;
    for (List<Backup> series : allSeries) {
      if (!series.isEmpty()) {
        Backup newest = series.get(0);
        reasons.put(newest, reason);
        left = Math.max(-1, left) - newest.stored().size(); // never below Long.MIN_VALUE
        others.addAll(series.subList(1, series.size()));
      }
    }
    others.sort(Backup.OLDEST_FIRST.reversed());
    for (Backup backup : others) {
      long size = backup.stored().size();
      if (size <= left) {
        reasons.put(backup, reason);
        left -= size;
      }
    }
    return reasons;
  }

  /** {@code within-project-bytes 500GiB}. */
  @Override
  public String toString() {
    return "within-project-bytes " + SizeText.exact(bytes);
  }
}
