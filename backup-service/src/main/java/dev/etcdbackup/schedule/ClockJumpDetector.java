package dev.etcdbackup.schedule;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Detects that the wall clock was set or the machine was suspended, by comparing it with the
 * monotonic clock.
 */
final class ClockJumpDetector {
  private static final Duration TOLERANCE = Duration.ofSeconds(10);

  private @Nullable Instant lastNow;
  private long lastNanos;

  /** Returns whether the wall clock has jumped since the last call. */
  boolean jumped(Instant now, long nanos) {
    Instant expected = lastNow == null ? now : lastNow.plusNanos(nanos - lastNanos);
    lastNow = now;
    lastNanos = nanos;
    return Duration.between(expected, now).abs().compareTo(TOLERANCE) > 0;
  }
}
