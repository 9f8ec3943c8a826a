package dev.etcdbackup.schedule;

import dev.etcdbackup.internal.DurationText;
import dev.etcdbackup.service.CopyReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a scheduler knows of the second stores of one cluster, and when it copies again to those
 * that lack backups: after 1 minute, then after twice that, and so on up to 1 hour. Not
 * thread-safe.
 */
final class SecondStoreState {
  private static final Duration FIRST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofHours(1);

  private final Map<String, Known> stores = new TreeMap<>();
  private Duration delay = FIRST;
  private boolean lacking;
  private long next; // nanos, valid while a store lacks backups

  /** When a store had all backups last, and why it has not now; empty when it has. */
  private record Known(Optional<Instant> complete, String problem) {}

  /** The first reason why something could not be copied; a refused or bad backup stays so. */
  static String problem(CopyReport report) {
    return report.copies().stream()
        .filter(
            one ->
                one.outcome() == CopyReport.Outcome.FAILED
                    || one.outcome() == CopyReport.Outcome.NOT_TRIED)
        .map(one -> one.key() + ": " + one.detail())
        .findFirst()
        .orElse("");
  }

  /** Returns whether copying is to be tried again now. */
  boolean isDue(long nanos) {
    return lacking && nanos - next >= 0;
  }

  /** Returns the time until then, at most {@code longest}. */
  long nanosUntilDue(long nanos, long longest) {
    return lacking ? Math.min(Math.max(0, next - nanos), longest) : longest;
  }

  /** Records that it is tried again now; after that it is not tried again at once. */
  void begin(long nanos) {
    next = nanos + delay.toNanos();
    Duration twice = delay.multipliedBy(2);
    delay = twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
  }

  /** Records why each store lacks backups; empty when it has them all. */
  void copied(Map<String, String> problems, Instant now, long nanos) {
    boolean before = lacking;
    lacking = problems.values().stream().anyMatch(problem -> !problem.isEmpty());
    problems.forEach(
        (store, problem) -> {
          Known known = stores.getOrDefault(store, new Known(Optional.empty(), ""));
          stores.put(
              store, new Known(problem.isEmpty() ? Optional.of(now) : known.complete(), problem));
        });
    if (lacking && !before) {
      delay = FIRST;
      begin(nanos);
    }
  }

  /** Discards everything, because the stores may be others. */
  void forget() {
    stores.clear();
    lacking = false;
  }

  /** Returns a line about each store. */
  List<String> remarks(Instant now) {
    List<String> lines = new ArrayList<>();
    stores.forEach(
        (store, known) -> {
          String complete =
              known
                  .complete()
                  .map(at -> "complete " + DurationText.format(age(at, now)) + " ago")
                  .orElse("not complete since the start");
          lines.add(
              store
                  + ": "
                  + complete
                  + (known.problem().isEmpty() ? "" : ", lacks backups: " + known.problem()));
        });
    return lines;
  }

  private static Duration age(Instant at, Instant now) {
    return now.isBefore(at) ? Duration.ZERO : Duration.between(at, now);
  }
}
