package dev.etcdbackup.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;

/** A clock that changes only when a test sets it. Thread-safe. */
public final class ManualClock implements InstantSource {
  private volatile Instant now;

  /**
   * Creates a clock.
   *
   * @param now the time that it shows
   */
  public ManualClock(Instant now) {
    this.now = Objects.requireNonNull(now, "now");
  }

  @Override
  public Instant instant() {
    return now;
  }

  /**
   * Moves the clock by a duration.
   *
   * @param time the duration; a negative one sets the clock back
   * @return the new time
   */
  public synchronized Instant pass(Duration time) {
    Instant then = now.plus(time);
    now = then;
    return then;
  }

  /**
   * Sets the clock.
   *
   * @param time the new time
   */
  public synchronized void set(Instant time) {
    now = Objects.requireNonNull(time, "time");
  }

  /** Returns the time that the clock shows. */
  @Override
  public String toString() {
    return now.toString();
  }
}
