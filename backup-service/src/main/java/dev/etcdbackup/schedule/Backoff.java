package dev.etcdbackup.schedule;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff with full jitter: the delay before attempt n + 1 is a random time from 0 to
 * the first delay times 2^(n - 1), but at most the longest delay.
 */
record Backoff(Duration first, Duration longest, RandomGenerator random) {
  Duration after(int failures) {
    long bound = longest.toNanos();
    int doublings = failures - 1;
    if (doublings < 62 && first.toNanos() <= bound >> doublings) {
      bound = first.toNanos() << doublings;
    }
    return Duration.ofNanos(random.nextLong(bound + 1));
  }
}
