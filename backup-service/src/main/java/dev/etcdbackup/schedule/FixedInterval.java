package dev.etcdbackup.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A schedule whose points are the whole multiples of an interval since 1970-01-01T00:00:00Z. */
record FixedInterval(Duration interval) implements Schedule {
  private static final Duration LONGEST = Duration.ofDays(36_500);

  FixedInterval {
    if (interval.compareTo(Duration.ofSeconds(1)) < 0
        || interval.compareTo(LONGEST) > 0
        || interval.toNanosPart() != 0) {
      throw new IllegalArgumentException(
          "interval must be whole seconds, 1 to 36500 days of them, not " + interval);
    }
  }

  @Override
  public Optional<Instant> next(Instant after) {
    long seconds = interval.toSeconds();
    long passed = Math.floorDiv(after.getEpochSecond(), seconds);
    long next = (passed + 1) * seconds; // far from an overflow: an Instant has 55 bits of seconds
    return next > Instant.MAX.getEpochSecond()
        ? Optional.empty()
        : Optional.of(Instant.ofEpochSecond(next));
  }

  @Override
  public String toString() {
    return "every " + interval;
  }
}
