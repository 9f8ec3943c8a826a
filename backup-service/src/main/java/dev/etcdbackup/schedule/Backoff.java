package dev.etcdbackup.schedule;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff with full jitter: before try n + 1, any time between nothing and the first
 * delay doubled n - 1 times, the longest delay at most.
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
