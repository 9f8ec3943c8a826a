package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A policy that keeps a number of the newest backups. */
record KeepLast(int count) implements RetentionPolicy {
  KeepLast {
    if (count < 1) {
      throw new IllegalArgumentException("last must keep at least 1, not " + count);
    }
  }

  @Override
  public Map<Backup, String> keep(List<Backup> newestFirst, Instant now) {
    int kept = Math.min(count, newestFirst.size());
    Map<Backup, String> reasons = new HashMap<>();
    for (int i = 0; i < kept; i++) {
      reasons.put(
          newestFirst.get(i), this + ": " + (i == 0 ? "" : ordinal(i + 1) + " ") + "newest");
    }
    return reasons;
  }

  @Override
  public String toString() {
    return "last " + count;
  }

  private static String ordinal(int number) {
    boolean teen = number / 10 % 10 == 1;
    return number
        + switch (teen ? 0 : number % 10) {
          case 1 -> "st";
          case 2 -> "nd";
          case 3 -> "rd";
          default -> "th";
        };
  }
}
