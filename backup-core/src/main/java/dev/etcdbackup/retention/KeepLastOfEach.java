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
    int at = 0;
    while (at < newestFirst.size() && reasons.size() < count) {
      Backup last = newestFirst.get(at);
      Instant time = last.time().orElseThrow();
      reasons.put(last, period.adverb() + " " + period.label(time));
      at = firstBefore(period.number(time), newestFirst, at);
    }
    return reasons;
  }

  /**
   * Finds the newest backup of an earlier period. A month may have thousands, of which this looks
   * at a few: the number of a period falls along the list.
   */
  private int firstBefore(long number, List<Backup> newestFirst, int from) {
    int within = from; // the last that is known to be of the period
    int step = 1;
    while (within + step < newestFirst.size() && number(newestFirst, within + step) == number) {
      within += step;
      step *= 2;
    }
    int before = Math.min(within + step, newestFirst.size());
    while (before - within > 1) {
      int middle = (within + before) >>> 1;
      if (number(newestFirst, middle) == number) {
        within = middle;
      } else {
        before = middle;
      }
    }
    return before;
  }

  private long number(List<Backup> newestFirst, int at) {
    return period.number(newestFirst.get(at).time().orElseThrow());
  }

  @Override
  public String toString() {
    return period.adverb() + " " + count;
  }
}
