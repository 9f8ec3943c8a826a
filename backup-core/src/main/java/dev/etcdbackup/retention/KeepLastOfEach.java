package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A policy that keeps the last backup of each of the newest periods in which there is one. */
record KeepLastOfEach(Period period, int count) implements RetentionPolicy {
  KeepLastOfEach {
    if (count < 1) {
      throw new IllegalArgumentException(period.adverb() + " must keep at least 1, not " + count);
    }
  }

  @Override
  public Map<Backup, String> keep(List<Backup> newestFirst, Instant now) {
    Map<Backup, String> reasons = new HashMap<>();
    long last = Long.MAX_VALUE;
    for (Backup backup : newestFirst) {
      Instant time = backup.time().orElseThrow();
      long number = period.number(time);
      if (number == last) {
        continue;
      }
      if (reasons.size() == count) {
        break;
      }
      last = number;
      reasons.put(backup, period.adverb() + " " + period.label(time));
    }
    return reasons;
  }

  @Override
  public String toString() {
    return period.adverb() + " " + count;
  }
}
